import { expect, test } from "vitest";
import { MareyError } from "../error.js";
import { partSkeletons, skeletons } from "../skeleton/layouts.js";
import { readSkeleton } from "./skeletonJson.js";

const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const fin = { joints: ["nose", "left_fin", "right_fin", "tail", "a", "b"] };

test("only names: no parents, partners from the names, the file's name", () => {
  const read = readSkeleton(bytes(fin), "sea/fish.json");
  expect(read.name).toBe("fish");
  expect(read.parents).toEqual([-1, -1, -1, -1, -1, -1]);
  expect(read.mirror).toEqual([0, 2, 1, 3, 4, 5]);
  expect(new Set(read.sigmas)).toEqual(new Set([0.079]));
});

test("parents and edges by name or number, partners beyond the names, sigmas for all or each", () => {
  const whole = {
    ...fin,
    name: "ray",
    parents: [null, "nose", 0, "nose", -1, "a"],
    edges: [["nose", 3]],
    mirror: [["a", "b"]],
    sigmas: 0.05,
  };
  const read = readSkeleton(bytes(whole));
  expect(read.parents).toEqual([-1, 0, 0, 0, -1, 4]);
  expect(read.edges).toEqual([[0, 3]]);
  expect(read.mirror).toEqual([0, 2, 1, 3, 5, 4]);
  expect(read.sigmas).toEqual(Array(6).fill(0.05));
  expect(readSkeleton(bytes({ ...fin, mirror: { a: "b" } })).mirror[4]).toBe(5);
});

test("joints as records, and a category of COCO's", () => {
  const records = {
    joints: [
      { name: "a", sigma: 0.1 },
      { name: "b", parent: "a" },
    ],
  };
  expect(readSkeleton(bytes(records))).toMatchObject({
    parents: [-1, 0],
    sigmas: [0.1, 0.079],
    edges: [[0, 1]],
  });
  const category = {
    name: "crab",
    keypoints: ["a", "b", "c"],
    skeleton: [
      [1, 2],
      [2, 3],
    ],
  };
  expect(readSkeleton(bytes(category))).toMatchObject({
    name: "crab",
    edges: [
      [0, 1],
      [1, 2],
    ],
  });
});

test("layouts as Marey writes them come back", () => {
  for (const layout of [...skeletons, ...partSkeletons]) expect(readSkeleton(bytes(layout))).toEqual(layout);
});

test.each([
  [{}, /no list "joints"/],
  [{ joints: ["a", "a"] }, /repeated/],
  [{ joints: [1] }, /joint 0 has no name/],
  [{ joints: ["a"], parents: ["z"] }, /parent of "a", "z" is not one/],
  [{ joints: ["a"], parents: [] }, /"parents" are 0, the joints 1/],
  [{ joints: ["a", "b"], parents: ["b", "a"] }, /cycle/],
  [{ joints: ["a"], edges: [["a"]] }, /no pair/],
  [
    {
      joints: ["a", "b", "c"],
      mirror: [
        ["a", "b"],
        ["b", "c"],
      ],
    },
    /partner/,
  ],
  [{ joints: ["a"], sigmas: [-1] }, /sigma/],
  [{ joints: ["a"], sigmas: ["x"] }, /no number/],
])("%j is refused", (content, what) => {
  expect(() => readSkeleton(bytes(content))).toThrow(what);
  expect(() => readSkeleton(bytes(content))).toThrow(MareyError);
});

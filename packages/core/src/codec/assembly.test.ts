import { expect, test } from "vitest";
import { coco18 } from "../skeleton/layouts.js";
import { ASSEMBLY_DEFAULTS, peopleAssembler } from "./assembly.js";
import { CONFIDENCE_MAP_DEFAULTS, encodeConfidenceMaps } from "./confidenceMaps.js";
import { type Limb, PART_AFFINITY_DEFAULTS, partAffinityEncoder } from "./partAffinity.js";

const grid = { columns: 40, rows: 30, stride: 8 };
const cells = grid.columns * grid.rows;

/** Reads people back from their maps; `wipe` empties the fields of some limbs. */
function readBack(people: Float32Array, joints: number, limbs: Limb[], wipe: number[] = [], options = {}) {
  const maps = new Float32Array((joints + 1) * cells);
  const fields = new Float32Array(2 * limbs.length * cells);
  encodeConfidenceMaps(people, { ...CONFIDENCE_MAP_DEFAULTS, ...grid, joints }, maps);
  partAffinityEncoder({ ...PART_AFFINITY_DEFAULTS, ...grid, joints, limbs })(people, fields);
  for (const l of wipe) fields.fill(0, 2 * l * cells, 2 * (l + 1) * cells);
  const assemble = peopleAssembler({ ...ASSEMBLY_DEFAULTS, ...grid, joints, limbs, ...options });
  const found = assemble(maps, fields);
  return Array.from({ length: found.count }, (_, p) =>
    Array.from(found.joints.subarray(p * joints * 3, (p + 1) * joints * 3)),
  );
}

const chain: Limb[] = [
  [0, 1],
  [1, 2],
  [2, 3],
];
const twoPeople = Float32Array.of(
  ...[60, 60, 1, 60, 100, 1, 60, 140, 1, 70, 180, 1],
  ...[80, 60, 1, 90, 100, 1, 80, 140, 1, 100, 180, 1],
);

test("two people side by side come back, each joint within a quarter of a cell", () => {
  const found = readBack(twoPeople, 4, chain).sort((a, b) => a[0] - b[0]);
  expect(found.length).toBe(2);
  found.flat().forEach((value, i) => {
    if (i % 3 < 2) expect(Math.abs(value - twoPeople[i])).toBeLessThan(2);
  });
});

test("joints at the picture's border are found", () => {
  const people = Float32Array.of(3, 3, 1, 3, 60, 1, 3, 120, 1, 3, 236, 1);
  expect(readBack(people, 4, chain)[0].every(Number.isFinite)).toBe(true);
});

test("a limb that closes a loop holds together what a missing field would split", () => {
  const parts = { minJoints: 2 };
  expect(readBack(twoPeople, 4, chain, [1], parts).length).toBe(4);
  expect(readBack(twoPeople, 4, [...chain, [0, 3]], [1], parts).length).toBe(2);
});

test("how much of a limb must have its field is for the caller to say, down to a third", () => {
  const person = Float32Array.of(60, 20, 1, 60, 180, 1, 60, 200, 1, 60, 225, 1);
  const maps = new Float32Array(5 * cells);
  const fields = new Float32Array(6 * cells);
  encodeConfidenceMaps(person, { ...CONFIDENCE_MAP_DEFAULTS, ...grid, joints: 4 }, maps);
  partAffinityEncoder({ ...PART_AFFINITY_DEFAULTS, ...grid, joints: 4, limbs: chain })(person, fields);
  // The middle of the first limb: rows 7 to 17 of those from 2 to 22.
  for (const channel of [0, 1])
    fields.fill(0, channel * cells + 7 * grid.columns, channel * cells + 18 * grid.columns);
  const joints = (minShare: number) => {
    const options = { ...ASSEMBLY_DEFAULTS, ...grid, joints: 4, limbs: chain, minJoints: 2, minShare };
    const found = peopleAssembler(options)(maps, fields);
    return Math.max(
      ...Array.from({ length: found.count }, (_, p) => seen([...found.joints.slice(p * 12, p * 12 + 12)])),
    );
  };
  expect(joints(0.7)).toBe(3);
  expect(joints(0.3)).toBe(4);
});

test("one peak may be a joint of two people", () => {
  const people = Float32Array.of(
    ...[60, 60, 1, 60, 100, 1, 100, 140, 1, 60, 180, 1, 60, 220, 1],
    ...[140, 60, 1, 140, 100, 1, 101, 140, 1, 140, 180, 1, 140, 220, 1],
  );
  const limbs: Limb[] = [...chain, [3, 4], [1, 3]];
  const found = readBack(people, 5, limbs);
  expect(found.length).toBe(2);
  for (const person of found) expect(person[2 * 3]).toBeCloseTo(100, -1);
});

/** An upright body of COCO-18 seen from the front, `height` pixels high, with its neck at x, y. */
function upright(x: number, y: number, height: number, hidden: string[] = []): number[] {
  const across = [
    0, 0, -0.129, -0.129, -0.129, 0.129, 0.129, 0.129, -0.0955, -0.0955, -0.0955, 0.0955, 0.0955, 0.0955,
    -0.019, 0.019, -0.045, 0.045,
  ];
  const up = [
    0.118, 0, 0, -0.186, -0.332, 0, -0.186, -0.332, -0.288, -0.533, -0.779, -0.288, -0.533, -0.779, 0.137,
    0.137, 0.127, 0.127,
  ];
  return coco18.joints.flatMap((joint, j) => [
    x + height * across[j],
    y - height * up[j],
    hidden.includes(joint) ? 0 : 1,
  ]);
}
const bodyLimbs: Limb[] = [
  ...[
    [1, 8],
    [8, 9],
    [9, 10],
    [1, 11],
    [11, 12],
    [12, 13],
    [1, 2],
    [2, 3],
    [3, 4],
    [2, 16],
  ],
  ...[
    [1, 5],
    [5, 6],
    [6, 7],
    [5, 17],
    [1, 0],
    [0, 14],
    [0, 15],
    [14, 16],
    [15, 17],
  ],
].map(([a, b]) => [a, b]);
const seen = (person: number[]) => person.filter((value, i) => i % 3 === 2 && value > 0).length;

test("legs come to the body whose neck is hidden, by size and distance", () => {
  const people = Float32Array.from([...upright(70, 50, 200, ["neck"]), ...upright(220, 60, 150, ["neck"])]);
  const found = readBack(people, 18, bodyLimbs, [], { skeleton: coco18 });
  expect(found.map(seen)).toEqual([17, 17]);
  for (const person of found) expect(Math.abs(person[3 * 10] - person[3 * 8])).toBeLessThan(4);
  // Without names of joints no lengths are known, and fragments stay apart.
  expect(readBack(people, 18, bodyLimbs).every((person) => seen(person) < 17)).toBe(true);
});

test("where a large and a small body cross, no one gets limbs of another size", () => {
  const people = Float32Array.from([...upright(120, 60, 200), ...upright(128, 100, 110)]);
  const found = readBack(people, 18, bodyLimbs, [], { skeleton: coco18 });
  expect(found.length).toBe(2);
  const length = (person: number[], a: number, b: number) =>
    Math.hypot(person[3 * a] - person[3 * b], person[3 * a + 1] - person[3 * b + 1]);
  const shins = found.map((person) => length(person, 9, 10)).sort((a, b) => a - b);
  expect(shins[0]).toBeCloseTo(0.246 * 110, -1);
  expect(shins[1]).toBeCloseTo(0.246 * 200, -1);
});

test("nobody, in empty maps and in maps of nothing but NaN, infinity or huge numbers", () => {
  expect(readBack(new Float32Array(0), 4, chain)).toEqual([]);
  const assemble = peopleAssembler({ ...ASSEMBLY_DEFAULTS, ...grid, joints: 4, limbs: chain });
  const full = (length: number, value: number) => new Float32Array(length).fill(value);
  for (const value of [NaN, Infinity, 1e30])
    expect(assemble(full(5 * cells, value), full(6 * cells, value)).count).toBe(0);
  expect(assemble(new Float32Array(5 * cells).fill(NaN), new Float32Array(6 * cells).fill(NaN)).count).toBe(
    0,
  );
});

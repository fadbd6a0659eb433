import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { body25, body25b, coco17, coco18, poseTrack17 } from "../../skeleton/layouts.js";
import { skeleton } from "../../skeleton/skeleton.js";
import { isInside } from "./mask.js";
import { readTrainingSet } from "./trainingSet.js";

const feet = [
  "left_big_toe",
  "left_small_toe",
  "left_heel",
  "right_big_toe",
  "right_small_toe",
  "right_heel",
];
const bytes = (content: unknown) => new TextEncoder().encode(JSON.stringify(content));
const images = [{ id: 7, file_name: "a.jpg", width: 100, height: 80 }];

/** Keypoint j lies at (10 + j, 20 + 2j). */
const keypoints = (count: number, labelled: (j: number) => boolean = () => true) =>
  Array.from({ length: count }, (_, j) => (labelled(j) ? [10 + j, 20 + 2 * j, 2] : [0, 0, 0])).flat();
const annotation = (points: number[], more = {}) => ({
  image_id: 7,
  bbox: [5, 10, 40, 60],
  keypoints: points,
  ...more,
});
const read = (annotations: unknown[], to = coco18, more = {}) =>
  readTrainingSet(bytes({ images, annotations, ...more }), to, "a.json");

describe("joints", () => {
  test("come by name, the neck as the middle of both shoulders", () => {
    const { pictures } = read([annotation(keypoints(17))]);
    const { joints, labelled, box } = pictures[0].people[0];
    expect([labelled, ...box]).toEqual([17, 5, 10, 45, 70]);
    const at = (name: string) => [...joints.subarray(coco18.joints.indexOf(name) * 3).subarray(0, 3)];
    expect(at("nose")).toEqual([10, 20, 1]);
    expect(at("left_shoulder")).toEqual([15, 30, 1]);
    expect(at("neck")).toEqual([15.5, 31, 1]);
    expect(pictures[0].known).toEqual(Array(18).fill(true));
  });

  test("a middle exists only where both ends are labelled", () => {
    const rightShoulder = coco17.joints.indexOf("right_shoulder");
    const leftHip = coco17.joints.indexOf("left_hip");
    const { pictures } = read(
      [annotation(keypoints(17, (j) => j !== rightShoulder && j !== leftHip))],
      body25,
    );
    const { joints } = pictures[0].people[0];
    for (const name of ["neck", "pelvis", "right_shoulder"])
      expect([...joints.subarray(body25.joints.indexOf(name) * 3).subarray(0, 3)]).toEqual([NaN, NaN, 0]);
  });

  test("that nobody labels are not known: feet of COCO-17, the upper neck, which is no middle of anything", () => {
    const known = (to: typeof body25) => {
      const [picture] = read([annotation(keypoints(17))], to).pictures;
      return to.joints.filter((_, j) => !picture.known[j]);
    };
    expect(known(body25)).toEqual(feet);
    expect(known(body25b)).toEqual(["upper_neck", "head_top", ...feet]);
  });

  test("23 keypoints are COCO's with feet, which are unknown in pictures where nobody went through for them", () => {
    const withFeet = read([annotation(keypoints(23))], body25).pictures[0];
    expect(withFeet.known).toEqual(Array(25).fill(true));
    const heel = body25.joints.indexOf("right_heel") * 3;
    expect([...withFeet.people[0].joints.subarray(heel, heel + 3)]).toEqual([32, 64, 1]);
    const without = read([annotation(keypoints(23, (j) => j < 17))], body25).pictures[0];
    expect(body25.joints.filter((_, j) => !without.known[j])).toEqual(feet);
    const seated = read([annotation(keypoints(23, (j) => j < 13))], body25).pictures[0];
    expect(seated.known).toEqual(Array(25).fill(true));
  });

  test("of one's own come by the category's names", () => {
    const car = skeleton("car", [
      ["front", null, 0.1],
      ["back", "front", 0.1],
    ]);
    const categories = [
      { id: 1, keypoints: ["back", "front"] },
      { id: 2, name: "tree" },
    ];
    const rows = [
      annotation([1, 2, 2, 3, 4, 1], { category_id: 1 }),
      { image_id: 7, category_id: 2, bbox: [0, 0, 9, 9] },
    ];
    const { pictures, layout } = read(rows, car, { categories });
    expect([...pictures[0].people[0].joints]).toEqual([3, 4, 1, 1, 2, 1]);
    expect(pictures[0].unlabelled).toEqual([]);
    expect(layout.joints).toEqual(["back", "front"]);
  });
});

test("crowds and people without keypoints are unlabelled, by their outline or else by their box", () => {
  const { pictures } = read([
    annotation(keypoints(17)),
    annotation(keypoints(17), { iscrowd: 1, segmentation: { counts: [0, 80], size: [80, 100] } }),
    annotation(
      keypoints(17, () => false),
      { segmentation: [[1, 1, 9, 1, 9, 9]] },
    ),
    { image_id: 7, bbox: [50, 50, 10, 20], segmentation: [] },
  ]);
  expect(pictures[0].people).toHaveLength(1);
  expect(pictures[0].unlabelled.map(({ box }) => [...box])).toEqual([
    [-0.5, -0.5, 0.5, 79.5],
    [1, 1, 9, 9],
    [50, 50, 60, 70],
  ]);
});

test("any data set with pictures' sizes is taken; where it annotates nobody, nobody is labelled", () => {
  const categories = [{ id: 1, keypoints: poseTrack17.joints }];
  const ignoring = { ...images[0], ignore_regions_x: [[10, 30, 30]], ignore_regions_y: [[20, 20, 40]] };
  const content = { images: [ignoring], annotations: [annotation(keypoints(17))], categories };
  const { pictures, layout } = readTrainingSet(bytes(content), coco18, "posetrack.json");
  expect(layout).toBe(poseTrack17);
  expect(pictures[0].people[0].labelled).toBe(17);
  expect(pictures[0].unlabelled.map(({ box }) => [...box])).toEqual([[10, 20, 30, 40]]);
  expect(isInside(pictures[0].unlabelled[0], 28, 25)).toBe(true);
  expect(isInside(pictures[0].unlabelled[0], 12, 38)).toBe(false);
});

test.each<[string, unknown, RegExp]>([
  ["results", [], /neither COCO/],
  [
    "nobody with keypoints",
    { images, annotations: [annotation(keypoints(17, () => false))] },
    /nobody has keypoints/,
  ],
  ["objects", { images, annotations: [{ image_id: 7, bbox: [1, 2, 3, 4] }] }, /no keypoints/],
  [
    "another count",
    { images, annotations: [annotation(keypoints(17)), annotation(keypoints(5))] },
    /annotation 1/,
  ],
  [
    "a picture that isn't there",
    { images, annotations: [annotation(keypoints(17), { image_id: 8 })] },
    /picture 8 is not/,
  ],
  [
    "no place at all",
    { images, annotations: [annotation(keypoints(17)), { image_id: 7 }] },
    /annotation with id 2.*neither/,
  ],
  [
    "a picture without a name",
    { images: [{ id: 7 }], annotations: [annotation(keypoints(17))] },
    /image 0.*no file/,
  ],
  [
    "a picture without a size",
    { images: [{ id: 7, file_name: "a" }], annotations: [annotation(keypoints(17))] },
    /width/,
  ],
])("refused: %s", (_, content, message) => {
  expect(() => readTrainingSet(bytes(content), coco18, "a.json")).toThrow(message);
});

test("joints that have nothing to do with the network's are refused", () => {
  const hand = { categories: [{ id: 1, keypoints: ["thumb", "index"] }] };
  expect(() => read([annotation([1, 2, 2, 3, 4, 2])], coco18, hand)).toThrow(/none of its keypoints/);
});

const coco = join(import.meta.dirname, "../../../../../../shared/data/images/coco_real.json");
test.skipIf(!existsSync(coco))("real annotations: 95 people with keypoints, 70 places of others", () => {
  const { pictures, truth, layout } = readTrainingSet(readFileSync(coco), body25, "coco_real.json");
  const count = (list: (picture: (typeof pictures)[number]) => readonly unknown[]) =>
    pictures.reduce((sum, picture) => sum + list(picture).length, 0);
  expect([pictures.length, count(({ people }) => people), count(({ unlabelled }) => unlabelled)]).toEqual([
    50, 95, 70,
  ]);
  expect(truth.annotations).toHaveLength(165);
  expect(layout).toBe(coco17);
});

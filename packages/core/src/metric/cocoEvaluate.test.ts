import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { random } from "../array/random.js";
import { type CocoTruth, cocoEvaluate } from "./cocoEvaluate.js";
import { type CocoAnnotation, type CocoDetection, objectKeypointSimilarity } from "./cocoSimilarity.js";
import { crowdPoseEvaluate } from "./crowdPose.js";

const sigmas = [0.05, 0.1, 0.2];
const shape = [10, 10, 2, 60, 10, 2, 10, 70, 2];

const person = (id: number, image: number, left = 0, more: Partial<CocoAnnotation> = {}): CocoAnnotation => ({
  id,
  image_id: image,
  category_id: 1,
  bbox: [left, 0, 80, 80],
  area: 3000,
  keypoints: shape.map((value, i) => (i % 3 === 0 ? value + left : value)),
  ...more,
});
const found = ({ image_id, category_id, bbox, keypoints }: CocoAnnotation, score: number): CocoDetection => ({
  image_id,
  category_id,
  keypoints,
  bbox,
  score,
});
const file = (annotations: CocoAnnotation[], crowdIndex = [0, 0.5, 0.9]): CocoTruth => ({
  images: crowdIndex.map((index, id) => ({ id, crowdIndex: index })),
  annotations,
  categories: [{ id: 1 }],
});

describe("average precision", () => {
  const people = [person(1, 0), person(2, 1), person(3, 1, 300), person(4, 2)];

  test("finding everyone exactly is perfect, for keypoints and boxes; no size but theirs has a figure", () => {
    const detections = people.map((p, i) => found(p, 0.9 - i / 10));
    const { AP, AP50, AR, APm, APl } = cocoEvaluate(file(people), detections, { sigmas }).stats;
    [AP, AP50, AR, APm].forEach((figure) => {
      expect(figure).toBeCloseTo(1, 12);
    });
    expect(APl).toBe(-1);
    const boxes = cocoEvaluate(file(people), detections).stats;
    expect(boxes.AP).toBeCloseTo(1, 12);
    expect(boxes.AR1).toBeCloseTo(3 / 4, 12);
    expect(boxes.APs).toBe(-1);
  });

  test("half of the people found: precision 1 up to recall one half, 51 of 101 points", () => {
    const { stats } = cocoEvaluate(
      file(people),
      people.slice(0, 2).map((p) => found(p, 0.5)),
      { sigmas },
    );
    expect(stats.AP).toBeCloseTo(51 / 101, 12);
    expect(stats.AR).toBe(0.5);
  });

  test("a wrong detection costs only when it scores above right ones", () => {
    const right = people.map((p) => found(p, 0.5));
    const wrong = (score: number) => found(person(9, 0, 4000), score);
    const ap = (extra: CocoDetection) => cocoEvaluate(file(people), [...right, extra], { sigmas }).stats.AP;
    expect(ap(wrong(0.1))).toBeCloseTo(1, 12);
    expect(ap(wrong(0.9))).toBeCloseTo(4 / 5, 12);
  });

  test("a second detection of one person is wrong, of a crowd region it doesn't count", () => {
    const twice = [found(people[0], 0.9), found(people[0], 0.8), found(people[1], 0.7)];
    const ap = (iscrowd: number) =>
      cocoEvaluate(file([{ ...people[0], iscrowd }, people[1]]), twice, { sigmas }).stats.AP;
    expect(ap(0)).toBeLessThan(0.9);
    expect(ap(1)).toBeCloseTo(1, 12);
  });

  test("the order of annotations and of detections with different scores changes nothing", () =>
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const source = random(seed);
        const truths = Array.from({ length: 6 }, (_, i) => person(i + 1, i % 3, 150 * i));
        const detections = truths.map((truth, i) => {
          const keypoints = truth.keypoints?.map((value) => value + source.normal(0, 8));
          return { ...found(truth, source.uniform() + i), keypoints };
        });
        const forwards = cocoEvaluate(file(truths), detections, { sigmas });
        const backwards = cocoEvaluate(file([...truths].reverse()), [...detections].reverse(), { sigmas });
        expect(backwards).toEqual(forwards);
        expect(forwards.stats.AP50).toBeGreaterThanOrEqual(forwards.stats.AP75);
      }),
      { numRuns: 30 },
    ));

  test("nothing to find gives −1, nothing found 0", () => {
    expect(cocoEvaluate(file([]), [found(people[0], 1)], { sigmas }).stats.AP).toBe(-1);
    expect(cocoEvaluate(file(people), [], { sigmas }).stats).toMatchObject({ AP: 0, AR: 0 });
  });

  test("other keypoints, images and missing areas or boxes are refused", () => {
    const one = [found(people[0], 1)];
    expect(() => cocoEvaluate(file(people), one, { sigmas: [0.1] })).toThrow("3 keypoints, and there are 1");
    expect(() => cocoEvaluate(file(people), [{ ...one[0], image_id: 7 }])).toThrow("image 7");
    expect(() => cocoEvaluate(file([{ ...people[0], area: undefined }]), one)).toThrow("no area");
    expect(() => cocoEvaluate(file(people), [one[0], { ...one[0], bbox: undefined }])).toThrow("0 numbers");
  });
});

test("similarity to a person without labelled keypoints is that to the enlarged box", () => {
  const blank = person(1, 0, 0, { keypoints: new Array(9).fill(0) });
  const at = (x: number) => found(person(2, 0, 0, { keypoints: [x, 0, 1, x, 0, 1, x, 0, 1] }), 1);
  const [inside, edge, outside] = objectKeypointSimilarity([at(-80), at(160), at(500)], [blank], sigmas);
  expect([inside, edge]).toEqual([1, 1]);
  expect(outside).toBeLessThan(0.01);
});

test("CrowdPose takes areas from boxes and splits images by how crowded they are", () => {
  const people = [0, 1, 2].map((image) => person(image + 1, image, 0, { area: undefined }));
  const { stats } = crowdPoseEvaluate(file(people), [found(people[0], 0.9), found(people[2], 0.8)], {
    sigmas,
  });
  expect(stats).toMatchObject({ APeasy: 1, APmedium: 0, APhard: 1 });
  const easy = crowdPoseEvaluate(file(people, [0, 0.1, 0.19]), [], { sigmas }).stats;
  expect(easy).toMatchObject({ APeasy: 0, APmedium: -1, APhard: -1 });
});

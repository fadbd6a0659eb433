import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MareyError } from "../error.js";
import { coco17, mpii16 } from "../skeleton/layouts.js";
import { isCocoKeypoints, readCocoKeypoints } from "./coco.js";

const encode = (content: unknown) => new TextEncoder().encode(JSON.stringify(content));
const points = (n: number, c = 0.9, count = 17) => Array.from({ length: count }, () => [n, n + 1, c]).flat();
const read = (content: unknown, options = {}) => readCocoKeypoints(encode(content), "x.json", options);

describe("readCocoKeypoints", () => {
  test("results of several people become frames by image_id, with gaps as empty frames", () => {
    const result = (image_id: number, n: number) => ({
      image_id,
      category_id: 1,
      keypoints: points(n),
      score: 0.7,
    });
    const { frames, firstFrame, skeleton, width, frameRate } = read([
      { ...result(6, 60), bbox: [1, 2, 3, 4] },
      result(4, 40),
      result(6, 61),
    ]);
    expect([firstFrame, skeleton, width, frameRate]).toEqual([4, coco17, 0, 30]);
    expect(frames.map((people) => people.map(({ joints }) => joints[0]))).toEqual([[40], [], [60, 61]]);
    expect(frames[2][0]).toMatchObject({ box: [1, 2, 4, 6], score: 0.7 });
    expect(frames[2][1].box).toBeUndefined();
  });

  test("a joint of confidence 0 is missing", () => {
    const keypoints = points(5);
    keypoints[5] = 0;
    const [[{ joints }]] = read([{ image_id: 0, keypoints }]).frames;
    expect([...joints.subarray(3, 6)]).toEqual([NaN, NaN, 0]);
    expect(joints[6]).toBe(5);
  });

  test("AlphaPose: names of files, scores beyond 1, numbers of people where they differ", () => {
    const entry = (image_id: string, idx: number) => ({
      image_id,
      keypoints: points(9),
      score: 2.8,
      idx,
      box: [0, 0, 5, 9],
    });
    const tracked = read([entry("10.jpg", 1), entry("9.jpg", 1), entry("9.jpg", 2)]);
    expect(tracked.firstFrame).toBe(9);
    expect(tracked.frames.map((people) => people.map(({ id }) => id))).toEqual([[1, 2], [1]]);
    expect(tracked.frames[0][0]).toMatchObject({ score: 1, box: [0, 0, 5, 9] });
    const untracked = read([entry("9.jpg", 0), entry("9.jpg", 0), entry("10.jpg", 0)]);
    expect(untracked.frames.flat().every((person) => !("id" in person))).toBe(true);
    expect(read([entry("1.jpg", 7), entry("2.jpg", 7)]).frames[0][0].id).toBeUndefined();
  });

  test("MMPose's inferencer: points and scores apart, frames without instances", () => {
    const instance = {
      keypoints: Array.from({ length: 17 }, () => [3, 4]),
      keypoint_scores: Array(17).fill(0.5),
    };
    const list = [
      { frame_id: 1, instances: [{ ...instance, bbox: [[1, 2, 30, 40]], bbox_score: 0.9 }] },
      { frame_id: 2, instances: [] },
    ];
    for (const content of [list, { meta_info: {}, instance_info: list }]) {
      const { frames, firstFrame } = read(content);
      expect([firstFrame, frames.length]).toEqual([1, 2]);
      expect(frames[0][0].box).toEqual([1, 2, 30, 40]);
      expect([...frames[0][0].joints.subarray(0, 3)]).toEqual([3, 4, 0.5]);
    }
  });

  test("a data set: sizes, pictures without people, crowds left out, visibilities", () => {
    const set = {
      images: [0, 1, 2].map((i) => ({ id: 100 + i, file_name: `v_${i + 7}.png`, width: 640, height: 480 })),
      categories: [{ id: 1, keypoints: mpii16.joints }],
      annotations: [
        { id: 1, image_id: 101, keypoints: points(1, 2, 16), num_keypoints: 16 },
        { id: 2, image_id: 101, iscrowd: 1, keypoints: points(0, 0, 16), num_keypoints: 0 },
        { id: 3, image_id: 102, keypoints: points(2, 1, 16) },
      ],
    };
    const { frames, firstFrame, width, height, skeleton } = read(set);
    expect([firstFrame, width, height, skeleton.name]).toEqual([7, 640, 480, "mpii16"]);
    expect(frames.map((people) => people.map(({ joints }) => joints[2]))).toEqual([[], [1], [0.5]]);
  });

  test("an empty list has no frames", () => {
    expect(read([])).toMatchObject({ frames: [], firstFrame: 0, skeleton: coco17 });
  });

  test.each([
    [{ people: [] }, /x\.json: it has neither results nor annotations/],
    [[3], /entry 0: it is no object/],
    [[{ image_id: 1, bbox: [1, 2, 3, 4] }], /entry 0: it has no keypoints/],
    [[{ keypoints: points(1) }], /entry 0: it names no picture/],
    [[{ image_id: "a.jpg", keypoints: points(1) }], /entry 0: its picture has no number/],
    [[{ image_id: -1, keypoints: points(1) }], /entry 0: its picture has no number/],
    [[{ image_id: 1, keypoints: [1, 2] }], /2 keypoint values/],
    [[{ image_id: 1, keypoints: ["1", 2, 3] }], /no number/],
    [[{ image_id: 1, keypoints: [1, 2, 3] }], /1 keypoints a person/],
    [
      [
        { image_id: 1, keypoints: points(1) },
        { image_id: 1, keypoints: points(1, 1, 16) },
      ],
      /entry 1: it has 16 keypoints/,
    ],
    [
      [
        { image_id: 1, keypoints: points(1) },
        { image_id: 9e9, keypoints: points(1) },
      ],
      /numbered 1 to 9000000000/,
    ],
    [{ annotations: [], images: [1] }, /image 0: it is no object/],
    [{ annotations: [], images: [{}] }, /names no picture/],
  ])("refuses %j", (content, says) => {
    expect(() => read(content)).toThrow(says);
    expect(() => read(content)).toThrow(expect.objectContaining({ code: "COCO_INVALID" }));
  });

  test("whatever the fields hold, there is a MareyError or joints without infinities", () =>
    fc.assert(
      fc.property(
        fc.array(
          fc.record(
            {
              image_id: fc.oneof(fc.integer(), fc.string(), fc.anything()),
              keypoints: fc.oneof(
                fc.array(fc.double(), { maxLength: 60 }),
                fc.constant(points(3)),
                fc.anything(),
              ),
              score: fc.oneof(fc.double(), fc.anything()),
              bbox: fc.oneof(fc.array(fc.double()), fc.anything()),
              instances: fc.option(fc.array(fc.anything(), { maxLength: 2 }), { nil: undefined }),
            },
            { requiredKeys: [] },
          ),
          { maxLength: 4 },
        ),
        fc.boolean(),
        (entries, asSet) => {
          const text = JSON.stringify(asSet ? { annotations: entries, images: entries } : entries);
          try {
            const { frames } = readCocoKeypoints(new TextEncoder().encode(text));
            for (const { joints, score } of frames.flat()) {
              expect(score).toBeGreaterThanOrEqual(0);
              for (const v of joints) expect(Math.abs(v)).not.toBe(Infinity);
            }
          } catch (error) {
            expect(error).toBeInstanceOf(MareyError);
          }
        },
      ),
      { numRuns: 300 },
    ));

  test("is told from other JSON", () => {
    expect([[], { annotations: [] }, { people: [] }, null, 3].map(isCocoKeypoints)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  const photographs = "../shared/data/images/coco_real.json";
  test.skipIf(!existsSync(photographs))("real photographs of COCO", () => {
    const { frames, skeleton } = readCocoKeypoints(new Uint8Array(readFileSync(photographs)));
    expect(skeleton).toBe(coco17);
    expect(frames.flat().length).toBeGreaterThan(80);
  });
});

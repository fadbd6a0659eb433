import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MareyError } from "../error.js";
import { body25, body25b, body135, coco17, wholeBody133 } from "../skeleton/layouts.js";
import { lastNumber, readOpenPose, recogniseOpenPose } from "./openPose.js";
import { readOpenPoseFrame } from "./openPoseFrame.js";
import { writeOpenPose, writeOpenPoseFrame } from "./openPoseWriter.js";

const encode = (text: string) => new TextEncoder().encode(text);
const view = (name: string) => `../shared/data/pose2sim-single/pose/${name}_json`;
const folder = view("cam01");
const real = existsSync(folder)
  ? readdirSync(folder).map((name) => ({ name, bytes: new Uint8Array(readFileSync(join(folder, name))) }))
  : [];

describe("readOpenPoseFrame", () => {
  test("keeps slots, makes 0, 0, 0 missing, reads the old key and the id", () => {
    const people = readOpenPoseFrame(
      encode(
        '{"version":1.1,"people":[{},{"person_id":[3],"pose_keypoints":[1,2,0.5,0,0,0]},{"pose_keypoints_2d":[]}]}',
      ),
    );
    expect(people[0]).toBeUndefined();
    expect(people[1]).toEqual({ id: 3, keypoints: Float64Array.of(1, 2, 0.5, NaN, NaN, 0) });
    expect(people[2]).toBeUndefined();
  });

  test.each([
    ["", "JSON_INVALID"],
    ['{"people":[{"pose_keypoints_2d":[1,2', "JSON_INVALID"],
    ["[]", "OPENPOSE_INVALID"],
    ['{"people":{}}', "OPENPOSE_INVALID"],
    ['{"people":[[]]}', "OPENPOSE_INVALID"],
    ['{"people":[{"pose_keypoints_2d":[1,2]}]}', "OPENPOSE_INVALID"],
    ['{"people":[{"pose_keypoints_2d":["1",2,3]}]}', "OPENPOSE_INVALID"],
  ])("refuses %s", (text, code) => {
    expect(() => readOpenPoseFrame(encode(text), "cam01.0007.json")).toThrow(
      expect.objectContaining({ code, where: "cam01.0007.json" }),
    );
  });
});

describe("readOpenPose", () => {
  const person = (n: number) => ({ pose_keypoints_2d: Array.from({ length: 51 }, () => n) });
  const file = (name: string, n: number) => ({
    name,
    bytes: encode(JSON.stringify({ people: [{}, person(n)] })),
  });

  test("sorts by the last number and keeps gaps as empty frames", () => {
    const { frames, firstFrame, skeleton } = readOpenPose([file("cam1_11.json", 11), file("cam1_9.json", 9)]);
    expect(skeleton).toBe(coco17);
    expect(firstFrame).toBe(9);
    expect(frames.map((people) => people[0]?.joints[0])).toEqual([9, undefined, 11]);
  });

  describe("face and hands", () => {
    const points = (n: number, value: number) => Array.from({ length: 3 * n }, () => value);
    const files = (...people: object[]) => [{ name: "a_0.json", bytes: encode(JSON.stringify({ people })) }];
    const body = { pose_keypoints_2d: points(25, 0.5) };
    const whole = {
      ...body,
      face_keypoints_2d: points(70, 0.25),
      hand_left_keypoints_2d: points(21, 0.75),
      hand_right_keypoints_2d: points(21, 0),
    };

    test("extend the layout where anybody shows them; who lacks them misses them", () => {
      const { skeleton, frames } = readOpenPose(files(whole, body));
      expect(skeleton.name).toBe("body25+face70+hands");
      const at = (joint: string) => 3 * skeleton.joints.indexOf(joint);
      const [first, second] = frames[0];
      expect(first.score).toBe(0.5);
      expect(first.joints[at("nose")]).toBe(0.5);
      expect(first.joints[at("face_69")]).toBe(0.25);
      expect(first.joints[at("left_pinky4")]).toBe(0.75);
      expect([...first.joints.subarray(at("right_pinky4"))]).toEqual([NaN, NaN, 0]);
      expect(second.joints[at("nose")]).toBe(0.5);
      expect([...second.joints.subarray(at("face_0"), at("face_0") + 3)]).toEqual([NaN, NaN, 0]);
    });

    test("are left out where they were never found, and on demand", () => {
      expect(readOpenPose(files({ ...body, face_keypoints_2d: points(70, 0) })).skeleton).toBe(body25);
      const { skeleton, frames } = readOpenPose(files(whole), { bodyOnly: true });
      expect(skeleton).toBe(body25);
      expect(frames[0][0].joints).toHaveLength(75);
    });

    test("stand alone, and under the keys of version 1.1", () => {
      const { skeleton, frames } = readOpenPose(files({ hand_right_keypoints: points(21, 0.5) }));
      expect(skeleton.name).toBe("body25+hands");
      expect(frames[0][0].joints.slice(-3)).toEqual(Float32Array.of(0.5, 0.5, 0.5));
      expect(frames[0][0].joints[0]).toBeNaN();
    });

    test("fill a stated layout, whose hands may begin at the wrist; whole bodies in one list stay", () => {
      const { frames } = readOpenPose(files(whole), { skeleton: body135 });
      const at = (joint: string) => 3 * body135.joints.indexOf(joint);
      expect(frames[0][0].joints[at("left_wrist")]).toBe(0.5);
      expect(frames[0][0].joints[at("left_thumb1")]).toBe(0.75);
      const flat = readOpenPose(files({ pose_keypoints_2d: points(133, 0.5), face_keypoints_2d: [] }));
      expect(flat.skeleton).toBe(wholeBody133);
    });

    test("of unknown size are refused", () => {
      expect(() => readOpenPose(files({ ...body, face_keypoints_2d: points(5, 1) }))).toThrow(
        /5 points a face/,
      );
      expect(() => readOpenPose(files({ ...whole, hand_left_keypoints_2d: points(20, 1) }))).toThrow(
        /a_0\.json: a person has 20 points of the left hand/,
      );
    });
  });

  test("names the file at fault", () => {
    expect(() => readOpenPose([])).toThrow(MareyError);
    expect(() => readOpenPose([file("x.json", 1)])).toThrow(/x\.json: its name has no frame number/);
    expect(() => readOpenPose([file("a1.json", 1), file("b1.json", 1)])).toThrow(/same frame number/);
    expect(() => readOpenPose([file("a1.json", 1), file("a20260101.json", 1)])).toThrow(/span/);
    expect(() => readOpenPose([file("a1.json", 1)], { skeleton: body25 })).toThrow(/a1\.json.*17 keypoints/);
  });

  test("the last number is the frame's, OpenPose's suffix or not", () => {
    expect(lastNumber("cam2/take3_000000000042_keypoints.json")).toBe(42);
    expect(lastNumber("cam01.0007.json")).toBe(7);
    expect(lastNumber("2026/x.json")).toBeUndefined();
  });

  test.skipIf(real.length === 0)("BODY_25B is recognised from all sides", () => {
    for (const name of ["cam01", "cam02", "cam03", "cam04"]) {
      const files = readdirSync(view(name)).map((file) => ({
        name: file,
        bytes: new Uint8Array(readFileSync(join(view(name), file))),
      }));
      expect(readOpenPose(files).skeleton).toBe(body25b);
    }
  });

  test.skipIf(real.length === 0)("real BODY_25B detections are recognised and survive writing", () => {
    const detections = readOpenPose(real);
    expect(detections.skeleton).toBe(body25b);
    expect(detections.frames.length).toBe(100);
    const again = readOpenPose(
      [...writeOpenPose(detections, "cam01")].map(({ name, text }) => ({ name, bytes: encode(text) })),
    );
    expect(again).toEqual(detections);
  });

  test.each([body25, body25b])(
    "someone upright is $name, seen from the front, the side or behind",
    (layout) => {
      const heights: [RegExp, number][] = [
        [/head_top/, 0],
        [/nose|eye|ear/, 10],
        [/neck|shoulder/, 30],
        [/elbow|wrist/, 60],
        [/hip|pelvis/, 90],
        [/knee/, 130],
        [/./, 170],
      ];
      for (const hidden of [/^$/, /left/, /nose|eye/, /nose|eye|right_ear|left_hip/]) {
        const keypoints = new Float64Array(75).fill(NaN);
        layout.joints.forEach((joint, j) => {
          const [, y] = heights.find(([part]) => part.test(joint)) ?? [/./, 0];
          const x = joint.startsWith("left") ? 110 : joint.startsWith("right") ? 95 : 102;
          if (!hidden.test(joint)) keypoints.set([x, y, 1], 3 * j);
        });
        expect(recogniseOpenPose([undefined, { keypoints }])).toBe(layout);
      }
    },
  );

  test("a frame without people is written as such", () => {
    expect(readOpenPoseFrame(encode(writeOpenPoseFrame([undefined])))).toEqual([undefined]);
  });

  test.skipIf(real.length === 0)("damaged files end in a MareyError or a result without NaN confidence", () =>
    fc.assert(
      fc.property(
        fc.nat(real.length - 1),
        fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 8 }),
        fc.option(fc.nat(), { nil: undefined }),
        (i, edits, cut) => {
          const bytes = real[i].bytes.slice();
          for (const [at, value] of edits) bytes[at % bytes.length] = value;
          try {
            const people = readOpenPoseFrame(
              cut === undefined ? bytes : bytes.subarray(0, cut % bytes.length),
            );
            for (const p of people) for (const v of p?.keypoints ?? []) expect(v).not.toBe(Infinity);
          } catch (error) {
            expect(error).toBeInstanceOf(MareyError);
          }
        },
      ),
    ),
  );
});

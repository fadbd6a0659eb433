import { expect, test } from "vitest";
import { body25, coco17, coco18, face68, face70, withParts } from "../skeleton/index.js";
import { readOpenPose } from "./openPose.js";
import { readOpenPoseFrame } from "./openPoseFrame.js";
import { openPoseWriter, writeOpenPose } from "./openPoseWriter.js";

const missing = (count: number) => Array.from({ length: count }, () => [NaN, NaN, 0]).flat();
const bytes = (text: string) => new TextEncoder().encode(text);

test("the letter of a file: keys and their order, numbers, no blanks", () => {
  const joints = Float32Array.from(missing(18));
  joints.set([582.34912, 0.000012, 0.84591752], 3);
  const { frame } = openPoseWriter({ skeleton: coco18 });
  const pose = `0,0,0,582.349,1.2e-05,0.845918${",0,0,0".repeat(16)}`;
  const rest =
    '"face_keypoints_2d":[],"hand_left_keypoints_2d":[],"hand_right_keypoints_2d":[],"pose_keypoints_3d":[],' +
    '"face_keypoints_3d":[],"hand_left_keypoints_3d":[],"hand_right_keypoints_3d":[]';
  expect(frame([{ score: 1, joints }])).toBe(
    `{"version":1.3,"people":[{"person_id":[-1],"pose_keypoints_2d":[${pose}],${rest}}]}`,
  );
  expect(frame([{ score: 1, joints, id: 7 }])).toContain('"person_id":[7]');
  expect(frame([])).toBe('{"version":1.3,"people":[]}');
  expect(frame([], [Float32Array.of(1, 2, 0.5, 3, 4, 0.25), new Float32Array()])).toBe(
    '{"version":1.3,"people":[],"part_candidates":[{"0":[1,2,0.5,3,4,0.25],"1":[]}]}',
  );
});

test("a body in BODY_25's order: neck and pelvis between, feet missing", () => {
  const joints = Float32Array.from(coco17.joints.flatMap((_, j) => [10 * j, j, 0.5]));
  const [person] = readOpenPoseFrame(
    bytes(openPoseWriter({ skeleton: coco17, body: body25 }).frame([{ score: 1, joints }])),
  );
  const at = (name: string) => {
    const j = 3 * body25.joints.indexOf(name);
    return Array.from(person?.keypoints.subarray(j, j + 3) ?? []);
  };
  expect(person?.keypoints.length).toBe(75);
  expect(at("neck")).toEqual([55, 5.5, 0.5]);
  expect(at("pelvis")).toEqual([115, 11.5, 0.5]);
  expect(at("left_wrist")).toEqual([90, 9, 0.5]);
  expect(at("left_heel")).toEqual([NaN, NaN, 0]);
});

test.each([face70, face68])("face and hands go to their own keys; a face has 70 points ($name)", (face) => {
  const whole = withParts(coco17, { face, hands: true });
  const joints = Float32Array.from(whole.joints.flatMap((_, j) => [j + 1, 1, 1]));
  const [person] = readOpenPoseFrame(
    bytes(openPoseWriter({ skeleton: whole }).frame([{ score: 1, joints }])),
  );
  const F = face.joints.length;
  expect(person?.keypoints.length).toBe(51);
  expect(person?.face?.length).toBe(210);
  expect([0, 67].map((i) => person?.face?.[3 * i])).toEqual([18, 85]);
  expect(person?.face?.[3 * 69]).toEqual(F === 70 ? 87 : NaN);
  expect([person?.handLeft?.[0], person?.handLeft?.[60]]).toEqual([18 + F, 38 + F]);
  expect([person?.handRight?.[0], person?.handRight?.length]).toEqual([39 + F, 63]);
});

test("coordinates can be placed elsewhere; a missing joint stays 0, 0, 0", () => {
  const joints = Float32Array.from([...missing(16), 50, 20, 1]);
  const { frame } = openPoseWriter({ skeleton: coco17, place: (value, axis) => value / 100 - axis });
  expect(frame([{ score: 1, joints }])).toContain(`[${"0,0,0,".repeat(16)}0.5,-0.8,1]`);
});

test("a view's files read back: whole people too, frames by their numbers", () => {
  const skeleton = withParts(body25, { face: face70, hands: true });
  const joints = Float32Array.from(
    skeleton.joints.flatMap((_, j) => (j % 7 === 0 ? [NaN, NaN, 0] : [j, 2 * j, 0.5])),
  );
  const people = [{ score: 0.5, joints, id: 2 }];
  const view = { skeleton, frameRate: 30, width: 0, height: 0, firstFrame: 9, frames: [people, [], people] };
  const files = [...writeOpenPose(view, "a")].map(({ name, text }) => ({ name, bytes: bytes(text) }));
  expect(files[2].name).toBe("a_000000000011_keypoints.json");
  const read = readOpenPose(files);
  expect(read.skeleton.name).toBe(skeleton.name);
  expect([read.firstFrame, read.frames.map(({ length }) => length)]).toEqual([9, [1, 0, 1]]);
  expect(read.frames[2][0].joints).toEqual(joints);
  expect(read.frames[2][0].id).toBe(2);
});

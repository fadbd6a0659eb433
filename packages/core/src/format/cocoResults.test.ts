import { expect, test } from "vitest";
import { body25, coco17 } from "../skeleton/index.js";
import { readCocoKeypoints } from "./coco.js";
import { cocoResults } from "./cocoResults.js";

test("entries in COCO-17's order: missing joints are −1, −1, 0, nobody is no entry", () => {
  const joints = new Float32Array(75).fill(NaN);
  const wrist = 3 * body25.joints.indexOf("right_wrist");
  joints.set([12.5, 7, 0.25], wrist);
  const nobody = { score: 0.5, joints: new Float32Array(75).fill(NaN) };
  const points = `${"-1,-1,0,".repeat(10)}12.5,7,0.25${",-1,-1,0".repeat(6)}`;
  const people = [{ score: 0.75, joints, id: 4 }, nobody];
  expect(cocoResults({ skeleton: body25 })(785, people)).toEqual([
    `{"image_id":785,"category_id":1,"keypoints":[${points}],"score":0.75,"track_id":4}`,
  ]);
  expect(cocoResults({ skeleton: body25, flags: true })(785, people)[0]).toContain("12.5,7,1,-1");
});

test("what is written is read again", () => {
  const joints = Float32Array.from(
    coco17.joints.flatMap((_, j) => (j === 3 ? [NaN, NaN, 0] : [j, 2 * j, 0.5])),
  );
  const entries = cocoResults({ skeleton: coco17 });
  const text = `[${[...entries(3, [{ score: 0.5, joints }]), ...entries(5, [])]}]`;
  const read = readCocoKeypoints(new TextEncoder().encode(text));
  expect([read.firstFrame, read.frames.length]).toEqual([3, 1]);
  expect(read.frames[0][0].joints).toEqual(joints);
});

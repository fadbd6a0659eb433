import { expect, test } from "vitest";
import type { Motion } from "../motion/motion.js";
import { coco17, h36m17, type Skeleton } from "../skeleton/index.js";
import { motionDistance } from "./compare.js";

/** A motion in which every joint of frame f lies at (f, offset, 0). */
function line(skeleton: Skeleton, firstFrame: number, frameCount: number, offset: number): Motion {
  const joints = skeleton.joints.length;
  const positions = new Float32Array(frameCount * joints * 3);
  for (let i = 0; i < frameCount * joints; i++)
    positions.set([firstFrame + Math.floor(i / joints), offset, 0], 3 * i);
  const people = [{ id: 0, positions, state: new Uint8Array(frameCount * joints).fill(1) }];
  return { skeleton, frameRate: 60, up: "y", firstFrame, frameCount, people };
}

test("frames are matched by number, joints by name, missing ones left out", () => {
  const motion = line(coco17, 0, 10, 0);
  const knee = coco17.joints.indexOf("left_knee");
  motion.people[0].positions.fill(NaN, 3 * (5 * 17 + knee), 3 * (5 * 17 + knee) + 3);
  const { joints, all, left, frames } = motionDistance(motion, line(h36m17, 4, 10, 0.25));
  expect(frames).toBe(6);
  expect(joints.map(({ joint }) => joint)).toEqual(
    h36m17.joints.filter((name) => coco17.joints.includes(name)),
  );
  expect(left).toContain("pelvis");
  for (const { joint, count, median, mean } of joints) {
    expect(count).toBe(joint === "left_knee" ? 5 : 6);
    expect([median, mean]).toEqual([0.25, 0.25]);
  }
  expect(all.count).toBe(6 * joints.length - 1);
});

test("motions without a common frame share nothing", () => {
  expect(motionDistance(line(coco17, 0, 3, 0), line(coco17, 3, 3, 0)).joints).toEqual([]);
});

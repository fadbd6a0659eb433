import { expect, test } from "vitest";
import type { Detection, Detections } from "../motion/keypoints.js";
import { JointState } from "../motion/state.js";
import { coco17 } from "../skeleton/layouts.js";
import { followView, trackView, viewTracker } from "./viewTracker.js";

/** A figure of 80 × 240 pixels whose shape is its own by `kind`. */
function figure(x: number, y: number, kind: number, score = 0.9): Detection {
  const joints = new Float32Array(51);
  for (let j = 0; j < 17; j++)
    joints.set([x + 40 * Math.sin(1.7 * j + kind), y + 15 * j - 120 + 10 * Math.cos(j * kind), 0.9], 3 * j);
  return { score, joints };
}

const take = (frames: Detection[][]): Detections => ({
  skeleton: coco17,
  frameRate: 30,
  width: 1280,
  height: 720,
  firstFrame: 0,
  frames,
});

test("two people who cross keep their ids, in whatever order they are listed", () => {
  const tracker = viewTracker(coco17.sigmas, 30);
  for (let t = 0; t < 60; t++) {
    const both = [figure(200 + 10 * t, 300, 1), figure(800 - 10 * t, 340, 3)];
    const ids = followView(tracker, t % 3 === 1 ? both.reverse() : both);
    expect([...ids]).toEqual(t % 3 === 1 ? [1, 0] : [0, 1]);
  }
});

test("a doubtful detection continues a person and begins none", () => {
  const tracker = viewTracker(coco17.sigmas, 30);
  expect([...followView(tracker, [figure(300, 300, 1), figure(700, 300, 2, 0.3)])]).toEqual([0, -1]);
  expect([...followView(tracker, [figure(303, 300, 1, 0.2), figure(700, 300, 2, 0.05)])]).toEqual([0, -1]);
});

test("who comes back in time keeps the id, who comes later or elsewhere is someone new", () => {
  const after = (gap: number, x: number) => {
    const tracker = viewTracker(coco17.sigmas, 30);
    for (let t = 0; t < 10; t++) followView(tracker, [figure(300 + 2 * t, 300, 1)]);
    for (let t = 0; t < gap; t++) followView(tracker, []);
    return followView(tracker, [figure(x, 300, 1)])[0];
  };
  expect(after(20, 340)).toBe(0);
  expect(after(60, 340)).toBe(1);
  expect(after(5, 1000)).toBe(1);
});

test("a track has one row a frame: missing where nobody or no joint was found", () => {
  const half = figure(308, 300, 1);
  half.joints.set([NaN, NaN, 0], 0);
  const frames = [[figure(300, 300, 1)], [], [half], [figure(312, 300, 1), figure(900, 300, 2)], []];
  const { people, frameCount } = trackView(take(frames));
  expect(frameCount).toBe(5);
  expect(people.map(({ id }) => id)).toEqual([0]);
  const { state, data } = people[0]!;
  const seen = [0, 1, 2, 3, 4].map((t) => state.subarray(17 * t, 17 * t + 17).filter((s) => s !== 0).length);
  expect(seen).toEqual([17, 0, 16, 17, 0]);
  expect(state[2 * 17]).toBe(JointState.missing);
  expect(data[17 * 3]).toBeNaN();
});

test("no frames, no people", () => {
  expect(trackView(take([])).people).toEqual([]);
  expect(trackView(take([[], []])).people).toEqual([]);
});

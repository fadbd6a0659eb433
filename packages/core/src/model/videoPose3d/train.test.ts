import { expect, test } from "vitest";
import { random } from "../../array/random.js";
import type { LiftSequence } from "./sequence.js";
import { examples } from "./train.js";

const joints = 3;
const draw = random(4);
const normal = (count: number) => Float32Array.from({ length: count }, () => draw.normal());
const sequence = (name: string, frames: number): LiftSequence => ({
  name,
  action: "a",
  frameRate: 50,
  frames,
  joints,
  keypoints: normal(frames * joints * 2),
  poseJoints: joints,
  positions: normal(frames * joints * 3),
  camera: normal(9),
});
const mirror = [0, 2, 1];
const mirrors = { keypoints: mirror, positions: mirror };
const plain = { filterWidths: [3, 3], flip: false, shuffle: false };

test("an example is a window around its frame, the pose from the root, and the root", () => {
  const one = sequence("one", 20);
  const { keypoints, target, root } = examples([one], mirrors, { ...plain, batch: 20 }).batch(0, 0);
  expect([keypoints.dims, target.dims, root.dims]).toEqual([
    [20, 9, joints, 2],
    [20, 1, joints, 3],
    [20, 1, 1, 3],
  ]);
  const positions = one.positions as Float32Array;
  for (let t = 0; t < 20; t++)
    for (let k = 0; k < 3; k++) {
      const pelvis = positions[t * 9 + k];
      expect(root.data[3 * t + k]).toBe(pelvis);
      expect(target.data[9 * t + k]).toBe(0);
      expect(target.data[9 * t + 6 + k]).toBeCloseTo(positions[t * 9 + 6 + k] - pelvis, 5);
    }
  // The window's first frame of frame 7 is frame 3.
  expect([...keypoints.data.slice(7 * 54, 7 * 54 + 6)]).toEqual([...one.keypoints.slice(18, 24)]);
});

test("examples of several poses have windows as much longer", () => {
  const of = examples([sequence("one", 20)], mirrors, { ...plain, batch: 2, chunk: 5 });
  expect(of.length).toBe(2);
  const { keypoints, target, root } = of.batch(0, 1);
  expect([keypoints.dims, target.dims, root.dims]).toEqual([
    [2, 13, joints, 2],
    [2, 5, joints, 3],
    [2, 5, 1, 3],
  ]);
});

test("the last batch is left out, or as small as it is; what is left of the one before isn't in it", () => {
  const all = [sequence("one", 7), sequence("two", 4)];
  expect(examples(all, mirrors, { ...plain, batch: 4 }).length).toBe(2);
  const whole = examples(all, mirrors, { ...plain, batch: 4, dropLast: false });
  expect(whole.length).toBe(3);
  whole.batch(0, 0);
  const { keypoints, target, root } = whole.batch(0, 2);
  expect([keypoints.dims[0], target.dims[0], root.dims[0]]).toEqual([3, 3, 3]);
  for (const { dims, data } of [keypoints, target, root])
    expect(data.length).toBe(dims.reduce((product, size) => product * size, 1));
  const positions = all[1].positions as Float32Array;
  expect([...root.data]).toEqual([1, 2, 3].flatMap((t) => [...positions.slice(t * 9, t * 9 + 3)]));
});

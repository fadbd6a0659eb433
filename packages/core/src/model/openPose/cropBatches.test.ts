import { expect, test } from "vitest";
import { coco18 } from "../../skeleton/layouts.js";
import { cropBatchMaker, type LabelledCrop } from "./cropBatches.js";

const J = coco18.joints.length;
const limbs = [[1, 2]] as const;
const options = { skeleton: coco18, limbs, stride: 8, batch: 1, size: 64 };

/** Somebody of whom neck and right shoulder are known, the latter to the right of the picture. */
function crop(change: Partial<LabelledCrop> = {}): LabelledCrop {
  const keypoints = new Float32Array(3 * J).fill(NaN);
  keypoints.set([35.5, 27.5, 2, 75.5, 27.5, 0], 3);
  const data = new Uint8Array(64 * 64 * 3);
  for (let i = 0; i < data.length; i += 3) data[i] = 255;
  const image = { width: 64, height: 64, channels: 3, data };
  return { image, people: [{ keypoints }], known: coco18.joints.map(() => true), source: "test", ...change };
}

test("a peak stands where the joint is, and the field leads to one outside", () => {
  const { picture, target, weight } = cropBatchMaker(options)([crop()]);
  expect(target.dims).toEqual([1, J + 1 + 2, 8, 8]);
  const neck = target.data.subarray(64, 128);
  expect(neck.indexOf(Math.max(...neck))).toBe(3 * 8 + 4);
  const [x, y] = [target.data.subarray((J + 1) * 64, (J + 2) * 64), target.data.subarray((J + 2) * 64)];
  expect([x[3 * 8 + 7], Math.abs(y[3 * 8 + 7])]).toEqual([1, 0]);
  expect(new Set(weight.data)).toEqual(new Set([1]));
  // Blue comes first, red last.
  expect([picture.data[0], picture.data[2 * 64 * 64]]).toEqual([-0.5, 255 / 256 - 0.5]);
});

test("nothing counts where people are whom nobody labelled", () => {
  const mask = new Uint8Array(64 * 64).fill(1);
  for (let y = 48; y < 64; y++) mask.fill(0, y * 64, y * 64 + 4);
  const { weight } = cropBatchMaker(options)([crop({ mask, people: [] })]);
  expect([weight.data[5 * 8], weight.data[6 * 8], weight.data[6 * 8 + 1]]).toEqual([1, 0.5, 1]);
});

test("sizes that don't fit are refused", () => {
  expect(() => cropBatchMaker({ ...options, size: 60 })).toThrow(/multiple of the stride/);
  expect(() => cropBatchMaker({ ...options, batch: 0 })).toThrow(/batch/);
  expect(() => cropBatchMaker({ ...options, size: 72 })([crop()])).toThrow(
    /test.*64×64 pixels, expected 72×72/,
  );
});

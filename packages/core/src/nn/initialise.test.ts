import { expect, test } from "vitest";
import { type Random, random } from "../array/random.js";
import * as initialise from "./initialise.js";

const shape = [64, 32, 3, 3];
const moments = (data: Float32Array) => {
  const mean = data.reduce((sum, x) => sum + x, 0) / data.length;
  return { mean, deviation: Math.sqrt(data.reduce((sum, x) => sum + (x - mean) ** 2, 0) / data.length) };
};
const greatest = (data: Float32Array) => data.reduce((most, x) => Math.max(most, Math.abs(x)), 0);

test("fans count the kernel's places", () => {
  expect(initialise.fans(shape)).toEqual({ in: 288, out: 576 });
  expect(initialise.fans([7, 5])).toEqual({ in: 5, out: 7 });
});

test.each<[string, (from: Random) => Float32Array, number]>([
  ["Kaiming", (r) => initialise.kaimingNormal(r, shape), Math.sqrt(2 / 288)],
  ["Kaiming, out", (r) => initialise.kaimingUniform(r, shape, { fan: "out" }), Math.sqrt(2 / 576)],
  ["Kaiming, leaky", (r) => initialise.kaimingNormal(r, shape, { slope: 2 }), Math.sqrt(2 / 5 / 288)],
  ["Xavier, gain 2", (r) => initialise.xavierNormal(r, shape, 2), 2 * Math.sqrt(2 / 864)],
  ["Xavier, uniform", (r) => initialise.xavierUniform(r, shape), Math.sqrt(2 / 864)],
  ["normal", (r) => initialise.normal(r, shape, 0.5), 0.5],
])("the deviation of %s is the paper's, within 2 %%", (_, make, deviation) => {
  expect(Math.abs(moments(make(random(3))).deviation / deviation - 1)).toBeLessThan(0.02);
});

test("PyTorch's way is uniform within one over the root of the fan in", () => {
  const data = initialise.torchUniform(random(5), shape);
  expect(greatest(data)).toBeLessThanOrEqual(1 / Math.sqrt(288));
  expect(greatest(data)).toBeGreaterThan(0.99 / Math.sqrt(288));
  expect(moments(data).mean).toBeCloseTo(0, 2);
});

test("truncated normal numbers stay within two deviations", () => {
  const data = initialise.truncatedNormal(random(7), shape, 0.1);
  expect(greatest(data)).toBeLessThanOrEqual(Math.fround(0.2));
  expect(moments(data).deviation).toBeCloseTo(0.088, 3); // √(1 − 4φ(2)/(2Φ(2) − 1)) = 0.8796
});

test.each([[[4, 9]], [[9, 4]], [[6, 2, 3]]])(
  "orthogonal %j: the shorter side's vectors have length 2 and right angles",
  (sizes) => {
    const rows = sizes[0];
    const columns = sizes.slice(1).reduce((a, b) => a * b, 1);
    const data = initialise.orthogonal(random(11), sizes, 2);
    const [count, length] = [Math.min(rows, columns), Math.max(rows, columns)];
    const at = (vector: number, i: number) =>
      rows <= columns ? data[vector * columns + i] : data[i * columns + vector];
    for (let a = 0; a < count; a++)
      for (let b = 0; b < count; b++) {
        let dot = 0;
        for (let i = 0; i < length; i++) dot += at(a, i) * at(b, i);
        expect(dot).toBeCloseTo(a === b ? 4 : 0, 5);
      }
  },
);

test("the same seed gives the same values", () => {
  const draw = (seed: number) => initialise.kaimingNormal(random(seed), [8, 8]);
  expect(draw(2)).toEqual(draw(2));
  expect(draw(2)).not.toEqual(draw(3));
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Distribution } from "../graph/node.js";
import { fillNoise } from "./noise.js";

function noise(distribution: Distribution, length: number, seed = 1, step = 0, index = 0) {
  const data = distribution === "bytes" ? new Uint8Array(length) : new Float32Array(length);
  const type = distribution === "bytes" ? "uint8" : "float32";
  fillNoise({ type, dims: [length], data }, distribution, seed, step, index);
  return data;
}

const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, x) => sum + x, 0) / values.length;
const distributions: Distribution[] = ["uniform", "normal", "bytes"];

describe.each(distributions)("%s noise", (distribution) => {
  test("follows from seed, step and input alone, whatever the memory held and wherever it lies", () =>
    fc.assert(
      fc.property(
        fc.nat(70),
        fc.integer(),
        fc.nat(),
        fc.nat(9),
        fc.nat(3),
        (length, seed, step, index, at) => {
          const first = noise(distribution, length, seed, step, index);
          const size = first.BYTES_PER_ELEMENT;
          const used = new Uint8Array((length + at) * size).fill(255);
          const data =
            first instanceof Float32Array
              ? new Float32Array(used.buffer, at * size, length)
              : new Uint8Array(used.buffer, at * size, length);
          const type = distribution === "bytes" ? "uint8" : "float32";
          fillNoise({ type, dims: [length], data }, distribution, seed, step, index);
          expect(data).toEqual(first);
        },
      ),
    ));

  test("differs from step to step, from input to input and from seed to seed", () => {
    const all = [
      noise(distribution, 64, 1, 0, 0),
      noise(distribution, 64, 1, 1, 0),
      noise(distribution, 64, 1, 0, 1),
      noise(distribution, 64, 2, 0, 0),
      noise(distribution, 64, 0, 0, 0),
      noise(distribution, 64, 0, 1, 0),
      noise(distribution, 64, 0, 0, 1),
    ].map((values) => values.join());
    expect(new Set(all).size).toBe(all.length);
  });

  test("one step says nothing about the next", () => {
    const [a, b] = [noise(distribution, 20_000, 3, 4), noise(distribution, 20_000, 3, 5)];
    const [meanA, meanB] = [mean(a), mean(b)];
    const products = Array.from(a, (x, i) => (x - meanA) * ((b[i] as number) - meanB));
    const spread = mean(Array.from(a, (x) => (x - meanA) ** 2));
    expect(Math.abs(mean(products) / spread)).toBeLessThan(0.03);
  });
});

test("uniform noise fills [0, 1) evenly", () => {
  const values = noise("uniform", 100_000, 7, 11);
  expect(Math.min(...values.subarray(0, 50_000))).toBeGreaterThanOrEqual(0);
  expect(values.every((x) => x >= 0 && x < 1)).toBe(true);
  expect(mean(values)).toBeCloseTo(0.5, 2);
  expect(mean(values.map((x) => (x - 0.5) ** 2))).toBeCloseTo(1 / 12, 2);
});

test("normal noise has mean 0, deviation 1 and the tails of a normal distribution", () => {
  const values = noise("normal", 100_001, 7, 11);
  expect(values.every(Number.isFinite)).toBe(true);
  expect(mean(values)).toBeCloseTo(0, 1);
  expect(mean(values.map((x) => x * x))).toBeCloseTo(1, 1);
  expect(mean(values.map((x) => Number(Math.abs(x) > 1.959964)))).toBeCloseTo(0.05, 2);
  expect(mean(values.map((x) => x ** 4))).toBeGreaterThan(2.9);
});

test("every byte is as frequent as the others", () => {
  const counts = new Uint32Array(256);
  for (const byte of noise("bytes", 256_001, 5, 9)) counts[byte] = (counts[byte] as number) + 1;
  // χ² with 255 degrees of freedom: 99.9 % lie below 331.
  expect(counts.reduce((sum, n) => sum + (n - 1000) ** 2 / 1000, 0)).toBeLessThan(331);
});

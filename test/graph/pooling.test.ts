import * as g from "@marey/core/graph";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compute, largestDifference } from "./compute.js";
import { filled } from "./values.js";

interface Pooling {
  readonly size: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly pads: readonly [number, number];
  readonly ceilMode: boolean;
}

/** Cells that each window of one axis sees: −1 is in the padding, −2 beyond it. */
function windowsOf({ size, kernel, stride, dilation, pads: [begin, end], ceilMode }: Pooling): number[][] {
  const last = size + begin + end - dilation * (kernel - 1) - 1; // where the last window may start, of the padded axis
  const starts: number[] = [];
  for (let at = 0; at <= last || (ceilMode && at < last + stride && at < size + begin); at += stride)
    starts.push(at);
  return starts.map((start) =>
    Array.from({ length: kernel }, (_, i) => start + i * dilation - begin).map((at) =>
      at >= 0 && at < size ? at : at >= -begin && at < size + end ? -1 : -2,
    ),
  );
}

const poolings = fc
  .record({
    size: fc.integer({ min: 3, max: 12 }),
    kernel: fc.integer({ min: 1, max: 4 }),
    stride: fc.integer({ min: 1, max: 4 }),
    dilation: fc.integer({ min: 1, max: 3 }),
    pads: fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 2 })),
    ceilMode: fc.boolean(),
  })
  // Each window must see something, or its maximum would be −∞.
  .filter((p) => p.pads[0] < p.kernel && windowsOf(p).every((cells) => cells.some((at) => at >= 0)))
  .filter((p) => windowsOf(p).length > 0);

const options = ({ kernel, stride, dilation, pads, ceilMode }: Pooling) => ({
  kernel,
  strides: stride,
  dilations: dilation,
  pads,
  ceilMode,
});
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

describe("pooling equals its definition", () => {
  test("maxima, and the gradient to where they are", () =>
    fc.assert(
      fc.asyncProperty(poolings, async (pooling) => {
        const [shape, values] = [[1, 1, pooling.size], filled([pooling.size])];
        const cells = windowsOf(pooling).map((seen) => seen.filter((at) => at >= 0));
        const places = cells.map((seen) =>
          seen.reduce((best, at) => (values[at]! > values[best]! ? at : best)),
        );
        const gradient = new Float64Array(pooling.size);
        places.forEach((at, i) => {
          gradient[at]! += i + 1;
        });
        const { y, dx } = await compute(
          (x) => {
            const y = g.maxPool(x, options(pooling));
            const weights = g.constant(places.map((_, i) => i + 1));
            return { y, dx: g.gradients(g.reduceSum(g.mul(y, weights)), [x])[0]! };
          },
          { shape, values },
        );
        expect([...y]).toEqual(places.map((at) => values[at]));
        expect([...dx]).toEqual([...gradient]);
      }),
      { numRuns: 40 },
    ));

  test("means, with the padding counted or not", () =>
    fc.assert(
      fc.asyncProperty(poolings, fc.boolean(), async (pooling, countIncludePad) => {
        const values = filled([pooling.size]);
        const want = windowsOf(pooling).map((seen) => {
          const count = seen.filter((at) => at >= (countIncludePad ? -1 : 0)).length;
          return sum(seen.map((at) => values[at] ?? 0)) / count;
        });
        const build = (x: g.Node) => ({ y: g.averagePool(x, { ...options(pooling), countIncludePad }) });
        const { y } = await compute(build, { shape: [1, 1, pooling.size], values });
        expect(largestDifference(y, want)).toBeLessThan(1e-6);
      }),
      { numRuns: 40 },
    ));

  test("adaptive windows cover ⌊i·size/count⌋ up to ⌈(i + 1)·size/count⌉", () =>
    fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        async (size, count) => {
          const values = filled([size]);
          const parts = Array.from({ length: count }, (_, i) =>
            [...values].slice(Math.floor((i * size) / count), Math.ceil(((i + 1) * size) / count)),
          );
          const build = (x: g.Node) => ({
            mean: g.adaptiveAveragePool(x, count),
            most: g.adaptiveMaxPool(x, [count]),
          });
          const { mean, most } = await compute(build, { shape: [1, 1, size], values });
          expect(
            largestDifference(
              mean,
              parts.map((part) => sum(part) / part.length),
            ),
          ).toBeLessThan(1e-6);
          expect([...most]).toEqual(parts.map((part) => Math.max(...part)));
        },
      ),
      { numRuns: 20 },
    ));

  test("pooling of two axes is pooling of one after the other", async () => {
    const shape = [2, 3, 7, 9];
    const x = { shape, values: filled(shape) };
    const both = { kernel: [3, 2], strides: [2, 1], pads: [1, 0, 1, 1] };
    const { y, apart } = await compute((node) => {
      const rows = g.maxPool(node, { kernel: [3, 1], strides: [2, 1], pads: [1, 0, 1, 0] });
      return {
        y: g.maxPool(node, both),
        apart: g.maxPool(rows, { kernel: [1, 2], strides: 1, pads: [0, 0, 0, 1] }),
      };
    }, x);
    expect([...y]).toEqual([...apart]);
  });

  test("windows that don't fit are refused", () => {
    const x = g.input("x", [1, 1, 4]);
    expect(() => g.maxPool(x, { kernel: 5 })).toThrow(/MaxPool.*windows of 5/);
    expect(() => g.averagePool(x, { kernel: 2, strides: 0 })).toThrow(/AveragePool/);
    expect(() => g.adaptiveMaxPool(x, [2, 2])).toThrow(/AdaptiveMaxPool/);
  });
});

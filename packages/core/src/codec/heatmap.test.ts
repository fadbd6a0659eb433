import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { gaussianHeatmaps, type HeatmapCodec } from "./heatmap.js";
import { megviiHeatmaps } from "./megvii.js";
import { udpHeatmaps, udpOffsets } from "./udp.js";

const size = { joints: 2, input: [192, 256], cells: [48, 64] } as const;
const codecs: Record<string, { codec: HeatmapCodec; error: number }> = {
  "quarter cells": { codec: gaussianHeatmaps({ ...size, sigma: 2 }), error: 3 },
  DARK: {
    codec: gaussianHeatmaps({ ...size, sigma: 2, exactCentre: true, refine: { blur: 11 } }),
    error: 0.05,
  },
  UDP: { codec: udpHeatmaps({ ...size, sigma: 2, blur: 11 }), error: 0.05 },
  "UDP with offsets": { codec: udpOffsets({ ...size, radius: 0.0546875, blur: 23 }), error: 0.01 },
  megvii: { codec: megviiHeatmaps({ ...size, blur: 11 }), error: 4.1 },
};
const inner = fc.tuple(
  fc.double({ min: 45, max: 145, noNaN: true }),
  fc.double({ min: 45, max: 210, noNaN: true }),
);

describe.each(Object.entries(codecs))("%s", (_, { codec, error }) => {
  test("decode undoes encode to its resolution", () =>
    fc.assert(
      fc.property(inner, inner, (a, b) => {
        const found = codec.decode(codec.encode([...a, 1, ...b, 1]).maps);
        [...a, 1, ...b, 1].forEach((v, i) => {
          if (i % 3 < 2) expect(Math.abs(found[i] - v)).toBeLessThan(error);
        });
      }),
      { numRuns: 30 },
    ));

  test("hidden joints leave no mark, in a target used again too", () => {
    const target = codec.encode([90, 100, 1, 100, 50, 1]);
    codec.encode([90, 100, 0.2, 100, 50, 1], target);
    expect(target.weights[0]).toBeCloseTo(0.2);
    expect(target.weights[1]).toBe(1);
    const half = target.maps.length / 2;
    expect(target.maps.subarray(0, half).every((v) => v === 0)).toBe(true);
    expect(target.maps.subarray(half).some((v) => v > 0)).toBe(true);
    const found = codec.decode(target.maps);
    expect(found[0]).toBeLessThan(0);
    expect(found[1]).toBeLessThan(0);
  });
});

test("of several people the larger Gaussian counts in each cell", () => {
  const { codec } = codecs.DARK;
  const [a, b] = [
    [90, 100, 1, 0, 0, 0],
    [98, 100, 1, 0, 0, 0],
  ];
  const both = codec.encode([...a, ...b]);
  const [one, other] = [codec.encode(a).maps, codec.encode(b).maps];
  expect(both.maps).toEqual(one.map((v, i) => Math.max(v, other[i])));
  expect([...both.weights]).toEqual([1, 0, 1, 0]);
});

test("a joint out of reach weighs nothing; one in reach of the edge leaves its flank", () => {
  for (const name of ["quarter cells", "DARK", "UDP", "megvii"])
    expect(codecs[name].codec.encode([-100, 50, 1, 90, 700, 1]).weights).toEqual(new Float32Array(2));
  const { maps, weights } = codecs.UDP.codec.encode([-8, (12 * 255) / 63, 1, 90, 100, 1]);
  expect(weights[0]).toBe(1);
  expect(Math.max(...maps.subarray(0, 48 * 64))).toBeCloseTo(Math.exp(-((8 / (191 / 47)) ** 2) / 8), 2);
});

test("decode writes into the array given", () => {
  const { codec } = codecs.UDP;
  const out = new Float32Array(6);
  const { maps } = codec.encode([90, 100, 1, 100, 50, 1]);
  expect(codec.decode(maps, out)).toBe(out);
  expect(out[2]).toBeGreaterThan(0.9);
});

import { random, svd } from "@marey/core/array";
import * as g from "@marey/core/graph";
import { describe, expect, test } from "vitest";
import { compute, type Fed, largestDifference } from "./compute.js";

const draw = random(3);
const fed = (...shape: number[]): Fed => ({
  shape,
  values: Array.from({ length: g.sizeOf(shape) }, () => draw.uniform(-2, 2)),
});
const ramp = (count: number) => Array.from({ length: count }, (_, i) => i);

describe("resizing", () => {
  test.each(["nearest", "linear", "bicubic"] as const)(
    "%s keeps a constant, whatever the sizes",
    async (mode) => {
      const { y } = await compute(
        (x) => ({
          y: g.concat(
            [
              [3, 11],
              [10, 10],
              [1, 2],
              [5, 7],
            ].map((size) => g.reshape(g.resize(x!, size, { mode }), [-1])),
            0,
          ),
        }),
        { shape: [1, 2, 5, 7], values: new Array(70).fill(2.5) },
      );
      expect(largestDifference(y, new Array(y.length).fill(2.5))).toBeLessThan(1e-6);
    },
  );

  test("a ramp between aligned corners stays a ramp, in one, two and three axes", async () => {
    const { line, cube } = await compute(
      (x, z) => ({
        line: g.resize(x!, [9], { mode: "linear", alignCorners: true }),
        cube: g.resize(z!, [5, 2, 2], { mode: "linear", alignCorners: true }),
      }),
      { shape: [1, 1, 5], values: ramp(5) },
      { shape: [1, 1, 3, 1, 1], values: ramp(3) },
    );
    expect([...line]).toEqual(ramp(9).map((i) => i / 2));
    expect([...cube]).toEqual(ramp(20).map((i) => Math.floor(i / 4) / 2));
  });

  test("shuffling pixels and back changes nothing", async () => {
    const x = fed(2, 8, 3, 5);
    const { y, shuffled } = await compute((x) => {
      const shuffled = g.pixelShuffle(x!, 2);
      return { y: g.pixelUnshuffle(shuffled, 2), shuffled };
    }, x);
    expect(largestDifference(y, Float32Array.from(x.values))).toBe(0);
    expect(largestDifference(shuffled, Float32Array.from(x.values))).toBeGreaterThan(0);
  });

  test("sizes that make no sense are refused", () => {
    const x = g.input("x", [1, 6, 4, 4]);
    expect(() => g.resize(x, [0, 4], { mode: "nearest" })).toThrow(/Resize/);
    expect(() => g.pixelShuffle(x, 4)).toThrow(/PixelShuffle/);
    expect(() => g.pixelUnshuffle(x, 3)).toThrow(/PixelUnshuffle/);
  });
});

describe("sampling by a grid", () => {
  const image = fed(2, 3, 4, 5);
  /** Places of all cells, −1…1 from centre to centre. */
  const places = ramp(2 * 20).flatMap((i) => [((i % 5) / 4) * 2 - 1, (Math.floor((i % 20) / 5) / 3) * 2 - 1]);

  test("at the cells' own places gives the image", async () => {
    const { y } = await compute(
      (x, grid) => ({ y: g.gridSample(x!, grid!, { alignCorners: true }) }),
      image,
      {
        shape: [2, 4, 5, 2],
        values: places,
      },
    );
    expect(largestDifference(y, Float32Array.from(image.values))).toBeLessThan(2e-6);
  });

  test("far outside gives zeros, or the border", async () => {
    const grid = { shape: [2, 1, 1, 2], values: [9, 9, 9, 9] };
    const { zeros, border } = await compute(
      (x, grid) => ({
        zeros: g.gridSample(x!, grid!),
        border: g.gridSample(x!, grid!, { padding: "border" }),
      }),
      image,
      grid,
    );
    expect(zeros.every((value) => value === 0)).toBe(true);
    expect([...border]).toEqual(ramp(6).map((i) => Math.fround(image.values[20 * i + 19]!)));
  });

  test("a grid for other axes or another batch is refused", () => {
    const x = g.input("x", [2, 3, 4, 5]);
    expect(() => g.gridSample(x, g.input("grid", [2, 4, 5, 3]))).toThrow(/GridSample/);
    expect(() => g.gridSample(x, g.input("grid", [1, 4, 5, 2]))).toThrow(/GridSample/);
  });
});

describe("attention", () => {
  test("a query that may attend to nothing attends evenly instead of giving NaN", async () => {
    const { y } = await compute(
      (q, v) => ({
        y: g.scaledDotProductAttention(q!, q!, v!, g.constant([1, 1, 1, 0, 1, 1, 0, 0, 0], [3, 3], "bool")),
      }),
      fed(1, 3, 4),
      { shape: [1, 3, 1], values: [1, 2, 6] },
    );
    expect(y[0]).toBeCloseTo(3, 6);
    expect(y[1]).toBe(1);
  });

  test("under a causal mask nothing depends on what comes later", async () => {
    const x = fed(1, 4, 6);
    const weights = [fed(18, 6), fed(18), fed(6, 6), fed(6)];
    const { slope } = await compute(
      (x, inWeight, inBias, outWeight, outBias) => {
        const { y } = g.multiHeadAttention(
          {
            in_proj_weight: inWeight!,
            in_proj_bias: inBias!,
            out_proj: { weight: outWeight!, bias: outBias! },
          },
          x!,
          x!,
          x!,
          { heads: 2, mask: g.causalMask(4) },
        );
        return { slope: g.gradients(g.reduceSum(g.slice(y, 1, 1, 2)), [x!])[0]! };
      },
      x,
      ...weights,
    );
    expect([...slope.subarray(12)].every((value) => value === 0)).toBe(true);
    expect([...slope.subarray(0, 12)].every((value) => value !== 0)).toBe(true);
  });
});

describe("normalisation", () => {
  test("layers, groups and instances have mean 0 and deviation 1 where they say", async () => {
    const x = fed(2, 4, 6);
    const { layer, group, instance } = await compute((x) => {
      const [ones, zeros] = [g.expand(g.constant(1), [4]), g.expand(g.constant(0), [4])];
      return {
        layer: g.layerNorm(x!, g.expand(g.constant(1), [4, 6]), g.expand(g.constant(0), [4, 6])),
        group: g.groupNorm(x!, 2, ones, zeros),
        instance: g.instanceNorm(x!, ones, zeros),
      };
    }, x);
    for (const [values, size] of [
      [layer, 24],
      [group, 12],
      [instance, 6],
    ] as const)
      for (let i = 0; i < 48; i += size) {
        const part = [...values.subarray(i, i + size)];
        expect(part.reduce((a, b) => a + b) / size).toBeCloseTo(0, 5);
        expect(part.reduce((a, b) => a + b * b, 0) / size).toBeCloseTo(1, 3);
      }
  });

  test("layer normalisation of axes that aren't the last is refused", () => {
    const x = g.input("x", [2, 3, 4]);
    const weight = g.input("w", [3]);
    expect(() => g.layerNorm(x, weight, weight, { axes: [1] })).toThrow(/last axes/);
    expect(() => g.groupNorm(x, 2, weight, weight)).toThrow(/divides/);
  });

  test("spectral normalisation reaches a largest singular value of 1, and remembers the vectors it found", async () => {
    const w = fed(4, 2, 3);
    const [u, v] = [
      { shape: [4], values: [1, 0, 0, 0] },
      { shape: [6], values: [1, 0, 0, 0, 0, 0] },
    ];
    const { weight, found, remembered } = await compute(
      (w, u, v) => {
        const { weight } = g.spectralNorm(w!, u!, v!, { training: true, iterations: 100 });
        const updates = g.stateUpdates([g.reduceSum(weight)]);
        expect([...updates.keys()]).toEqual([u, v]);
        const value = updates.get(u!)!;
        return { weight, found: value, remembered: g.reduceSum(g.square(value)) };
      },
      w,
      u,
      v,
    );
    expect(svd(weight, 4, 6).s[0]).toBeCloseTo(1, 4);
    expect(remembered[0]).toBeCloseTo(1, 5);
    const { U } = svd(Float64Array.from(w.values), 4, 6);
    const along = ramp(4).reduce((sum, i) => sum + found[i]! * U[6 * i]!, 0);
    expect(Math.abs(along)).toBeCloseTo(1, 3);
  });
});

describe("soft-argmax", () => {
  test("of a sharp peak it is the peak, x first", async () => {
    const maps = new Array<number>(2 * 3 * 4 * 5).fill(0);
    maps[60 + (1 * 4 + 2) * 5 + 3] = 50;
    const { flat, deep } = await compute(
      (x) => ({ deep: g.softArgmax(x!, 3, 2), flat: g.softArgmax(g.reshape(x!, [1, 2, 12, 5]), 2, 2) }),
      { shape: [1, 2, 3, 4, 5], values: maps },
    );
    expect(largestDifference(deep.subarray(0, 3), [2, 1.5, 1])).toBeLessThan(1e-5);
    expect(largestDifference(deep.subarray(3), [3, 2, 1])).toBeLessThan(1e-5);
    expect(largestDifference(flat.subarray(2), [3, 6])).toBeLessThan(1e-5);
  });
});

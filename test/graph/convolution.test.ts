import { random } from "@marey/core/array";
import * as g from "@marey/core/graph";
import fc from "fast-check";
import { onnxRuntime } from "marey";
import { describe, expect, test } from "vitest";

/** Sizes and places of a convolution; channels are counted per group. */
interface Case {
  readonly batch: number;
  readonly groups: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly space: readonly number[];
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** All begins, then all ends. */
  readonly pads: readonly number[];
}

const product = (sizes: readonly number[]) => sizes.reduce((a, b) => a * b, 1);
/** All positions of a box, in row-major order. */
const positions = (sizes: readonly number[]): number[][] =>
  sizes.reduce<number[][]>(
    (list, n) => list.flatMap((at) => Array.from({ length: n }, (_, i) => [...at, i])),
    [[]],
  );
const flat = (at: readonly number[], sizes: readonly number[]) =>
  at.reduce((index, i, axis) => index * sizes[axis]! + i, 0);
const windowsOf = (c: Case) =>
  c.space.map((size, i) => {
    const extent = c.dilations[i]! * (c.kernel[i]! - 1) + 1;
    return Math.floor((size + c.pads[i]! + c.pads[i + c.space.length]! - extent) / c.strides[i]!) + 1;
  });

const noise = (count: number, seed: number) => {
  const draw = random(seed);
  return Float32Array.from({ length: count }, () => draw.uniform(-1, 1));
};

/** Values and gradients by the definition, in doubles: every product that there is, at its three places. */
function byDefinition(c: Case, x: Float32Array, w: Float32Array, seed: Float32Array) {
  const windows = windowsOf(c);
  const [cells, taps, places] = [product(c.space), product(c.kernel), product(windows)];
  const y = new Float64Array(c.batch * c.groups * c.outputs * places);
  const dx = new Float64Array(x.length);
  const dw = new Float64Array(w.length);
  for (const [p, window] of positions(windows).entries())
    for (const [t, tap] of positions(c.kernel).entries()) {
      const at = window.map(
        (i, axis) => i * c.strides[axis]! + tap[axis]! * c.dilations[axis]! - c.pads[axis]!,
      );
      if (at.some((i, axis) => i < 0 || i >= c.space[axis]!)) continue;
      const cell = flat(at, c.space);
      for (const [n, group, o, i] of positions([c.batch, c.groups, c.outputs, c.inputs]) as [
        number,
        number,
        number,
        number,
      ][]) {
        const yAt = ((n * c.groups + group) * c.outputs + o) * places + p;
        const xAt = ((n * c.groups + group) * c.inputs + i) * cells + cell;
        const wAt = ((group * c.outputs + o) * c.inputs + i) * taps + t;
        y[yAt]! += x[xAt]! * w[wAt]!;
        dx[xAt]! += seed[yAt]! * w[wAt]!;
        dw[wAt]! += seed[yAt]! * x[xAt]!;
      }
    }
  return { y, dx, dw };
}

const shapes = (c: Case) => ({
  x: [c.batch, c.groups * c.inputs, ...c.space],
  w: [c.groups * c.outputs, c.inputs, ...c.kernel],
  seed: [c.batch, c.groups * c.outputs, ...windowsOf(c)],
});

/** Values and gradients by the engine, and those of the transposed convolution that is its second argument's transpose. */
async function byEngine(c: Case, data: Record<"x" | "w" | "seed", Float32Array>) {
  const sizes = shapes(c);
  const [x, w, seed] = [g.input("x", sizes.x), g.input("w", sizes.w), g.input("seed", sizes.seed)];
  const y = g.conv(x, w, c);
  const [dx, dw] = g.gradients(g.reduceSum(g.mul(y, seed)), [x, w]);
  const feeds = Object.fromEntries(
    Object.entries(data).map(([name, values]) => [
      name,
      { type: "float32" as const, dims: sizes[name as "x"], data: values },
    ]),
  );
  return g.evaluate(onnxRuntime, { y, dx: dx!, dw: dw! }, feeds);
}

/** The greatest difference over the greatest magnitude. */
function error(got: ArrayLike<number>, want: Float64Array): number {
  if (got.length !== want.length) return Number.POSITIVE_INFINITY;
  const scale = want.reduce((most, v) => Math.max(most, Math.abs(v)), 1);
  return want.reduce((most, v, i) => Math.max(most, Math.abs(v - got[i]!)), 0) / scale;
}

async function check(c: Case): Promise<void> {
  const sizes = shapes(c);
  const data = {
    x: noise(product(sizes.x), 1),
    w: noise(product(sizes.w), 2),
    seed: noise(product(sizes.seed), 3),
  };
  const want = byDefinition(c, data.x, data.w, data.seed);
  const got = await byEngine(c, data);
  for (const name of ["y", "dx", "dw"] as const)
    expect(
      error(got[name]!.data as Float32Array, want[name]),
      `${name} of ${JSON.stringify(c)}`,
    ).toBeLessThan(2e-6);
}

const plain = { batch: 2, groups: 1, strides: [1, 1], dilations: [1, 1], pads: [1, 1, 1, 1], kernel: [3, 3] };
/** One case for each form that a convolution or a gradient takes, by its sizes. */
const forms: Record<string, Case> = {
  "shifted copies": { ...plain, inputs: 17, outputs: 16, space: [9, 7] },
  "shifted copies in groups": { ...plain, groups: 2, inputs: 16, outputs: 16, space: [8, 8] },
  "shifted copies, unequal pads and dilation": {
    ...plain,
    inputs: 16,
    outputs: 16,
    space: [8, 6],
    dilations: [2, 1],
    pads: [1, 2, 3, 0],
  },
  "shifted copies of single channels": { ...plain, groups: 3, inputs: 1, outputs: 1, space: [16, 17] },
  "few channels, unfolded": { ...plain, inputs: 3, outputs: 5, space: [8, 8] },
  "stride, unfolded": { ...plain, inputs: 4, outputs: 5, space: [11, 12], strides: [2, 2] },
  "unfolded one by one": {
    ...plain,
    inputs: 4,
    outputs: 3,
    space: [6, 6],
    kernel: [1, 1],
    pads: [0, 0, 0, 0],
  },
  "few windows": { ...plain, inputs: 5, outputs: 20, space: [4, 3] },
  "few windows, stride and dilation": {
    ...plain,
    inputs: 5,
    outputs: 20,
    space: [7, 8],
    strides: [2, 3],
    dilations: [2, 1],
  },
  "fewer windows than the input has room for": {
    ...plain,
    inputs: 5,
    outputs: 20,
    space: [6, 6],
    strides: [2, 2],
    pads: [0, 0, 0, 0],
  },
  "side by side on one axis": {
    ...plain,
    inputs: 6,
    outputs: 7,
    space: [10],
    kernel: [3],
    strides: [3],
    dilations: [1],
    pads: [0, 0],
  },
  "pads beyond the kernel": { ...plain, batch: 1, inputs: 2, outputs: 2, space: [5, 6], pads: [4, 3, 4, 5] },
  "single example": { ...plain, batch: 1, inputs: 3, outputs: 9, space: [4, 4] },
  volume: {
    ...plain,
    inputs: 2,
    outputs: 3,
    space: [4, 5, 4],
    kernel: [3, 1, 2],
    strides: [1, 2, 1],
    dilations: [1, 1, 2],
    pads: [1, 0, 1, 1, 0, 1],
  },
};

describe("a convolution and its gradients equal their definition", () => {
  test.each(Object.entries(forms))("%s", (_, c) => check(c));

  test("for any sizes", async () => {
    const axes = fc.integer({ min: 1, max: 2 });
    const list = (count: number, min: number, max: number) =>
      fc.array(fc.integer({ min, max }), { minLength: count, maxLength: count });
    const cases = axes.chain((n) =>
      fc.record({
        batch: fc.integer({ min: 1, max: 2 }),
        groups: fc.integer({ min: 1, max: 2 }),
        inputs: fc.constantFrom(1, 3, 16),
        outputs: fc.constantFrom(1, 4, 16),
        space: list(n, 2, 9),
        kernel: list(n, 1, 3),
        strides: list(n, 1, 3),
        dilations: list(n, 1, 2),
        pads: list(2 * n, -1, 3),
      }),
    );
    const possible = cases.filter((c) => windowsOf(c).every((count) => count >= 1));
    await fc.assert(fc.asyncProperty(possible, check), { numRuns: 40 });
  });

  test("its second argument's sizes are checked", () => {
    const [x, w] = [g.input("x", [1, 4, 5]), g.input("w", [6, 2, 3])];
    expect(() => g.conv(x, w)).toThrow(/Convolution.*1,4,5.*6,2,3/);
    expect(g.conv(x, w, { groups: 2 }).shape).toEqual([1, 6, 3]);
    expect(() => g.conv(x, g.input("w", [6, 4, 7]))).toThrow(/larger than the padded input/);
    expect(() => g.conv(x, w, { groups: 2, pads: [1] })).toThrow(/2 places/);
    expect(() => g.conv(x, w, { groups: 2, strides: 0 })).toThrow(/below 1/);
  });
});

test("a transposed convolution is a convolution's transpose: ⟨conv(x), z⟩ = ⟨x, convTranspose(z)⟩", async () => {
  const geometry = { strides: [2, 3], pads: [1, 0, 2, 1], dilations: [1, 2] };
  const [x, w] = [g.input("x", [2, 4, 10, 12]), g.input("w", [6, 2, 3, 2])];
  const y = g.conv(x, w, { ...geometry, groups: 2 });
  const z = g.input("z", y.shape);
  const back = g.convTranspose(z, w, { ...geometry, groups: 2, outputPadding: [0, 1] });
  expect(back.shape).toEqual(x.shape);
  const feeds = Object.fromEntries(
    [x, w, z].map(({ shape }, i) => [
      ["x", "w", "z"][i],
      { type: "float32" as const, dims: shape, data: noise(product(shape), i) },
    ]),
  );
  const sums = { left: g.reduceSum(g.mul(y, z)), right: g.reduceSum(g.mul(x, back)) };
  const { left, right } = await g.evaluate(onnxRuntime, sums, feeds);
  expect(Number(left!.data[0])).toBeCloseTo(Number(right!.data[0]), 3);
});

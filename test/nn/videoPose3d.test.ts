import { random } from "@marey/core/array";
import { constant, input } from "@marey/core/graph";
import { type ForwardOptions, network, receptiveField } from "@marey/core/model/videoPose3d";
import { baked, count, leaves } from "@marey/core/nn";
import { describe, expect, test } from "vitest";
import { compute, largestDifference } from "../graph/compute.js";

const small = { channels: 12, jointsIn: 4, jointsOut: 3 };

function randomParams(filterWidths: readonly number[], dense = false) {
  const draw = random(7);
  const params = network.init(draw, { ...small, filterWidths, dense });
  // Running statistics and affine maps of their own, so that a norm left out would show.
  for (const [path, { data }] of leaves(params))
    if (path.includes("bn")) for (let i = 0; i < data.length; i++) data[i] = draw.uniform(0.5, 1.5);
  return params;
}

const noise = (shape: readonly number[], seed: number) => {
  const draw = random(seed);
  return { shape, values: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => draw.normal()) };
};

async function poses(
  params: network.NetworkParams,
  x: { shape: readonly number[]; values: Float32Array },
  options: ForwardOptions,
) {
  return (await compute((node) => ({ y: network.forward(baked(params), node, options) }), x)).y;
}

describe("the number of parameters is the official code's", () => {
  // Makes no numbers: these networks have millions.
  const still = { uniform: () => 0, normal: () => 0, integer: () => 0 };
  test.each([
    [17, 17, [1, 1, 1], false, 4_291_635],
    [17, 17, [3, 3, 3], false, 8_555_571],
    [17, 1, [3, 3, 3], false, 8_506_371],
    [17, 17, [3, 3, 7], false, 12_749_875],
    [15, 15, [3, 3, 3], false, 8_537_133],
    [17, 17, [3, 3, 3], true, 29_527_091],
  ])("%i → %i joints, %j, dense %s", (jointsIn, jointsOut, filterWidths, dense, expected) => {
    const params = network.init(still, { filterWidths, channels: 1024, jointsIn, jointsOut, dense });
    expect(count(params)).toBe(expected);
  });
});

test("paths are the names of official checkpoints", () => {
  const paths = [...leaves(randomParams([3, 3])).keys()];
  expect(paths).toEqual([
    "expand_conv.weight",
    ...["weight", "bias", "running_mean", "running_var"].map((name) => `expand_bn.${name}`),
    "layers_conv.0.weight",
    "layers_conv.1.weight",
    ...[0, 1].flatMap((k) =>
      ["weight", "bias", "running_mean", "running_var"].map((name) => `layers_bn.${k}.${name}`),
    ),
    "shrink.weight",
    "shrink.bias",
  ]);
});

describe.each([
  [[3, 3, 3], false],
  [[3, 3, 3], true],
  [[3, 5], false],
  [[5, 1, 3], true],
])("widths %j, causal %s", (filterWidths, causal) => {
  const field = receptiveField(filterWidths);
  const params = randomParams(filterWidths);

  test("the strided network gives what the dilated one gives for its windows", async () => {
    const x = noise([2, 3 * field, 4, 2], 1);
    const strided = await poses(params, x, { variant: "strided", filterWidths, causal });
    const dilated = await poses(params, x, { variant: "dilated", filterWidths, causal });
    const pose = 3 * 3;
    const frames = 2 * field + 1;
    const windows = [0, 1].flatMap((n) =>
      [0, 1, 2].flatMap((w) => {
        const at = (n * frames + w * field) * pose;
        return [...dilated.slice(at, at + pose)];
      }),
    );
    expect(strided.length).toBe(windows.length);
    expect(largestDifference(strided, windows)).toBeLessThan(1e-5);
  });

  test("a pose depends on its window alone, and on all of it", async () => {
    const x = noise([1, field + 2, 4, 2], 2);
    const changed = (frame: number) => {
      const values = x.values.slice();
      for (let i = 0; i < 8; i++) values[frame * 8 + i] = values[frame * 8 + i]! + 2;
      return { ...x, values };
    };
    const options: ForwardOptions = { variant: "dilated", filterWidths, causal };
    const before = await poses(params, x, options);
    const middle = (y: Float32Array) => y.slice(9, 18);
    const effect = async (frame: number) =>
      largestDifference(middle(before), middle(await poses(params, changed(frame), options)));
    expect(await effect(0)).toBe(0);
    expect(await effect(field + 1)).toBe(0);
    expect(await effect(1)).toBeGreaterThan(0);
    expect(await effect(field)).toBeGreaterThan(0);
  });
});

test("the residual path is the newest frame where the network is causal, else the middle one", async () => {
  // All weights of the blocks are 0 and their norms give 0: what is left is the expanded frame that the slices keep.
  const filterWidths = [1, 3, 3];
  const params = randomParams(filterWidths);
  for (const [path, { data }] of leaves(params))
    if (path.startsWith("layers_")) data.fill(path.includes("running_var") ? 1 : 0);
  const x = noise([1, 9, 4, 2], 3);
  const alone = (frame: number) => ({
    shape: [1, 9, 4, 2],
    values: Float32Array.from(x.values, (v, i) => (Math.floor(i / 8) === frame ? v : 0)),
  });
  for (const variant of ["dilated", "strided"] as const)
    for (const [causal, frame] of [
      [false, 4],
      [true, 8],
    ] as const) {
      const whole = await poses(params, x, { variant, filterWidths, causal });
      expect(await poses(params, alone(frame), { variant, filterWidths, causal })).toEqual(whole);
    }
});

test.each(["dilated", "strided"] as const)("%s: masks that are given are N×C×T", async (variant) => {
  const filterWidths = [1];
  const params = randomParams(filterWidths);
  const kept = { sequence: 1, frame: 2 };
  const mask = (shape: readonly number[]) => {
    expect(shape).toEqual([2, small.channels, 5]);
    const here = (i: number) => i % 5 === kept.frame && Math.floor(i / 5 / small.channels) === kept.sequence;
    return constant(
      Uint8Array.from({ length: 10 * small.channels }, (_, i) => Number(here(i))),
      shape,
      "bool",
    );
  };
  const options = { variant, filterWidths, dropout: 0.5, mode: { training: true, mask } };
  const y = await poses(params, noise([2, 5, 4, 2], 6), options);
  const bias = params.shrink.bias.data;
  for (let frame = 0; frame < 10; frame++) {
    const off = largestDifference(y.slice(frame * 9, frame * 9 + 9), bias);
    if (frame === 5 * kept.sequence + kept.frame) expect(off).toBeGreaterThan(0.01);
    else expect(off).toBe(0);
  }
});

test("a dense filter with zeros between its taps is the dilated one", async () => {
  const filterWidths = [3, 3];
  const params = randomParams(filterWidths);
  const dense = randomParams(filterWidths, true);
  const from = leaves(params);
  for (const [path, { data }] of leaves(dense)) {
    const values = from.get(path)!.data;
    if (path !== "layers_conv.0.weight") data.set(values);
    else
      data.fill(0).forEach((_, i) => {
        if (i < values.length) data[Math.floor(i / 3) * 7 + (i % 3) * 3] = values[i]!;
      });
  }
  const x = noise([2, 11, 4, 2], 4);
  const a = await poses(params, x, { variant: "dilated", filterWidths });
  const b = await poses(dense, x, { variant: "dense", filterWidths });
  expect(largestDifference(a, b)).toBeLessThan(1e-5);
});

test("a sequence that is too short, or no multiple for the strided network, is refused with the remedy", () => {
  const filterWidths = [3, 3];
  const params = baked(randomParams(filterWidths));
  const of = (frames: number, variant: "dilated" | "strided") => () =>
    network.forward(params, input("x", [1, frames, 4, 2]), {
      variant,
      filterWidths,
    });
  expect(of(8, "dilated")).toThrow(/T ≥ 9.*repeating its edge frames/);
  expect(of(13, "strided")).toThrow(/multiple of 9/);
  expect(of(13, "dilated")().shape).toEqual([1, 5, 3, 3]);
  expect(() => randomParams([3, 2])).toThrow(/\[3, 2\].*odd/);
});

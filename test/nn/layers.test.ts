import { random } from "@marey/core/array";
import {
  constant,
  gradients,
  input,
  type Node,
  randomLeaf,
  reduceSum,
  relu,
  stateUpdates,
  sub,
} from "@marey/core/graph";
import {
  attention,
  baked,
  batchNorm,
  convolution,
  dropout,
  EVALUATION,
  leaves,
  linear,
  type Mode,
  norm,
  prelu,
  recurrent,
  residual,
  TRAINING,
  type Tree,
} from "@marey/core/nn";
import { describe, expect, test } from "vitest";
import { compute, largestDifference } from "../graph/compute.js";

const noise = (shape: readonly number[], seed = 1) => {
  const draw = random(seed);
  return { shape, values: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => draw.normal()) };
};
const shapesOf = (params: Tree) =>
  Object.fromEntries([...leaves(params)].map(([path, { shape }]) => [path, shape.join("×")]));
const moments = (values: ArrayLike<number>) => {
  const list = Array.from(values);
  const mean = list.reduce((a, b) => a + b) / list.length;
  return { mean, variance: list.reduce((sum, x) => sum + (x - mean) ** 2, 0) / list.length };
};

test("linear: x Wᵀ + b over the last axis, whatever lies before", async () => {
  const params = linear.init(random(2), { inputs: 3, outputs: 2 });
  const x = noise([2, 2, 3]);
  const { y } = await compute((node) => ({ y: linear.forward(baked(params), node) }), x);
  const expected = Array.from({ length: 8 }, (_, i) => {
    const [r, o] = [Math.floor(i / 2), i % 2];
    return [0, 1, 2].reduce(
      (sum, c) => sum + x.values[r * 3 + c]! * params.weight.data[o * 3 + c]!,
      params.bias!.data[o]!,
    );
  });
  expect(largestDifference(y, expected)).toBeLessThan(1e-6);
});

test("convolution: sizes as PyTorch has them, bias on demand; a transposed one goes back", async () => {
  const sizes = { inputs: 4, outputs: 6, kernel: [3, 5], groups: 2 };
  expect(shapesOf(convolution.init(random(1), sizes))).toEqual({ weight: "6×2×3×5", bias: "6" });
  expect(shapesOf(convolution.initTransposed(random(1), sizes))).toEqual({ weight: "4×3×3×5", bias: "6" });
  const bare = convolution.init(random(1), { ...sizes, bias: false });
  expect(shapesOf(bare)).toEqual({ weight: "6×2×3×5" });

  // Σ g · conv(x) = Σ x · transposed(g), both with the same weight.
  const geometry = { strides: 2, pads: 1, groups: 2 };
  const [x, g] = [noise([1, 4, 9, 9], 3), noise([1, 6, 5, 4], 4)];
  const { forth, back } = await compute(
    (a, b) => ({
      forth: convolution.forward(baked(bare), a, geometry),
      back: convolution.forwardTransposed(baked(bare), b, geometry),
    }),
    x,
    g,
  );
  const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, v, i) => sum + v * b[i]!, 0);
  expect(dot(forth, g.values)).toBeCloseTo(dot(x.values, back), 3);
});

describe("batch norm", () => {
  const params = batchNorm.init(3);
  params.running_mean.data.set([1, 2, 3]);
  params.running_var.data.set([4, 9, 16]);
  const nodes = {
    weight: constant(params.weight.data, [3]),
    bias: constant(params.bias.data, [3]),
    running_mean: constant(params.running_mean.data, [3]),
    running_var: constant(params.running_var.data, [3]),
  };

  test.each([1, 0] as const)(
    "in training each channel of axis %i has mean 0 and variance 1",
    async (axis) => {
      const x = noise(axis === 1 ? [4, 3, 5] : [3, 20]);
      const mode: Mode = { training: true, momentum: 0.25 };
      const { y, mean, variance } = await compute((node) => {
        const normed = batchNorm.forward(nodes, node, { mode, axis });
        const after = stateUpdates([normed]);
        return {
          y: normed,
          mean: after.get(nodes.running_mean) as Node,
          variance: after.get(nodes.running_var) as Node,
        };
      }, x);
      for (let c = 0; c < 3; c++) {
        const of = (values: Float32Array) =>
          axis === 0
            ? values.slice(c * 20, c * 20 + 20)
            : values.filter((_, i) => Math.floor(i / 5) % 3 === c);
        expect(moments(of(y)).mean).toBeCloseTo(0, 5);
        expect(moments(of(y)).variance).toBeCloseTo(1, 3);
        const batch = moments(of(x.values));
        expect(mean[c]).toBeCloseTo(0.75 * (c + 1) + 0.25 * batch.mean, 5);
        expect(variance[c]).toBeCloseTo(0.75 * (c + 2) ** 2 + (0.25 * batch.variance * 20) / 19, 4);
      }
    },
  );

  test("in evaluation the running statistics count, and nothing is updated", async () => {
    const x = noise([2, 3, 1], 5);
    const { y } = await compute((node) => {
      const normed = batchNorm.forward(nodes, node, { mode: EVALUATION });
      expect(stateUpdates([normed]).size).toBe(0);
      return { y: normed };
    }, x);
    const expected = Array.from(x.values, (v, i) => (v - 1 - (i % 3)) / (2 + (i % 3)));
    expect(largestDifference(y, expected)).toBeLessThan(1e-4);
  });
});

describe("dropout", () => {
  const mask = Uint8Array.from({ length: 12 }, (_, i) => Number(i % 3 !== 0));
  const given: Mode = { training: true, mask: (shape) => constant(mask, shape, "bool") };

  test("keeps what the mask says and divides it by the share that is kept", async () => {
    const x = noise([3, 4]);
    const { y, same } = await compute(
      (node) => ({
        y: dropout.forward(node, 0.2, given),
        same: sub(dropout.forward(node, 0.2, EVALUATION), 0),
      }),
      x,
    );
    expect(
      largestDifference(
        y,
        x.values.map((v, i) => (mask[i] ? v / 0.8 : 0)),
      ),
    ).toBeLessThan(1e-6);
    expect([...same]).toEqual([...x.values]);
  });

  test("after a ReLU it equals ReLU, then dropout, gradient included", async () => {
    const both = (node: Node, after: boolean) => {
      const y = after
        ? dropout.afterRelu((by) => mulled(node, by), node.shape, 0.5, given)
        : dropout.forward(relu(node), 0.5, given);
      return { y, g: gradients(reduceSum(y), [node])[0]! };
    };
    const mulled = (node: Node, by: number) => linear.forward({ weight: constant([by], [1, 1]) }, node);
    const { a, b, da, db } = await compute(
      (node) => {
        const [one, two] = [both(node, true), both(node, false)];
        return { a: one.y, b: two.y, da: one.g, db: two.g };
      },
      noise([12, 1], 9),
    );
    expect(largestDifference(a, b)).toBeLessThan(1e-6);
    expect(largestDifference(da, db)).toBeLessThan(1e-6);
    expect(new Set([...db].map((v) => Math.round(v)))).toEqual(new Set([0, 2]));
  });

  test("random masks come from bytes; a rate outside [0, 1) is refused", () => {
    const x = input("x", [5]);
    const y = dropout.forward(x, 0.1, TRAINING);
    const found: Node[] = [];
    const walk = (node: Node): void => {
      if (node.op === randomLeaf([1], "bytes").op) found.push(node);
      node.inputs.forEach(walk);
    };
    walk(y);
    expect(found.map(({ type, shape }) => [type, shape])).toEqual([["uint8", [5]]]);
    expect(() => dropout.forward(x, 1, TRAINING)).toThrow(/rate of 1/);
  });
});

test("norms: mean 0 and variance 1 over what each one joins", async () => {
  const x = noise([2, 4, 6], 6);
  const { layer, group, instance } = await compute(
    (node) => ({
      layer: norm.forwardLayer(baked(norm.init([4, 6])), node),
      group: norm.forwardGroup(baked(norm.init([4])), node, 2),
      instance: norm.forwardInstance(baked(norm.init([4])), node),
    }),
    x,
  );
  for (const [y, size] of [
    [layer, 24],
    [group, 12],
    [instance, 6],
  ] as const)
    for (let at = 0; at < 48; at += size) {
      const { mean, variance } = moments(y.slice(at, at + size));
      expect(mean).toBeCloseTo(0, 5);
      expect(variance).toBeCloseTo(1, 3);
    }
});

test("PReLU: a slope per channel", async () => {
  const params = prelu.init(2);
  params.weight.data.set([0.5, 0.1]);
  const x = { shape: [1, 2, 2], values: [-1, 1, -1, 1] };
  const { y } = await compute((node) => ({ y: prelu.forward(baked(params), node) }), x);
  expect([...y]).toEqual([-0.5, 1, Math.fround(-0.1), 1]);
});

test("recurrent weights have PyTorch's names and sizes, and are taken as they are", async () => {
  const sizes = { inputs: 3, hidden: 2, layers: 2, bidirectional: true };
  const params = recurrent.initLstm(random(1), sizes);
  const shapes = shapesOf(params);
  expect(shapes).toMatchObject({ weight_ih_l0: "8×3", weight_hh_l0_reverse: "8×2", weight_ih_l1: "8×4" });
  expect(Object.keys(shapes).length).toBe(16);
  const { y, z } = await compute(
    (node) => ({
      y: recurrent.forwardLstm(baked(params), node).y,
      z: recurrent.forwardGru(baked(recurrent.initGru(random(2), { inputs: 3, hidden: 5 })), node).y,
    }),
    noise([4, 2, 3]),
  );
  expect([y.length, z.length]).toEqual([4 * 2 * 4, 4 * 2 * 5]);
  for (const v of [...y, ...z]) expect(Math.abs(v)).toBeLessThan(1);
});

test("attention: with one key every query gets its value", async () => {
  const params = attention.init(random(4), 8);
  expect(shapesOf(params)).toEqual({
    in_proj_weight: "24×8",
    in_proj_bias: "24",
    "out_proj.weight": "8×8",
    "out_proj.bias": "8",
  });
  const { y } = await compute(
    (query, key) => ({ y: attention.forward(baked(params), query, key, key, { heads: 2 }).y }),
    noise([1, 3, 8]),
    noise([1, 1, 8], 2),
  );
  expect(largestDifference(y.slice(0, 8), y.slice(16))).toBeLessThan(1e-6);
});

test("a residual block that adds nothing is a ReLU; with a stride its shortcut follows", async () => {
  const plain = residual.init(random(1), { inputs: 4, width: 4 });
  expect(plain.downsample).toBeUndefined();
  plain.bn2.weight.data.fill(0);
  const x = noise([1, 4, 3, 3]);
  const { y } = await compute(
    (node) => ({ y: residual.forward(baked(plain), node, { mode: EVALUATION }) }),
    x,
  );
  expect(
    largestDifference(
      y,
      x.values.map((v) => Math.max(v, 0)),
    ),
  ).toBe(0);
  const bottleneck = residual.init(random(1), { inputs: 4, width: 2, stride: 2, bottleneck: true });
  const shrunk = residual.forward(baked(bottleneck), input("x", [1, 4, 5, 5]), { stride: 2, mode: TRAINING });
  expect(shrunk.shape).toEqual([1, 8, 3, 3]);
});

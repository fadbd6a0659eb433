import * as g from "@marey/core/graph";
import { onnxRuntime } from "marey";
import { expect, test } from "vitest";
import { compute, largestDifference } from "./compute.js";
import { filled } from "./values.js";

const channels = (weight: g.Node, bias: g.Node) => ({
  weight,
  bias,
  runningMean: g.constant([0, 0]),
  runningVariance: g.constant([1, 1]),
});

/** Mean and unbiased variance of each channel of [batch, 2, length]. */
function statistics(values: Float32Array, length: number) {
  return [0, 1].map((channel) => {
    const own = [...values].filter((_, i) => Math.floor(i / length) % 2 === channel);
    const mean = own.reduce((a, b) => a + b, 0) / own.length;
    return [mean, own.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (own.length - 1)];
  });
}

test("batch norms that share weights, inputs or constants don't disturb each other", async () => {
  const [a, b] = [filled([3, 2, 5]), filled([3, 2, 5]).map((v) => 3 * v + 7)];
  const got = await compute(
    (x, z) => {
      const zero = g.constant([0, 0]); // equal to the running mean: one tensor in the file
      const one = g.constant([1, 1]);
      const norm = (node: g.Node, bias = zero) =>
        g.batchNorm(node, channels(one, bias), { training: true, momentum: 1 });
      const [first, second, third] = [norm(x), norm(z), norm(x, one)];
      return {
        firstMean: first.runningMean,
        firstVariance: first.runningVariance,
        secondMean: second.runningMean,
        secondVariance: second.runningVariance,
        thirdMean: third.runningMean,
        first: first.y,
        third: third.y,
        zero: g.add(g.mul(zero, g.slice(g.reshape(z, [-1]), 0, 0, 2)), zero),
      };
    },
    { shape: [3, 2, 5], values: a },
    { shape: [3, 2, 5], values: b },
  );
  const [of, other] = [statistics(a, 5), statistics(b, 5)];
  const column = (table: number[][], i: number) => table.map((row) => row[i]!);
  expect(largestDifference(got.firstMean, column(of, 0))).toBeLessThan(1e-6);
  expect(largestDifference(got.firstVariance, column(of, 1))).toBeLessThan(1e-6);
  expect(largestDifference(got.secondMean, column(other, 0))).toBeLessThan(1e-5);
  expect(largestDifference(got.secondVariance, column(other, 1))).toBeLessThan(1e-5);
  expect(largestDifference(got.thirdMean, column(of, 0))).toBeLessThan(1e-6);
  expect(
    largestDifference(
      got.third,
      got.first.map((v) => v + 1),
    ),
  ).toBeLessThan(1e-6);
  expect([...got.zero]).toEqual([0, 0]);
});

test("a network that runs twice gives the same twice: no constant was written over", async () => {
  const values = filled([4, 2, 3]);
  const build = (x: g.Node) => {
    const norm = g.batchNorm(x, channels(g.constant([2, 3]), g.constant([0, 0])), { training: true });
    return { y: norm.y, dx: g.gradients(g.reduceSum(g.square(norm.y)), [x])[0]! };
  };
  const graph = g.compile(build(g.input("in0", [4, 2, 3])));
  const network = await onnxRuntime.load(graph.model);
  const feeds = { in0: { type: "float32" as const, dims: [4, 2, 3], data: values } };
  const runs = [await network.run(feeds), await network.run(feeds), await network.run(feeds)];
  await network.close();
  for (const { y, dx } of runs) {
    expect(y!.data).toEqual(runs[0]!.y!.data);
    expect(dx!.data).toEqual(runs[0]!.dx!.data);
  }
  // Σ y² per channel doesn't change with x's place or size, so the gradient is 0 but for ε and rounding.
  expect(Math.max(...Array.from(runs[0]!.dx!.data as Float32Array, Math.abs))).toBeLessThan(0.01);
});

test("one number per channel is asked for", () => {
  const x = g.input("x", [2, 3, 4]);
  expect(() => g.batchNorm(x, channels(g.constant([1, 1]), g.constant([0, 0])), { training: true })).toThrow(
    /BatchNorm.*one number per channel/,
  );
});

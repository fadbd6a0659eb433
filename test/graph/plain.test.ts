import {
  batchNorm,
  compile,
  constant,
  evaluate,
  fed,
  gradients,
  input,
  maxPool,
  mul,
  type Node,
  neg,
  reduceSum,
  sqrt,
} from "@marey/core/graph";
import type { Runtime } from "@marey/core/seam";
import { onnxRuntime } from "marey";
import { expect, test } from "vitest";
import { largestDifference } from "./compute.js";
import { filled, float } from "./values.js";

/** Outputs as they are computed from the operators' own forms, and from the plainer compositions. */
async function bothWays(outputs: Record<string, Node>, feeds: Record<string, ReturnType<typeof float>>) {
  const [native, plain] = await Promise.all(
    (["cpu", "webgpu"] as const).map(async (device) => {
      const graph = compile(outputs, "plain", device);
      const network = await onnxRuntime.load(graph.model);
      const results = await network.run(fed(graph, feeds));
      await network.close();
      return { text: new TextDecoder("latin1").decode(graph.model), results };
    }),
  );
  for (const name of Object.keys(outputs)) {
    const [a, b] = [native, plain].map((side) => side!.results[name]!.data as Float32Array);
    expect(largestDifference(Array.from(a!, Number), Array.from(b!, Number)), name).toBeLessThan(1e-4);
  }
  return { native: native!.text, plain: plain!.text };
}

test("the plainer composition of a batch norm, which WebGPU gets, gives what its kernel gives", async () => {
  const shapes = { x: [4, 3, 5, 2], w: [3], b: [3], m: [3], v: [3], k: [4, 3, 5, 2] };
  const feeds = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, float(shape, filled(shape))]),
  );
  const [x, weight, bias, runningMean, runningVariance, k] = Object.entries(shapes).map(([name, shape]) =>
    input(name, shape),
  ) as Node[] as [Node, Node, Node, Node, Node, Node];
  const norm = batchNorm(x, { weight, bias, runningMean, runningVariance }, { training: true });
  const loss = reduceSum(mul(mul(norm.y, k), sqrt(mul(norm.y, norm.y))));
  const [dx, dw, db] = gradients(loss, [x, weight, bias]) as [Node, Node, Node];
  const texts = await bothWays({ ...norm, dx, dw, db }, feeds);
  expect(texts.native).toContain("training_mode");
  expect(texts.plain).not.toContain("training_mode");
});

test.each([
  { kernel: 2 },
  { kernel: [3, 2], strides: [2, 1], pads: [1, 0, 2, 1] },
  { kernel: 2, dilations: 2, strides: 1 },
  { kernel: 3, strides: 2, ceilMode: true },
])("where a window's maximum stood, sought without the kernel's second output: %j", async (options) => {
  const shape = [2, 3, 7, 6];
  const x = input("x", shape);
  // Few different values, so that many tie.
  const feeds = {
    x: float(
      shape,
      filled(shape).map((value) => Math.round(value * 2)),
    ),
  };
  const y = maxPool(x, options);
  const weights = filled(y.shape);
  const [dx] = gradients(reduceSum(mul(y, constant(weights, y.shape))), [x]) as [Node];
  await bothWays({ y, dx }, feeds);
});

test("what is computed once is compiled for the device that it is computed on", async () => {
  const y = maxPool(input("x", [1, 1, 4, 4]), { kernel: 2 });
  const [dx] = gradients(reduceSum(y), [y.inputs[0] as Node]) as [Node];
  const models: Uint8Array[] = [];
  const noting: Runtime = {
    load(model) {
      models.push(model);
      return onnxRuntime.load(model);
    },
  };
  const feeds = { x: float([1, 1, 4, 4], filled([1, 1, 4, 4])) };
  for (const device of ["cpu", "webgpu"] as const) {
    await evaluate(noting, { dx }, feeds, { device });
    expect(models.at(-1)).toEqual(compile({ dx }, "graph", device).model);
  }
  expect(models[0]).not.toEqual(models[1]);
});

test("a feed that is missing is named", async () => {
  const y = neg(input("x", [2]));
  await expect(evaluate(onnxRuntime, { y }, {})).rejects.toThrow(/inputs \(none\) given, expected x/);
});

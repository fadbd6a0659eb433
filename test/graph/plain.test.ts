import {
  batchNorm,
  compile,
  fed,
  gradients,
  input,
  mul,
  type Node,
  reduceSum,
  sqrt,
} from "@marey/core/graph";
import { onnxRuntime } from "marey";
import { expect, test } from "vitest";
import { largestDifference } from "./compute.js";
import { filled, float } from "./values.js";

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
  const outputs = { ...norm, dx, dw, db };
  const [native, plain] = await Promise.all(
    (["cpu", "webgpu"] as const).map(async (device) => {
      const graph = compile(outputs, "norm", device);
      const network = await onnxRuntime.load(graph.model);
      const results = await network.run(fed(graph, feeds));
      await network.close();
      return { graph, results };
    }),
  );
  expect(new TextDecoder("latin1").decode(native!.graph.model)).toContain("training_mode");
  expect(new TextDecoder("latin1").decode(plain!.graph.model)).not.toContain("training_mode");
  for (const name of Object.keys(outputs)) {
    const [a, b] = [native, plain].map((side) => side!.results[name]!.data as Float32Array);
    expect(largestDifference(a!, b!), name).toBeLessThan(1e-4);
  }
});

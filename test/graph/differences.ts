import { type Random, random } from "@marey/core/array";
import { compile, constant, gradients, input, mul, type Node, reduceSum, sizeOf } from "@marey/core/graph";
import type { Network, Tensor } from "@marey/core/seam";
import { onnxRuntime } from "marey";
import type { Sample } from "./sample.js";

/** Half the step of the wider central difference; Richardson's extrapolation takes the error of second order out. */
const STEP = 2 ** -6;

/** An element of an input with both values of the derivative that the loss has there. */
export interface Comparison {
  readonly where: string;
  readonly gradient: number;
  readonly difference: number;
}

/** The gradients of L = Σ y·w with fixed random weights w against finite differences of y, element by element. */
export async function compareWithDifferences({ inputs, build }: Sample): Promise<Comparison[]> {
  const nodes = inputs.map(({ shape }, i) => input(`x${i}`, shape));
  const y = build(...nodes);
  const weights = weightsOf(y);
  const grads = gradients(weighed(y), nodes);
  const outputs = { y, ...Object.fromEntries(grads.map((grad, i) => [`g${i}`, grad])) };
  const graph = compile(outputs);
  const network = await onnxRuntime.load(graph.model);
  const draw = random(1);
  const feeds = Object.fromEntries(inputs.map((given, i) => [`x${i}`, tensorOf(given, draw)]));
  const used = Object.fromEntries(graph.inputs.map(({ name }) => [name, feeds[name]!]));
  const results = await network.run(used);
  const comparisons: Comparison[] = [];
  for (const [i] of inputs.entries()) {
    const { data } = feeds[`x${i}`]!;
    for (let at = 0; at < data.length; at++) {
      const change = (step: number) => slope(network, used, data as Float32Array, at, step, weights);
      const difference = (4 * (await change(STEP)) - (await change(2 * STEP))) / 3;
      comparisons.push({
        where: `x${i}[${at}] = ${data[at]}`,
        gradient: Number(results[`g${i}`]!.data[at]),
        difference,
      });
    }
  }
  await network.close();
  return comparisons;
}

/** A sample of the gradient of a sample's first input: its derivatives are the second ones. */
export const gradientOf = ({ inputs, build }: Sample): Sample => ({
  inputs,
  build: (...nodes) => gradients(weighed(build(...nodes)), [nodes[0]!])[0]!,
});

const weightsOf = (y: Node): Float32Array => {
  const draw = random(sizeOf(y.shape));
  return Float32Array.from({ length: sizeOf(y.shape) }, () => draw.uniform(0.5, 1.5));
};
const weighed = (y: Node): Node => reduceSum(mul(y, constant(weightsOf(y), y.shape)));

function tensorOf(
  { shape, values, between: [low, high] = [-1.5, 1.5] }: Sample["inputs"][number],
  draw: Random,
) {
  const data = values
    ? Float32Array.from(values)
    : Float32Array.from({ length: sizeOf(shape) }, () => draw.uniform(low, high));
  return { type: "float32", dims: shape, data } satisfies Tensor;
}

/** The central difference of Σ y·w, summed in doubles, over the step that float32 really makes. */
async function slope(
  network: Network,
  feeds: Record<string, Tensor>,
  data: Float32Array,
  at: number,
  step: number,
  weights: Float32Array,
): Promise<number> {
  const value = data[at]!;
  const moved = async (x: number) => {
    data[at] = x;
    const { y } = await network.run(feeds, ["y"]);
    return { x: data[at]!, y: y!.data as Float32Array };
  };
  const [above, below] = [await moved(value + step), await moved(value - step)];
  data[at] = value;
  const change = weights.reduce((sum, w, i) => sum + w * (above.y[i]! - below.y[i]!), 0);
  return change / (above.x - below.x);
}

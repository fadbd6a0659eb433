import {
  add,
  constant,
  evaluate,
  gradients,
  input,
  mul,
  type Node,
  type NodeType,
  reduceSum,
} from "@marey/core/graph";
import type { Tensor } from "@marey/core/seam";
import { onnxRuntime } from "marey";
import { gradientOf } from "./compare.js";
import type { Case, Operation, Stored } from "./fixture.js";

/** Builds a case's outputs from its inputs, as symbolic tensors. */
// biome-ignore lint/suspicious/noExplicitAny: attributes are free JSON that each operation knows
export type Build = (inputs: Record<string, Node>, attributes: any) => Record<string, Node>;

/** An operation that is a graph: its outputs are computed, and the gradients that the case asks for. */
export function graphOperation(build: Build): Operation {
  return async (fixture) => {
    const inputs = symbols(fixture.inputs);
    const outputs = build(inputs, fixture.attributes);
    const wanted = Object.keys(fixture.gradients);
    const grads = gradients(
      lossOf(outputs, fixture),
      wanted.map((name) => inputs[name]!),
    );
    const all = { ...outputs, ...Object.fromEntries(wanted.map((name, i) => [gradientOf(name), grads[i]!])) };
    return run(all, fixture.inputs);
  };
}

/** Symbolic tensors for stored ones. */
export const symbols = (stored: Record<string, Stored>): Record<string, Node> =>
  Object.fromEntries(
    Object.entries(stored).map(([name, { dtype, shape }]) => [name, input(name, shape, typeOf(dtype))]),
  );

/** In front of outputs' names inside the graph: some cases give an output the name of an input. */
const RESULT = "result ";

/** Computes symbolic tensors from stored inputs. */
export async function run(outputs: Record<string, Node>, inputs: Record<string, Stored>) {
  const feeds = Object.fromEntries(Object.entries(inputs).map(([name, stored]) => [name, tensorOf(stored)]));
  const named = Object.entries(outputs).map(([name, node]) => [`${RESULT}${name}`, node]);
  const results = await evaluate(onnxRuntime, Object.fromEntries(named), feeds);
  return Object.fromEntries(
    Object.entries(results).map(([name, { data }]) => [name.slice(RESULT.length), data]),
  );
}

/** L = Σ outputs · seedGradients. */
function lossOf(outputs: Record<string, Node>, { seedGradients }: Case): Node {
  const terms = Object.entries(seedGradients).map(([name, seed]) => {
    const weights = constant(Float32Array.from(seed.data as Float32Array), seed.shape);
    return reduceSum(mul(outputs[name]!, weights));
  });
  return terms.reduce(add, constant(0));
}

const typeOf = (dtype: string): NodeType =>
  dtype === "BOOL" ? "bool" : dtype === "I64" ? "int64" : dtype === "U8" ? "uint8" : "float32";

function tensorOf({ dtype, shape, data }: Stored): Tensor {
  const type = typeOf(dtype);
  if (type === "float32") return { type, dims: shape, data: Float32Array.from(data as Float32Array) };
  return { type: type as "int64" | "bool", dims: shape, data: data as BigInt64Array };
}

import { compile, input, type Node, type Shape } from "@marey/core/graph";
import type { Tensor } from "@marey/core/seam";
import { onnxRuntime } from "marey";

/** Values for an input of a graph. */
export interface Fed {
  readonly shape: Shape;
  readonly values: ArrayLike<number>;
}

/** Builds a graph on inputs and computes its float32 outputs once. */
export async function compute<K extends string>(
  build: (...inputs: Node[]) => Record<K, Node>,
  ...given: Fed[]
): Promise<Record<K, Float32Array>> {
  const graph = compile(build(...given.map(({ shape }, i) => input(`in${i}`, shape))));
  const network = await onnxRuntime.load(graph.model);
  const all = given.map(({ shape, values }, i): [string, Tensor] => [
    `in${i}`,
    { type: "float32", dims: shape, data: Float32Array.from(values) },
  ]);
  const used = all.filter(([name]) => graph.inputs.some((port) => port.name === name));
  const results = await network.run(Object.fromEntries(used));
  await network.close();
  return Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, data])) as Record<
    K,
    Float32Array
  >;
}

/** The largest difference of two lists of one length. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i]! - b[i]!));
  return most;
}

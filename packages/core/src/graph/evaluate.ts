import type { Runtime, RuntimeOptions, Tensor } from "../seam/runtime.js";
import { type CompiledGraph, compile } from "./compile.js";
import type { Node } from "./node.js";

/** Computes symbolic tensors once: compiles, loads, runs and forgets. For graphs that run often, load them once. */
export async function evaluate(
  runtime: Runtime,
  outputs: Readonly<Record<string, Node>>,
  feeds: Readonly<Record<string, Tensor>>,
  options?: RuntimeOptions,
): Promise<Record<string, Tensor>> {
  const graph = compile(outputs, "graph", options?.device);
  const network = await runtime.load(graph.model, options);
  try {
    return await network.run(fed(graph, feeds));
  } finally {
    await network.close();
  }
}

/** Of the feeds those that a graph takes: an input on which no output depends isn't part of it. */
export const fed = (graph: CompiledGraph, feeds: Readonly<Record<string, Tensor>>): Record<string, Tensor> =>
  Object.fromEntries(
    graph.inputs.flatMap(({ name }) => (Object.hasOwn(feeds, name) ? [[name, feeds[name]]] : [])),
  );

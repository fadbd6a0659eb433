import { type CompiledGraph, compile } from "../graph/compile.js";
import { Constant, Input, inOrder, type Node, type Op, RandomLeaf } from "../graph/node.js";
import type { Runtime, Tensor } from "../seam/runtime.js";
import { WEIGHTS } from "./step.js";

export const allFinite = ({ data }: Tensor): boolean =>
  !(data instanceof Float32Array) || data.every(Number.isFinite);

/**
 * Computes all that lies between a graph's inputs and `outputs` and says which result is the first that isn't finite:
 * operator, shape, and the parameter that came in last before it.
 *
 * @returns undefined when all are finite, or when that much doesn't fit into memory at once.
 */
export async function firstBroken(
  runtime: Runtime,
  outputs: readonly Node[],
  feeds: (graph: CompiledGraph) => Record<string, Tensor>,
): Promise<string | undefined> {
  const order = inOrder(outputs);
  const results = order.filter((node) => node.type === "float32" && !leaves.includes(node.op));
  const graph = compile(Object.fromEntries(results.map((node) => [String(node.id), node])), "diagnosis");
  try {
    const network = await runtime.load(graph.model);
    try {
      const values = await network.run(feeds(graph));
      const broken = results.find((node) => !allFinite(values[node.id]));
      return broken && describe(broken, order);
    } finally {
      await network.close();
    }
  } catch {
    return undefined;
  }
}

const leaves: readonly Op[] = [Input as Op, Constant as Op, RandomLeaf as Op];

function describe(broken: Node, order: readonly Node[]): string {
  const names = order
    .slice(0, order.indexOf(broken))
    .map(({ op, attributes }) => (op === (Input as Op) ? (attributes as { name: string }).name : ""));
  const parameter = names.findLast((name) => name.startsWith(WEIGHTS))?.slice(WEIGHTS.length);
  const place = parameter === undefined ? "" : `, after "${parameter}"`;
  return `the result of ${broken.op.name} [${broken.shape}]${place}`;
}

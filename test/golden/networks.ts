import {
  add,
  constant,
  gradients,
  mul,
  type Node,
  reduceMean,
  reduceSum,
  sqrt,
  square,
  stateUpdates,
  sub,
} from "@marey/core/graph";
import { network as simpleBaseline } from "@marey/core/model/simpleBaseline";
import { network as videoPose3d } from "@marey/core/model/videoPose3d";
import { EVALUATION, type Mode, resNet } from "@marey/core/nn";
import { gradientOf } from "./compare.js";
import type { Case, Operation, Operations } from "./fixture.js";
import { run, symbols } from "./graph.js";

/** A network of the group: its parameters come as the tree that the names of `state.*` spell. */
interface Network {
  // biome-ignore lint/suspicious/noExplicitAny: the tree has the network's own type, attributes are free JSON
  forward(params: any, inputs: Record<string, Node>, attributes: any, mode: Mode): Record<string, Node>;
  /** Of an output and its target; the mean squared difference when absent. */
  loss?(y: Node, target: Node): Node;
}

const meanSquare = (y: Node, target: Node) => reduceMean(square(sub(y, target)));
/** Mean Euclidean distance of the last axis. */
export const meanDistance = (y: Node, target: Node): Node =>
  reduceMean(sqrt(reduceSum(square(sub(y, target)), [-1])));

/** Nested records and arrays from tensors by path. */
function tree(leaves: Iterable<readonly [string, Node]>): unknown {
  const root: Record<string, unknown> = {};
  for (const [path, leaf] of leaves) {
    const steps = path.split(".");
    const last = steps.pop()!;
    const at = steps.reduce((branch, key) => (branch[key] ??= {}) as Record<string, unknown>, root);
    at[last] = leaf;
  }
  return listed(root);
}

/** Branches whose keys are 0, 1, 2 … become arrays. */
function listed(branch: unknown): unknown {
  if (typeof branch !== "object" || branch === null || "op" in branch) return branch;
  const entries = Object.entries(branch);
  const numbered = entries.every(([key], i) => key === String(i));
  return numbered
    ? entries.map(([, value]) => listed(value))
    : Object.fromEntries(entries.map(([key, value]) => [key, listed(value)]));
}

const under = (prefix: string, nodes: Record<string, Node>) =>
  Object.entries(nodes)
    .filter(([name]) => name.startsWith(prefix))
    .map(([name, node]) => [name.slice(prefix.length), node] as const);

/** Outputs, loss, new running statistics, outputs in evaluation and all gradients of a network. */
export function operation({ forward, loss = meanSquare }: Network): Operation {
  return (fixture: Case) => {
    const { attributes } = fixture;
    const nodes = symbols(fixture.inputs);
    const state = under("state.", nodes);
    const params = tree(state);
    const masks = under("dropoutMask.", nodes).map(([, mask]) => mask);
    const mode: Mode = {
      training: attributes.training,
      momentum: attributes.batchNormMomentum ?? 0.1,
      ...(masks.length > 0 && { mask: () => masks.shift()! }),
    };
    const outputs = forward(params, nodes, attributes, mode);
    const terms = under("target.", nodes).map(([name, target]) => loss(outputs[name]!, target));
    const total = terms.reduce(add, constant(0));
    const all: Record<string, Node> = { ...outputs, loss: total };

    const updates = stateUpdates([total]);
    const nameOf = new Map(state.map(([name, node]) => [node, name]));
    for (const [node, value] of updates) all[`newState.${nameOf.get(node)}`] = value;
    if (Object.keys(fixture.expected).some((name) => name.startsWith("eval.")))
      for (const [name, y] of Object.entries(forward(params, nodes, attributes, EVALUATION)))
        all[`eval.${name}`] = y;

    const wanted = Object.keys(fixture.gradients);
    const seed = Number(fixture.seedGradients.loss?.data[0] ?? 1);
    const grads = gradients(
      mul(total, seed),
      wanted.map((name) => nodes[name]!),
    );
    wanted.forEach((name, i) => {
      all[gradientOf(name)] = grads[i]!;
    });
    return run(all, fixture.inputs);
  };
}

const classifier = operation({
  forward: (params, { x }, _, mode) => ({ y: resNet.forward(params, x!, mode) }),
});

/** The operations of the golden group `networks`. */
export const networks: Operations = {
  resnet18: classifier,
  resnet50: classifier,
  simpleBaselines: operation({
    forward: (params, { x }, _, mode) => ({ y: simpleBaseline.forward(params, x!, mode) }),
  }),
  videoPose3D: operation({
    forward: (params, { x }, { variant, filterWidths, causal, dropout }, mode) => ({
      y: videoPose3d.forward(params, x!, { variant, filterWidths, causal, dropout, mode }),
    }),
    loss: meanDistance,
  }),
};

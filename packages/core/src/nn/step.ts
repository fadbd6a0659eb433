import { MareyError } from "../error.js";
import { type CompiledGraph, compile, type Device } from "../graph/compile.js";
import { gradients, stateUpdates } from "../graph/gradients.js";
import { input, type Node, type NodeType, type Shape, sizeOf } from "../graph/node.js";
import { movingAverage } from "./average.js";
import { type Optimisers, optimiserOf } from "./optimiser.js";
import { leaves, type Symbolic, symbolic, type Tree } from "./tree.js";

/** What a training step consists of, as functions on symbolic tensors. */
export interface StepDefinition<P extends Tree> {
  readonly params: P;
  /**
   * The loss (a scalar) of a batch, alone or with further scalars to be logged.
   *
   * @param settings scalars that are fed at each step, such as batch norms' momentum, by name. The one that is named
   *   `optimiserMomentum` goes to the optimiser, in place of its own.
   */
  loss(
    params: Symbolic<P>,
    batch: Readonly<Record<string, Node>>,
    settings: Readonly<Record<string, Node>>,
  ): Node | ({ readonly loss: Node } & Readonly<Record<string, Node>>);
  readonly optimiser: Optimisers;
  /** Changes the gradients before the update: clipping. */
  clip?(gradients: readonly Node[]): readonly Node[];
  /** Paths of parameters, and of layers' state, that stay as they are. */
  frozen?(path: string): boolean;
  /** Keep a moving average of the parameters with this decay, as further state `average`. */
  readonly average?: number;
}

/** Sizes and types of a batch's tensors by name. */
export type BatchPorts = Readonly<Record<string, { readonly shape: Shape; readonly type: NodeType }>>;

/** One training step as a graph: forward, backward and update. Each kept tensor has an input and an output. */
export interface StepGraph {
  readonly graph: CompiledGraph;
  /** Kept tensors: `weights:PATH`, `NAME:PATH` for the optimiser's state. The output is `next:` and the same name. */
  readonly kept: readonly {
    readonly name: string;
    readonly shape: Shape;
    readonly initial: number | Float32Array;
  }[];
  /** The scalars that it gives, by name: `loss` and others. */
  readonly metrics: Readonly<Record<string, Node>>;
}

/**
 * Makes the graph of a training step for batches of the given sizes.
 *
 * @throws MareyError `GRAPH_SHAPE` when the loss, or what is given beside it, isn't one number.
 */
export function trainingStep<P extends Tree>(
  definition: StepDefinition<P>,
  batch: BatchPorts,
  settings: readonly string[],
  device?: Device,
): StepGraph {
  const symbols: unknown = symbolic(definition.params, WEIGHTS);
  const scalars = Object.fromEntries(
    ["rate", "step", ...settings].map((name) => [name, input(`settings:${name}`, [])]),
  );
  const fed = Object.fromEntries(
    Object.entries(batch).map(([name, { shape, type }]) => [name, input(`batch:${name}`, shape, type)]),
  );
  const outcome = definition.loss(symbols as Symbolic<P>, fed, scalars);
  const metrics = "op" in outcome ? { loss: outcome as Node } : (outcome as Record<string, Node>);
  requireScalars(metrics);
  const flat = flatten(symbols, definition.params);
  const { kept, next } = updates(definition, flat, metrics.loss, scalars);
  const statistics = stateUpdates(Object.values(metrics));
  for (const [path, { node }] of flat)
    next[WEIGHTS + path] ??= (definition.frozen?.(path) ? undefined : statistics.get(node)) ?? node;

  const weights = [...flat].map(([path, { node, data }]) => ({
    name: WEIGHTS + path,
    shape: node.shape,
    initial: data,
  }));
  const outputs = Object.fromEntries(Object.entries(next).map(([name, node]) => [`next:${name}`, node]));
  const graph = compile({ ...metrics, ...outputs }, "training step", device);
  return { graph, kept: [...weights, ...kept], metrics };
}

function requireScalars(metrics: Readonly<Record<string, Node>>): void {
  for (const [name, { shape }] of Object.entries(metrics))
    if (sizeOf(shape) !== 1)
      throw new MareyError(
        "GRAPH_SHAPE",
        `"${name}" of a training's loss`,
        `it is [${shape}], not one number`,
        "Reduce it to its mean or its sum",
      );
}

/** The optimiser's part: what trained parameters, its state and moving averages become, and what it keeps for that. */
function updates<P extends Tree>(
  { optimiser, clip, frozen, average }: StepDefinition<P>,
  flat: ReadonlyMap<string, Leaf>,
  loss: Node,
  { rate, step, optimiserMomentum }: Readonly<Record<string, Node>>,
): { kept: StepGraph["kept"]; next: Record<string, Node> } {
  const settings = { rate, step, ...(optimiserMomentum && { momentum: optimiserMomentum }) };
  const trained = [...flat].filter(([path, { trainable }]) => trainable && !frozen?.(path));
  const raw = gradients(
    loss,
    trained.map(([, { node }]) => node),
  );
  const clipped = clip?.(raw) ?? raw;
  const kept: { name: string; shape: Shape; initial: number | Float32Array }[] = [];
  const next: Record<string, Node> = {};
  const keep = (name: string, shape: Shape, initial: number | Float32Array) => {
    kept.push({ name, shape, initial });
    return input(name, shape);
  };
  trained.forEach(([path, { node, data }], i) => {
    const own = optimiserOf(optimiser, path);
    const state = Object.entries(own.state).map(
      ([name, initial]) => [name, keep(`${name}:${path}`, node.shape, initial)] as const,
    );
    const updated = own.update(node, clipped[i], Object.fromEntries(state), settings);
    next[WEIGHTS + path] = updated.parameter;
    for (const [name, value] of Object.entries(updated.state)) next[`${name}:${path}`] = value;
    if (average === undefined) return;
    const mean = keep(`average:${path}`, node.shape, data);
    next[`average:${path}`] = movingAverage(mean, updated.parameter, average);
  });
  return { kept, next };
}

/** What the kept tensors of a network's parameters are called. */
export const WEIGHTS = "weights:";

/** A symbolic leaf, with what the parameter says of it. */
interface Leaf {
  readonly node: Node;
  readonly trainable: boolean;
  readonly data: Float32Array;
}

/** The symbolic leaves by path. */
function flatten(symbols: unknown, params: Tree): Map<string, Leaf> {
  const nodes = new Map<string, Leaf>();
  for (const [path, { trainable, data }] of leaves(params)) {
    const node = path
      .split(".")
      .reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], symbols) as Node;
    nodes.set(path, { node, trainable, data });
  }
  return nodes;
}

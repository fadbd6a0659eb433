import { MareyError } from "../error.js";
import type { CompiledGraph } from "../graph/compile.js";
import { type NodeType, type Shape, sizeOf } from "../graph/node.js";
import type { Network, Runtime, RuntimeOptions, Tensor } from "../seam/runtime.js";
import { fillNoise } from "./noise.js";
import { type StepDefinition, type StepGraph, trainingStep, WEIGHTS } from "./step.js";
import { mapLeaves, type Tree } from "./tree.js";

/** A tensor that a training keeps from step to step. */
export interface Kept {
  readonly shape: Shape;
  readonly data: Float32Array;
}

/** A training in progress: parameters and optimiser state in memory, and the graph that moves them. */
export interface Trainer<P extends Tree> {
  /** Steps done. */
  readonly done: number;
  /**
   * Does one step. Batches of another size get a graph of their own.
   *
   * @param settings scalars: `rate`, and what the loss asks for.
   * @returns the loss, and the other scalars of the definition, before the update.
   * @throws MareyError `TRAINING_DIVERGED` when the loss isn't finite, naming the step and the tensor.
   */
  step(
    batch: Readonly<Record<string, Tensor>>,
    settings: Readonly<Record<string, number>> & { readonly rate: number },
  ): Promise<Record<string, number>>;
  /** The parameters as they are now (copied); with `average`, their moving averages. */
  params(options?: { average?: boolean }): P;
  /** All that is kept, by name, over the trainer's own memory: copy or write it before the next step. */
  state(): ReadonlyMap<string, Kept>;
  /** Puts back what `state` gave, with the number of steps done. */
  restore(state: ReadonlyMap<string, Kept>, done: number, name?: string): void;
  close(): Promise<void>;
}

export interface TrainerOptions extends RuntimeOptions {
  /** Determines dropout and all else that is random inside the graph. */
  readonly seed?: number;
}

interface LoadedStep extends StepGraph {
  readonly network: Network;
  readonly noise: Record<string, Tensor>;
}

/** Opens a training: nothing is compiled before the first batch shows its sizes. */
export function openTrainer<P extends Tree>(
  runtime: Runtime,
  definition: StepDefinition<P>,
  { seed = 1, ...options }: TrainerOptions = {},
): Trainer<P> {
  const steps = new Map<string, LoadedStep>();
  // The two sets of buffers: a step reads one and writes the other, then they change places.
  let now = new Map<string, Tensor>();
  let next = new Map<string, Tensor>();
  let waiting: ReadonlyMap<string, Kept> | undefined;
  let done = 0;

  async function stepFor(batch: Readonly<Record<string, Tensor>>, settings: readonly string[]) {
    const key = JSON.stringify([settings, Object.entries(batch).map(([name, { dims }]) => [name, dims])]);
    const known = steps.get(key);
    if (known) return known;
    const step = trainingStep(definition, portsOf(batch), settings);
    const network = await runtime.load(step.graph.model, options);
    const noise = Object.fromEntries(
      step.graph.random.map((port) => [port.name, emptyTensor(port.type, port.shape)]),
    );
    const loaded = { ...step, network, noise };
    steps.set(key, loaded);
    if (now.size === 0) allocate(step);
    return loaded;
  }

  function allocate({ kept }: StepGraph): void {
    for (const { name, shape, initial } of kept) {
      const start = waiting?.get(name)?.data ?? initial;
      now.set(name, filled(shape, start));
      next.set(name, filled(shape, 0));
    }
    waiting = undefined;
  }

  return {
    get done() {
      return done;
    },
    async step(batch, settings) {
      const names = Object.keys(settings).filter((name) => name !== "rate" && name !== "step");
      const { graph, network, noise, metrics } = await stepFor(batch, names);
      graph.random.forEach(({ name, distribution }, i) => {
        fillNoise(noise[name], distribution, seed, done, i);
      });
      const feeds = feedsOf(graph, batch, { ...settings, step: done + 1 }, now, noise);
      const results = await network.run(feeds, undefined, outputsInto(graph, next));
      const scalars = Object.fromEntries(metrics.map((name) => [name, Number(results[name].data[0])]));
      if (!Number.isFinite(scalars.loss)) throw diverged(done + 1, batch, now);
      [now, next] = [next, now];
      done++;
      return scalars;
    },
    params({ average = false } = {}) {
      return mapLeaves(definition.params, (leaf, path) => {
        const kept = (average && now.get(`average:${path}`)) || now.get(WEIGHTS + path);
        return kept ? { ...leaf, data: Float32Array.from(kept.data as Float32Array) } : leaf;
      }) as P;
    },
    state: () =>
      new Map([...now].map(([name, { dims, data }]) => [name, { shape: dims, data: data as Float32Array }])),
    restore(state, steps, name = "checkpoint") {
      requireKept(state, now, name);
      if (now.size === 0) waiting = state;
      for (const [key, tensor] of now) (tensor.data as Float32Array).set((state.get(key) as Kept).data);
      done = steps;
    },
    async close() {
      for (const { network } of steps.values()) await network.close();
      steps.clear();
    },
  };
}

const portsOf = (batch: Readonly<Record<string, Tensor>>) =>
  Object.fromEntries(
    Object.entries(batch).map(([name, { dims, type }]) => [name, { shape: dims, type: type as NodeType }]),
  );

function feedsOf(
  graph: CompiledGraph,
  batch: Readonly<Record<string, Tensor>>,
  settings: Readonly<Record<string, number>>,
  kept: ReadonlyMap<string, Tensor>,
  noise: Readonly<Record<string, Tensor>>,
): Record<string, Tensor> {
  const feeds: Record<string, Tensor> = { ...noise };
  for (const { name } of graph.inputs) {
    const [kind, key] = [name.slice(0, name.indexOf(":")), name.slice(name.indexOf(":") + 1)];
    if (kind === "batch") feeds[name] = batch[key];
    else if (kind === "settings")
      feeds[name] = { type: "float32", dims: [], data: Float32Array.of(settings[key]) };
    else feeds[name] = kept.get(name) as Tensor;
  }
  return feeds;
}

const outputsInto = (graph: CompiledGraph, next: ReadonlyMap<string, Tensor>): Record<string, Tensor> =>
  Object.fromEntries(
    graph.outputs
      .filter(({ name }) => name.startsWith("next:"))
      .map(({ name }) => [name, next.get(name.slice("next:".length)) as Tensor]),
  );

function emptyTensor(type: NodeType, shape: Shape): Tensor {
  const size = sizeOf(shape);
  return type === "uint8"
    ? { type, dims: shape, data: new Uint8Array(size) }
    : { type: "float32", dims: shape, data: new Float32Array(size) };
}

function filled(shape: Shape, values: number | Float32Array): Tensor {
  const data = new Float32Array(sizeOf(shape));
  if (typeof values === "number") data.fill(values);
  else data.set(values);
  return { type: "float32", dims: shape, data };
}

function requireKept(state: ReadonlyMap<string, Kept>, now: ReadonlyMap<string, Tensor>, name: string): void {
  for (const [key, { data }] of now)
    if (state.get(key)?.data.length !== data.length)
      throw new MareyError(
        "CHECKPOINT_MISMATCH",
        name,
        `it holds ${state.has(key) ? "another size of" : "no"} "${key}"`,
        "Resume with the settings that the training was started with",
      );
}

/** Says which tensor went wrong first: what was fed, else a parameter, else something inside this step. */
function diverged(
  step: number,
  batch: Readonly<Record<string, Tensor>>,
  kept: ReadonlyMap<string, Tensor>,
): MareyError {
  const finite = ({ data }: Tensor) =>
    !(data instanceof Float32Array) || data.every((x) => Number.isFinite(x));
  const bad = Object.entries(batch).find(([, tensor]) => !finite(tensor));
  const broken = [...kept].find(([, tensor]) => !finite(tensor));
  const what = bad
    ? `the batch's "${bad[0]}" holds values that aren't finite`
    : broken
      ? `"${broken[0]}" holds values that aren't finite since the step before`
      : "the loss isn't finite, though the batch and all parameters are";
  return new MareyError(
    "TRAINING_DIVERGED",
    `step ${step}`,
    what,
    "Lower the learning rate, clip the gradients, or check the data",
  );
}

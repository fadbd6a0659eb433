import { MareyError } from "../error.js";
import type { CompiledGraph } from "../graph/compile.js";
import { type NodeType, type Shape, sizeOf } from "../graph/node.js";
import type { Network, Runtime, RuntimeOptions, Tensor } from "../seam/runtime.js";
import { allFinite, firstBroken } from "./diagnose.js";
import { fillNoise } from "./noise.js";
import { type BatchPorts, type StepDefinition, type StepGraph, trainingStep, WEIGHTS } from "./step.js";
import { leaves, mapLeaves, type Tree } from "./tree.js";

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
   * Does one step. Batches of another size get a graph of their own, which is kept: let sizes be few.
   *
   * @param settings scalars: `rate`, and what the loss asks for.
   * @returns the loss, and the other scalars of the definition, before the update.
   * @throws MareyError `TRAINING_DIVERGED` when the loss isn't finite, naming the step and the first tensor that isn't.
   *   What is kept stays as it was before the step.
   */
  step(
    batch: Readonly<Record<string, Tensor>>,
    settings: Readonly<Record<string, number>> & { readonly rate: number },
  ): Promise<Record<string, number>>;
  /** The parameters as they are now (copied); with `average`, their moving averages. */
  params(options?: { average?: boolean }): P;
  /** All that is kept, by name, over the trainer's own memory: copy or write it before the next step. */
  state(): ReadonlyMap<string, Kept>;
  /**
   * Puts back what `state` gave, with the number of steps done.
   *
   * @param name What errors call the state.
   * @throws MareyError `CHECKPOINT_MISMATCH` naming a tensor that is missing or has another shape; nothing is changed
   *   then. Before the first step only parameters are known; the optimiser's state is looked at in that step.
   */
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
  // What was restored before the first batch showed what there is.
  let waiting: { state: ReadonlyMap<string, Kept>; name: string } | undefined;
  let done = 0;

  async function stepFor(batch: Readonly<Record<string, Tensor>>, settings: readonly string[]) {
    const key = JSON.stringify([
      settings,
      Object.entries(batch).map(([name, { type, dims }]) => [name, type, dims]),
    ]);
    const known = steps.get(key);
    if (known) return known;
    const loaded = await loadStep(runtime, definition, portsOf(batch), settings, options);
    steps.set(key, loaded);
    if (now.size === 0) allocate(loaded);
    return loaded;
  }

  function allocate({ kept }: StepGraph): void {
    const fresh = (empty: boolean) =>
      new Map(kept.map(({ name, shape, initial }) => [name, filled(shape, empty ? 0 : initial)]));
    const first = fresh(false);
    if (waiting) {
      requireFit(first, waiting.state, waiting.name);
      overwrite(first, waiting.state);
    }
    [now, next, waiting] = [first, fresh(true), undefined];
  }

  const current = (): ReadonlyMap<string, Kept> =>
    waiting?.state ??
    new Map([...now].map(([name, { dims, data }]) => [name, { shape: dims, data: data as Float32Array }]));

  return {
    get done() {
      return done;
    },
    async step(batch, settings) {
      const names = Object.keys(settings).filter((name) => name !== "rate" && name !== "step");
      const { graph, network, noise, metrics } = await stepFor(batch, names);
      fillRandom(graph, noise, seed, done);
      const feeds = (to: CompiledGraph) => feedsOf(to, batch, { ...settings, step: done + 1 }, now, noise);
      const results = await network.run(feeds(graph), undefined, outputsInto(graph, next));
      const scalars = scalarsOf(results, Object.keys(metrics));
      if (!Number.isFinite(scalars.loss)) {
        const given = brokenFeed(batch, now);
        throw diverged(done + 1, given ?? (await firstBroken(runtime, Object.values(metrics), feeds)));
      }
      [now, next] = [next, now];
      done++;
      return scalars;
    },
    params: ({ average = false } = {}) => withValues(definition.params, current(), average),
    state: current,
    restore(state, steps, name = "checkpoint") {
      requireFit(now.size > 0 ? now : parametersOf(definition.params), state, name);
      if (now.size === 0) waiting = { state, name };
      else overwrite(now, state);
      done = steps;
    },
    async close() {
      for (const { network } of steps.values()) await network.close();
      steps.clear();
    },
  };
}

/** The parameters with values that are kept; before there are any, as they were given. */
const withValues = <P extends Tree>(params: P, kept: ReadonlyMap<string, Kept>, average: boolean): P =>
  mapLeaves(params, (leaf, path) => {
    const value = (average && kept.get(`average:${path}`)) || kept.get(WEIGHTS + path);
    return { ...leaf, data: Float32Array.from(value?.data ?? leaf.data) };
  });

async function loadStep<P extends Tree>(
  runtime: Runtime,
  definition: StepDefinition<P>,
  batch: BatchPorts,
  settings: readonly string[],
  options: RuntimeOptions,
): Promise<LoadedStep> {
  const step = trainingStep(definition, batch, settings, options.device);
  const network = await runtime.load(step.graph.model, options);
  const noise = Object.fromEntries(
    step.graph.random.map((port) => [port.name, emptyTensor(port.type, port.shape)]),
  );
  return { ...step, network, noise };
}

function fillRandom(
  { random }: CompiledGraph,
  noise: Readonly<Record<string, Tensor>>,
  seed: number,
  step: number,
): void {
  random.forEach(({ name, distribution }, i) => {
    fillNoise(noise[name], distribution, seed, step, i);
  });
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

const scalarsOf = (results: Readonly<Record<string, Tensor>>, names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, Number(results[name].data[0])]));

/** A buffer for every output, so that the runtime copies nothing: kept tensors change places, metrics are scalars. */
const outputsInto = (graph: CompiledGraph, next: ReadonlyMap<string, Tensor>): Record<string, Tensor> =>
  Object.fromEntries(
    graph.outputs.map(({ name, type, shape }) => [
      name,
      (name.startsWith("next:") && next.get(name.slice("next:".length))) || emptyTensor(type, shape),
    ]),
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

const parametersOf = (params: Tree) =>
  new Map([...leaves(params)].map(([path, { shape }]) => [WEIGHTS + path, { dims: shape }]));

function requireFit(
  kept: ReadonlyMap<string, { readonly dims: Shape }>,
  state: ReadonlyMap<string, Kept>,
  name: string,
): void {
  for (const [key, { dims }] of kept)
    if (state.get(key)?.shape.join() !== dims.join())
      throw new MareyError(
        "CHECKPOINT_MISMATCH",
        name,
        state.has(key)
          ? `its "${key}" is [${state.get(key)?.shape}], expected [${dims}]`
          : `it holds no "${key}"`,
        "Resume with the settings that the training was started with",
      );
}

/** Puts restored values, which fit, in the place of what is kept. */
function overwrite(kept: ReadonlyMap<string, Tensor>, state: ReadonlyMap<string, Kept>): void {
  for (const [key, { data }] of kept) (data as Float32Array).set((state.get(key) as Kept).data);
}

/** What was fed and isn't finite: the batch's, else a parameter or the optimiser's state. */
function brokenFeed(
  batch: Readonly<Record<string, Tensor>>,
  kept: ReadonlyMap<string, Tensor>,
): string | undefined {
  const given = Object.entries(batch).find(([, tensor]) => !allFinite(tensor));
  if (given) return `the batch's "${given[0]}"`;
  const broken = [...kept].find(([, tensor]) => !allFinite(tensor));
  return broken && `"${broken[0]}", since the update of the step before`;
}

const diverged = (step: number, tensor = "the loss") =>
  new MareyError(
    "TRAINING_DIVERGED",
    `step ${step}`,
    `the loss isn't finite; the first tensor that isn't is ${tensor}`,
    "Lower the learning rate, clip the gradients, or check the data",
  );

import {
  add,
  constant,
  gradients,
  input,
  matmul,
  type Node,
  reduceMean,
  reshape,
  slice,
  square,
  stack,
  sub,
  tanh,
} from "@marey/core/graph";
import {
  adadelta,
  adagrad,
  adam,
  adamW,
  clipByNorm,
  clipByValue,
  equalAverage,
  groups,
  movingAverage,
  type Norm,
  normOf,
  type Optimisers,
  optimiserOf,
  rmsprop,
  scaled,
  schedule,
  sgd,
  warmedDecay,
} from "@marey/core/nn";
import { type Case, numbers, type Operation, type Operations, type Stored } from "./fixture.js";
import { graphOperation, run, symbols } from "./graph.js";

// biome-ignore lint/suspicious/noExplicitAny: attributes are free JSON that each operation knows
type Attributes = any;

/** Schedules by the names that the cases have, from their attributes. */
const plans: Record<string, (attributes: Attributes) => schedule.Schedule> = {
  step: ({ stepSize, ...rest }) => schedule.step({ every: stepSize, ...rest }),
  multiStep: schedule.multiStep,
  exponential: schedule.exponential,
  cosine: schedule.cosine,
  cosineRestarts: schedule.cosineRestarts,
  linearWarmup: ({ base, startFactor, warmupSteps }) =>
    schedule.warmUp({ steps: warmupSteps, startFactor }, schedule.constant(base)),
  warmupCosine: ({ startFactor, warmupSteps, ...rest }) =>
    schedule.warmUp({ steps: warmupSteps, startFactor }, schedule.cosine(rest)),
  polynomial: ({ base, totalSteps, power }) => schedule.polynomial({ base, steps: totalSteps, power }),
};

/** The rate of each step: that of the case, or its schedule. */
function rates({ learningRate, steps, schedule: planned }: Attributes): number[] {
  const plan = planned
    ? plans[planned.kind]!({ base: learningRate, ...planned })
    : schedule.constant(learningRate);
  return Array.from({ length: steps }, (_, k) => plan(k));
}

const clipped = (grads: Node[], { clipNorm, clipValue }: Attributes): Node[] => {
  if (clipNorm !== undefined) return clipByNorm(grads, clipNorm);
  return clipValue === undefined ? grads : clipByValue(grads, clipValue);
};

const NAMES = ["weight", "bias"] as const;

/** What the optimisers make of gradients: the graph from old values to new ones. */
function updates(optimisers: Optimisers, params: Node[], grads: Node[], attributes: Attributes) {
  const update = clipped(grads, attributes);
  const settings = { rate: input("rate", []), step: input("step", []) };
  const outputs: Record<string, Node> = {};
  NAMES.forEach((name, i) => {
    const optimiser = optimiserOf(optimisers, name);
    const state = Object.fromEntries(
      Object.keys(optimiser.state).map((key) => [key, input(`${key}.${name}`, params[i]!.shape)]),
    );
    const updated = optimiser.update(params[i]!, update[i]!, state, settings);
    outputs[`new.${name}`] = updated.parameter;
    for (const [key, value] of Object.entries(updated.state)) outputs[`new.${key}.${name}`] = value;
  });
  return outputs;
}

/** One step on prediction = tanh(x Wᵀ + b) with mean squared error, as a graph from values to values. */
function stepGraph(optimisers: Optimisers, stored: Case["inputs"], attributes: Attributes) {
  const params = NAMES.map((name) => input(name, stored[name]!.shape));
  const x = input("x", stored.x!.shape.slice(1));
  const target = input("target", stored.target!.shape.slice(1));
  const prediction = tanh(add(matmul(x, params[0]!, { transB: true }), params[1]!));
  const loss = reduceMean(square(sub(prediction, target)));
  const grads = gradients(loss, params);
  const named = Object.fromEntries(NAMES.map((name, i) => [`gradient.${name}`, grads[i]!]));
  return { loss, ...named, ...updates(optimisers, params, grads, attributes) };
}

const float = (shape: readonly number[], data: ArrayLike<number>): Stored =>
  ({ dtype: "F32", shape, data: Float32Array.from(data) }) as Stored;

/** The row of a step. */
function at({ shape, data }: Stored, step: number): Stored {
  const size = data.length / shape[0]!;
  return float(shape.slice(1), (data as Float32Array).slice(step * size, (step + 1) * size));
}

type Values = Record<string, Stored>;

/** What a training step starts from: the parameters, the optimisers' state, and the step's scalars. */
function beginning(optimisers: Optimisers, inputs: Case["inputs"], rate: number): Values {
  const values: Values = { rate: float([], [rate]), step: float([], [1]) };
  for (const name of NAMES) {
    const { shape, data } = inputs[name]!;
    values[name] = inputs[name]!;
    for (const [key, initial] of Object.entries(optimiserOf(optimisers, name).state))
      values[`${key}.${name}`] = float(shape, new Array(data.length).fill(initial));
  }
  return values;
}

/**
 * The parameters before the first step. The fixtures of the first generator hold those after the last one under `weight`
 * and `bias`, so where the first loss shows that, the first step is undone: p ← p + (p₁ − update(p, recorded gradient)).
 */
async function startOf(fixture: Case, optimisers: Optimisers, step: Record<string, Node>, rate: number) {
  const { inputs, expected, attributes } = fixture;
  let values = beginning(optimisers, inputs, rate);
  const batch = { x: at(inputs.x!, 0), target: at(inputs.target!, 0) };
  const { loss } = await run({ loss: step.loss! }, { ...values, ...batch });
  const wanted = numbers(expected.loss!)[0]!;
  if (Math.abs(Number(loss![0]) - wanted) < 1e-4 * wanted) return values;
  const params = NAMES.map((name) => input(name, inputs[name]!.shape));
  const grads = NAMES.map((name) => input(`gradient.${name}`, inputs[name]!.shape));
  const graph = updates(optimisers, params, grads, attributes);
  const given = Object.fromEntries(
    NAMES.map((name) => [`gradient.${name}`, at(expected[`${name}Gradient`]!, 0)]),
  );
  for (let i = 0; i < 10; i++) {
    const after = await run(graph, { ...values, ...given });
    const undone = NAMES.map((name): [string, Stored] => {
      const [reached, now] = [after[`new.${name}`] as Float32Array, values[name]!.data as Float32Array];
      const first = numbers(at(expected[name]!, 0));
      return [
        name,
        float(
          inputs[name]!.shape,
          now.map((p, j) => p + (first[j]! - reached[j]!)),
        ),
      ];
    });
    values = { ...values, ...Object.fromEntries(undone) };
  }
  return values;
}

/** Runs the whole loop with our own gradients. */
const trajectory =
  (make: (attributes: Attributes) => Optimisers): Operation =>
  async (fixture) => {
    const { inputs, attributes, expected } = fixture;
    const optimisers = make(attributes);
    const outputs = stepGraph(optimisers, inputs, attributes);
    const rate: number[] = attributes.groups ? new Array(attributes.steps).fill(1) : rates(attributes);
    let values = await startOf(fixture, optimisers, outputs, rate[0]!);
    const history: Record<string, number[]> = {};
    const record = (name: string, data: ArrayLike<number | bigint>) =>
      (history[name] ??= []).push(...Array.from(data as ArrayLike<number>, Number));
    for (let k = 0; k < attributes.steps; k++) {
      const batch = { x: at(inputs.x!, k), target: at(inputs.target!, k) };
      const scalars = { rate: float([], [rate[k]!]), step: float([], [k + 1]) };
      const results = await run(outputs, { ...values, ...batch, ...scalars });
      record("loss", results.loss!);
      record("learningRate", [attributes.groups?.[0].learningRate ?? rate[k]!]);
      for (const name of NAMES) {
        record(name, results[`new.${name}`]!);
        record(`${name}Gradient`, results[`gradient.${name}`]!);
      }
      values = Object.fromEntries(
        Object.entries(values).map(([name, old]) => {
          const next = results[`new.${name}`] as Float32Array | undefined;
          return [name, next ? float(old.shape, next) : old];
        }),
      );
    }
    for (const name of Object.keys(expected))
      if (name.startsWith("finalState."))
        history[name] = Array.from(numbers(values[name.slice("finalState.".length)]!));
    return history;
  };

/** The parameter's paths of groups, each with a rate of its own. */
const sgdGroups = ({ groups: list, momentum }: Attributes): Optimisers =>
  groups(
    list.map(({ parameters, learningRate, ...options }: Attributes) => ({
      paths: parameters,
      optimiser: scaled(sgd({ momentum, ...options }), learningRate),
    })),
    sgd(),
  );

/** A schedule over the case's steps, the first of which counts 0. */
const planned =
  (kind: string): Operation =>
  ({ attributes }) => {
    const plan = plans[kind]!(attributes);
    return { learningRate: Array.from({ length: attributes.steps }, (_, k) => plan(k)) };
  };

const plateau: Operation = ({ attributes, inputs }) => {
  const { base, steps, mode, ...rest } = attributes;
  const options = { ...rest, mode: mode === "max" ? ("high" as const) : ("low" as const) };
  let now = schedule.plateauStart(base);
  const learningRate: number[] = [];
  const metric = numbers(inputs.metric!);
  for (let k = 0; k < steps; k++) {
    learningRate.push(now.rate);
    now = schedule.plateau(now, metric[k]!, options);
  }
  return { learningRate };
};

const oneCycle: Operation = ({ attributes }) => {
  const { steps, totalSteps, percentStart, ...options } = attributes;
  const { rate, momentum } = schedule.oneCycle({ ...options, steps: totalSteps, rising: percentStart });
  const over = (plan: schedule.Schedule) => Array.from({ length: steps }, (_, k) => plan(k));
  return { learningRate: over(rate), momentum: over(momentum) };
};

const batchNormMomentum: Operation = ({ attributes }) => {
  const plan = schedule.batchNormMomentum(attributes);
  return { momentum: Array.from({ length: attributes.steps }, (_, k) => plan(k + 1)) };
};

/** Averages after each row of `weights`; `first` says whether the first row is an average too. */
const averaged = (
  next: (average: Node, value: Node, step: number, attributes: Attributes) => Node,
  first: boolean,
) =>
  graphOperation(({ weights }, attributes) => {
    const rows: Node[] = [];
    for (let k = 0; k < weights!.shape[0]!; k++) {
      const value = reshape(slice(weights!, 0, k, k + 1), weights!.shape.slice(1));
      rows.push(k === 0 ? value : next(rows[k - 1]!, value, k, attributes));
    }
    return { average: stack(first ? rows : rows.slice(1), 0) };
  });

/** All inputs, changed together: results have the names of what they are made from. */
const changed =
  (change: (tensors: Node[], attributes: Attributes) => Node[], norm?: typeof normOf): Operation =>
  async ({ inputs, attributes }) => {
    const tensors = Object.values(symbols(inputs));
    const names = Object.keys(inputs);
    const outputs = Object.fromEntries(change(tensors, attributes).map((y, i) => [`changed ${names[i]}`, y]));
    if (norm) outputs["changed norm"] = norm(tensors, normNamed(attributes.norm));
    const results = await run(outputs, inputs);
    return Object.fromEntries(
      Object.entries(results).map(([name, data]) => [name.slice("changed ".length), data]),
    );
  };

const normNamed = (name: string): Norm => (name === "infinity" ? name : (Number(name) as Norm));

/** The operations of the golden group `optim`. */
export const optim: Operations = {
  sgd: trajectory(sgd),
  adam: trajectory(adam),
  adamW: trajectory(adamW),
  rmsprop: trajectory(rmsprop),
  adadelta: trajectory(adadelta),
  adagrad: trajectory(({ lrDecay, initialAccumulator, ...rest }) =>
    adagrad({ rateDecay: lrDecay, initialSum: initialAccumulator, ...rest }),
  ),
  sgdGroups: trajectory(sgdGroups),
  ...Object.fromEntries(
    Object.keys(plans).map((kind) => [`schedule${kind[0]!.toUpperCase()}${kind.slice(1)}`, planned(kind)]),
  ),
  scheduleOneCycle: oneCycle,
  schedulePlateau: plateau,
  scheduleBatchNormMomentum: batchNormMomentum,
  clipGradientNorm: changed(
    (tensors, { maximum, norm }) => clipByNorm(tensors, maximum, normNamed(norm)),
    normOf,
  ),
  clipGradientValue: changed((tensors, { maximum }) => clipByValue(tensors, maximum)),
  exponentialMovingAverage: averaged(
    (average, value, step, { decay, warmup }) =>
      movingAverage(average, value, warmup ? warmedDecay(decay, constant(step)) : decay),
    false,
  ),
  equalWeightAverage: averaged((average, value, step) => equalAverage(average, value, step + 1), true),
};

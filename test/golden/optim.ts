import { constant, type Node, reshape, slice, stack } from "@marey/core/graph";
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
  rmsprop,
  scaled,
  schedule,
  sgd,
  warmedDecay,
} from "@marey/core/nn";
import { numbers, type Operation, type Operations } from "./fixture.js";
import { graphOperation, run, symbols } from "./graph.js";
import { at, float, NAMES, startOf, stepGraph } from "./optimProblem.js";

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

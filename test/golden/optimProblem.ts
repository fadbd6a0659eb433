import { add, gradients, input, matmul, type Node, reduceMean, square, sub, tanh } from "@marey/core/graph";
import { clipByNorm, clipByValue, type Optimisers, optimiserOf } from "@marey/core/nn";
import { type Case, numbers, type Stored } from "./fixture.js";
import { run } from "./graph.js";

// biome-ignore lint/suspicious/noExplicitAny: attributes are free JSON that each operation knows
type Attributes = any;

const clipped = (grads: Node[], { clipNorm, clipValue }: Attributes): Node[] => {
  if (clipNorm !== undefined) return clipByNorm(grads, clipNorm);
  return clipValue === undefined ? grads : clipByValue(grads, clipValue);
};

export const NAMES = ["weight", "bias"] as const;

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
export function stepGraph(optimisers: Optimisers, stored: Case["inputs"], attributes: Attributes) {
  const params = NAMES.map((name) => input(name, stored[name]!.shape));
  const x = input("x", stored.x!.shape.slice(1));
  const target = input("target", stored.target!.shape.slice(1));
  const prediction = tanh(add(matmul(x, params[0]!, { transB: true }), params[1]!));
  const loss = reduceMean(square(sub(prediction, target)));
  const grads = gradients(loss, params);
  const named = Object.fromEntries(NAMES.map((name, i) => [`gradient.${name}`, grads[i]!]));
  return { loss, ...named, ...updates(optimisers, params, grads, attributes) };
}

export const float = (shape: readonly number[], data: ArrayLike<number>): Stored =>
  ({ dtype: "F32", shape, data: Float32Array.from(data) }) as Stored;

/** The row of a step. */
export function at({ shape, data }: Stored, step: number): Stored {
  const size = data.length / shape[0]!;
  return float(shape.slice(1), (data as Float32Array).slice(step * size, (step + 1) * size));
}

export type Values = Record<string, Stored>;

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

/** The sum of squared differences of the first step's gradients from the recorded ones. */
async function mismatch(fixture: Case, step: Record<string, Node>, values: Values): Promise<number> {
  const batch = { x: at(fixture.inputs.x!, 0), target: at(fixture.inputs.target!, 0) };
  const named = Object.fromEntries(NAMES.map((name) => [name, step[`gradient.${name}`]!]));
  const got = await run(named, { ...values, ...batch });
  let sum = 0;
  for (const name of NAMES) {
    const want = numbers(at(fixture.expected[`${name}Gradient`]!, 0));
    want.forEach((w, i) => {
      sum += (Number(got[name]![i]) - w) ** 2;
    });
  }
  return sum;
}

/** The first step undone by p ← p + (p₁ − update(p, recorded gradient)), from p₁ + `offset`. */
async function undone(fixture: Case, graph: Record<string, Node>, values: Values, offset: number) {
  const { expected } = fixture;
  const first = NAMES.map((name) => numbers(at(expected[name]!, 0)));
  const given = Object.fromEntries(
    NAMES.map((name) => [`gradient.${name}`, at(expected[`${name}Gradient`]!, 0)]),
  );
  let now: Values = Object.fromEntries(
    NAMES.map((name, i) => [
      name,
      float(
        values[name]!.shape,
        first[i]!.map((p) => p + offset),
      ),
    ]),
  );
  for (let i = 0; i < 20; i++) {
    const after = await run(graph, { ...values, ...now, ...given });
    now = Object.fromEntries(
      NAMES.map((name, k) => {
        const reached = after[`new.${name}`] as Float32Array;
        const before = now[name]!.data as Float32Array;
        const next = Array.from(before, (p, j) => p + (first[k]![j]! - reached[j]!));
        return [name, float(values[name]!.shape, next)];
      }),
    );
  }
  return now;
}

/**
 * The parameters before the first step. The fixtures of the first generator hold those after the last one under `weight`
 * and `bias`; where the recorded gradients show that, the first step is undone. With weight decay, an optimiser that
 * divides by the gradient's size can reach p₁ from above and from below: of the two, the recorded gradients tell.
 */
export async function startOf(
  fixture: Case,
  optimisers: Optimisers,
  step: Record<string, Node>,
  rate: number,
): Promise<Values> {
  const { inputs, attributes, expected } = fixture;
  const values = beginning(optimisers, inputs, rate);
  const size = NAMES.flatMap((name) => [...numbers(at(expected[`${name}Gradient`]!, 0))]);
  const enough = 1e-8 * size.reduce((sum, g) => sum + g * g, 0);
  if ((await mismatch(fixture, step, values)) <= enough) return values;
  const params = NAMES.map((name) => input(name, inputs[name]!.shape));
  const grads = NAMES.map((name) => input(`gradient.${name}`, inputs[name]!.shape));
  const graph = updates(optimisers, params, grads, attributes);
  const above = { ...values, ...(await undone(fixture, graph, values, 1)) };
  const below = { ...values, ...(await undone(fixture, graph, values, -1)) };
  return nearest(fixture, step, above, below);
}

/** Of two beginnings, element by element, what leads to the recorded gradients: single exchanges while they help. */
async function nearest(fixture: Case, step: Record<string, Node>, one: Values, other: Values) {
  const open = NAMES.flatMap((name) =>
    Array.from(one[name]!.data as Float32Array, (a, i) => ({
      name,
      i,
      choices: [a, Number(other[name]!.data[i])],
    })),
  ).filter(({ choices: [a, b] }) => Math.abs(a! - b!) > 1e-6);
  let best = one;
  let least = await mismatch(fixture, step, best);
  for (let before = Infinity; least < before; ) {
    before = least;
    for (const { name, i, choices } of open) {
      const data = Float32Array.from(best[name]!.data as Float32Array);
      data[i] = choices.find((choice) => Math.fround(choice) !== data[i])!;
      const trial = { ...best, [name]: float(one[name]!.shape, data) };
      const found = await mismatch(fixture, step, trial);
      if (found < least) [best, least] = [trial, found];
    }
  }
  return best;
}

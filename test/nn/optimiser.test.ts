import { constant, type Node, sub } from "@marey/core/graph";
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
  normOf,
  type Optimiser,
  optimiserOf,
  rmsprop,
  scaled,
  sgd,
  warmedDecay,
} from "@marey/core/nn";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compute } from "../graph/compute.js";

const row = (values: ArrayLike<number>) => ({ shape: [values.length], values });

/** Follows the gradients of a parameter in one graph; the parameter after each step. */
async function follow(optimiser: Optimiser, start: number[], gradients: number[][], rate = 0.1) {
  const results = await compute(
    (first, ...list) => {
      let parameter = first;
      let state = Object.fromEntries(
        Object.entries(optimiser.state).map(([name, value]): [string, Node] => [
          name,
          constant(new Array(start.length).fill(value)),
        ]),
      );
      return Object.fromEntries(
        list.map((gradient, k) => {
          const settings = { rate: constant(rate), step: constant(k + 1) };
          ({ parameter, state } = optimiser.update(parameter, gradient, state, settings));
          return [`step ${k}`, sub(parameter, 0)];
        }),
      );
    },
    row(start),
    ...gradients.map(row),
  );
  return gradients.map((_, k) => [...results[`step ${k}`]!]);
}

const number = fc.double({ min: 0.01, max: 10, noNaN: true });
const signed = fc.tuple(number, fc.boolean()).map(([x, negative]) => (negative ? -x : x));

test("Adam's first step has the size of the rate whatever the gradient's size", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(signed, { minLength: 1, maxLength: 4 }), async (gradient) => {
      for (const optimiser of [adam(), adam({ amsgrad: true }), adamW({ weightDecay: 0 })]) {
        const [after] = await follow(
          optimiser,
          gradient.map(() => 1),
          [gradient],
        );
        for (const [i, p] of after!.entries()) expect(p).toBeCloseTo(1 - 0.1 * Math.sign(gradient[i]!), 4);
      }
    }),
    { numRuns: 10 },
  );
});

test("AMSGrad doesn't forget a great gradient, Adam does", async () => {
  const gradients = [[100], ...new Array(30).fill([1])];
  const lastStep = async (amsgrad: boolean) => {
    const after = await follow(adam({ amsgrad, betas: [0, 0.5] }), [0], gradients);
    return after.at(-2)![0]! - after.at(-1)![0]!;
  };
  expect(await lastStep(false)).toBeCloseTo(0.1, 3);
  // √v̂ stays 100·√0.5, bias correction is over.
  expect(await lastStep(true)).toBeCloseTo(0.1 / (100 * Math.sqrt(0.5)), 5);
});

test("decay: Adam's goes through the moments, AdamW's shrinks the parameter alone", async () => {
  const still = [[0], [0], [0]];
  const decoupled = await follow(adamW({ weightDecay: 0.5 }), [2], still);
  expect(decoupled.map(([p]) => p)).toEqual([1, 2, 3].map((k) => expect.closeTo(2 * 0.95 ** k, 5)));
  const [coupled] = await follow(adam({ weightDecay: 0.5 }), [2], still);
  expect(coupled![0]).toBeCloseTo(1.9, 5);
});

test("the bias correction of a β near 1 keeps its digits", async () => {
  // Equal gradients: every moment is exact after correction, so each step has the size of the rate.
  const after = await follow(adam({ betas: [0.9999, 0.99999] }), [0], new Array(10).fill([3]));
  for (const [k, [p]] of after.entries()) expect(p! / (-0.1 * (k + 1))).toBeCloseTo(1, 5);
});

test("SGD: momentum, dampening and Nesterov by hand", async () => {
  const gradients = [[1], [2], [4]];
  const path = async (options: Parameters<typeof sgd>[0]) =>
    (await follow(sgd(options), [0], gradients, 1)).map(([p]) => p);
  expect(await path({})).toEqual([-1, -3, -7]);
  expect(await path({ momentum: 0.5 })).toEqual([-1, -3.5, -8.75]); // velocities 1, 2.5, 5.25
  expect(await path({ momentum: 0.5, dampening: 0.5 })).toEqual([-1, -2.5, -5.25]); // 1, 1.5, 2.75
  expect(await path({ momentum: 0.5, nesterov: true })).toEqual([-1.5, -4.75, -11.375]);
  expect(await path({ weightDecay: 1 })).toEqual([-1, -2, -4]);
});

describe.each<[string, Optimiser]>([
  ["sgd", sgd({ momentum: 0.9 })],
  ["adam", adam()],
  ["adamW", adamW()],
  ["rmsprop", rmsprop({ momentum: 0.5, centered: true })],
  ["adadelta", adadelta()],
  ["adagrad", adagrad({ rateDecay: 0.1, initialSum: 0.1 })],
])("%s", (_, optimiser) => {
  test("goes against the gradient and stays finite where the gradient is 0 or steady", async () => {
    const after = await follow(optimiser, [1, 1, 1], new Array(20).fill([0, 1e-12, 5]));
    for (const values of after) for (const p of values) expect(Number.isFinite(p)).toBe(true);
    expect(after.at(-1)![2]).toBeLessThan(1);
  });

  test("a scaled one is the same with another rate", async () => {
    const gradients = [[1], [-2], [3]];
    expect(await follow(scaled(optimiser, 0.5), [1], gradients, 0.2)).toEqual(
      await follow(optimiser, [1], gradients, 0.1),
    );
  });
});

test("groups go by whole steps of the path, the first one wins", () => {
  const [a, b, c] = [sgd(), sgd(), sgd()];
  const choose = groups(
    [
      { paths: ["layers.0"], optimiser: a },
      { paths: ["layers", "head.bias"], optimiser: b },
    ],
    c,
  );
  const of = (path: string) => [a, b, c].indexOf(optimiserOf(choose, path));
  expect(["layers.0.weight", "layers.01", "layers.1.weight", "head.bias", "head.weight"].map(of)).toEqual([
    0, 1, 1, 1, 2,
  ]);
  expect(optimiserOf(a, "anything")).toBe(a);
});

test("clipping: together below the limit, untouched where they are already", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(signed, { minLength: 2, maxLength: 5 }),
      fc.constantFrom(1 as const, 2 as const, "infinity" as const),
      number,
      async (values, norm, limit) => {
        const results = await compute(
          (a, b) => {
            const clipped = clipByNorm([a, b], limit, norm);
            return { a: sub(clipped[0]!, 0), before: normOf([a, b], norm), after: normOf(clipped, norm) };
          },
          row(values),
          row([3]),
        );
        const [before, after] = [results.before![0]!, results.after![0]!];
        expect(after).toBeCloseTo(Math.min(before, limit), 3);
        if (before < 0.99 * limit) expect([...results.a!]).toEqual(values.map(Math.fround));
      },
    ),
    { numRuns: 15 },
  );
  const { y } = await compute((x) => ({ y: clipByValue([x], 0.5)[0]! }), row([-2, 0.25, 7]));
  expect([...y]).toEqual([-0.5, 0.25, 0.5]);
});

test("averages: a moving one lags, an equal one is the mean", async () => {
  const values = [4, 8, 3, 1];
  const { moving, equal, warmed } = await compute(
    (...all) => ({
      moving: all.slice(1).reduce((mean, x) => movingAverage(mean, x, 0.5), all[0]!),
      equal: all.slice(1).reduce((mean, x, i) => equalAverage(mean, x, i + 2), all[0]!),
      warmed: warmedDecay(0.9, all[3]!),
    }),
    ...values.map((x) => row([x])),
  );
  expect(moving[0]).toBe(4 / 8 + 8 / 8 + 3 / 4 + 1 / 2);
  expect(equal[0]).toBeCloseTo(4, 6);
  expect(warmed[0]).toBeCloseTo(2 / 11, 6);
});

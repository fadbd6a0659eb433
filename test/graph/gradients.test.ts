import { gradients, inOrder, input, ops, reduceSum } from "@marey/core/graph";
import { describe, expect, test } from "vitest";
import { type Comparison, compareWithDifferences, gradientOf } from "./differences.js";
import { general } from "./generalSamples.js";
import { special } from "./networkSamples.js";

const samples = { ...general, ...special };

/** What misses by more than the share of a derivative that float32 leaves uncertain. */
const misses = (comparisons: readonly Comparison[], tolerance: number) =>
  comparisons.filter(
    ({ gradient, difference }) =>
      !(Math.abs(gradient - difference) <= tolerance * (1 + Math.abs(difference))),
  );

describe.each(Object.keys(ops))("%s", (name) => {
  const own = samples[name] ?? [];

  test("has a sample that uses it", () => {
    expect(
      own.length,
      `add a sample of ${name} to test/graph/generalSamples.ts or networkSamples.ts`,
    ).toBeGreaterThan(0);
    const used = own.some(({ inputs, build }) => {
      const nodes = inputs.map(({ shape }, i) => input(`x${i}`, shape));
      const y = build(...nodes);
      return inOrder([y, ...gradients(reduceSum(y), nodes)]).some(({ op }) => op === ops[name]);
    });
    expect(used, `no sample of ${name} has it in its graph`).toBe(true);
  });

  test.each(own)("its gradients equal finite differences, sample %#", async (sample) => {
    const comparisons = await compareWithDifferences(sample);
    expect(comparisons.length).toBeGreaterThan(0);
    if (sample.stops) expect(comparisons.every(({ gradient }) => gradient === 0)).toBe(true);
    else expect(misses(comparisons, 1e-3)).toEqual([]);
  });

  test.each(own.filter(({ stops, once }) => !stops && !once))(
    "the gradients of its gradient equal finite differences, sample %#",
    async (sample) => expect(misses(await compareWithDifferences(gradientOf(sample)), 3e-3)).toEqual([]),
  );
});

import fc from "fast-check";
import { expect, test } from "vitest";
import * as schedule from "./schedule.js";

const unit = fc.double({ min: 0.01, max: 1, noNaN: true });

test("exponential and step fall by the same factor over a period", () => {
  fc.assert(
    fc.property(unit, unit, fc.integer({ min: 1, max: 9 }), (base, gamma, every) => {
      const steps = schedule.step({ base, every, gamma });
      const smooth = schedule.exponential({ base, gamma });
      expect(steps(3 * every)).toBeCloseTo(smooth(3), 12);
      expect(steps(every - 1)).toBe(base);
    }),
  );
});

test("a milestone counts from its own step on", () => {
  const rate = schedule.multiStep({ base: 1, milestones: [3, 5], gamma: 0.1 });
  expect([2, 3, 4, 5, 99].map(rate)).toEqual([1, 0.1, 0.1, 0.1 ** 2, 0.1 ** 2].map((x) => expect.closeTo(x)));
});

test("a cosine begins at its base, ends at its minimum and passes the mean half-way", () => {
  fc.assert(
    fc.property(unit, fc.integer({ min: 1, max: 50 }), (minimum, half) => {
      const rate = schedule.cosine({ base: 2, period: 2 * half, minimum });
      expect(rate(0)).toBeCloseTo(2, 12);
      expect(rate(half)).toBeCloseTo((2 + minimum) / 2, 12);
      expect(rate(2 * half)).toBeCloseTo(minimum, 12);
    }),
  );
});

test("restarts come after periods that grow by the factor", () => {
  const rate = schedule.cosineRestarts({ base: 1, firstPeriod: 4, factor: 3, minimum: 0 });
  for (const start of [0, 4, 16, 52]) expect(rate(start)).toBe(1);
  for (const k of [3, 15, 51]) expect(rate(k)).toBeLessThan(0.2);
});

test("restarts that would never reach far steps are refused", () => {
  for (const options of [{ firstPeriod: 0 }, { firstPeriod: 4, factor: 0.5 }, { firstPeriod: NaN }])
    expect(() => schedule.cosineRestarts({ base: 1, ...options })).toThrow(
      expect.objectContaining({ code: "SCHEDULE_OPTIONS" }),
    );
});

test("warming up joins the schedule that follows without a jump", () => {
  const after = schedule.exponential({ base: 0.5, gamma: 0.9 });
  const rate = schedule.warmUp({ steps: 10, startFactor: 0.1 }, after);
  expect(rate(0)).toBeCloseTo(0.05, 12);
  expect(rate(10) - rate(9)).toBeCloseTo(rate(5) - rate(4), 12);
  expect(rate(13)).toBe(after(3));
});

test("one cycle: the rate rises to its maximum while the momentum falls to its low, then both return", () => {
  fc.assert(
    fc.property(fc.constantFrom("cosine" as const, "linear" as const), (anneal) => {
      const { rate, momentum } = schedule.oneCycle({ maximum: 1, steps: 101, rising: 31 / 101, anneal });
      expect(rate(0)).toBeCloseTo(1 / 25, 12);
      expect(rate(30)).toBeCloseTo(1, 12);
      expect(rate(100)).toBeCloseTo(1 / 25 / 1e4, 12);
      expect([0, 30, 100].map(momentum)).toEqual([0.95, 0.85, 0.95].map((x) => expect.closeTo(x, 12)));
      for (let k = 1; k <= 100; k++) expect(Math.sign(rate(k) - rate(k - 1))).toBe(k <= 30 ? 1 : -1);
    }),
  );
});

test("one cycle is finite whatever its length and its rise, and stays at its end", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.constantFrom(0, 0.1, 0.25, 0.5, 1), (steps, rising) => {
      const { rate } = schedule.oneCycle({ maximum: 1, steps, rising });
      for (let k = 0; k < steps; k++) expect(rate(k)).toSatisfy((x: number) => x > 0 && x <= 1);
      if (rising < 1) expect(rate(steps + 5)).toBeCloseTo(1 / 25 / 1e4, 12);
    }),
  );
});

test("a polynomial reaches 0 and stays there", () => {
  const rate = schedule.polynomial({ base: 2, steps: 10, power: 2 });
  expect(rate(5)).toBeCloseTo(0.5, 12);
  expect(rate(10)).toBe(0);
  expect(rate(99)).toBe(0);
});

test("the batch norm's momentum goes from 0.1 to 0.001 in equal ratios", () => {
  const momentum = schedule.batchNormMomentum({ steps: 80 });
  expect(momentum(0)).toBeCloseTo(0.1, 12);
  expect(momentum(80)).toBeCloseTo(0.001, 12);
  expect(momentum(40)).toBeCloseTo(0.01, 12);
});

/** The rate after each of the metrics. */
function follow(metrics: readonly number[], options: schedule.PlateauOptions): number[] {
  let now = schedule.plateauStart(1);
  return metrics.map((metric) => {
    now = schedule.plateau(now, metric, options);
    return now.rate;
  });
}

test("a plateau lowers the rate after more steps without progress than it bears, and cools down", () => {
  const options = { factor: 0.5, patience: 1, cooldown: 2, threshold: 0 };
  const rates = follow([5, 4, 4, 4, 4, 4, 4, 4, 3], options);
  expect(rates).toEqual([1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25]);
});

test("a plateau of an accuracy counts what is higher as progress", () => {
  const options = { factor: 0.5, patience: 0, mode: "high" as const, threshold: 0.1 };
  expect(follow([0.5, 0.6, 0.61, 0.8], options)).toEqual([1, 1, 0.5, 0.5]);
  expect(follow([0.5, 0.56], { ...options, thresholdMode: "absolute" })).toEqual([1, 0.5]);
});

test("a plateau never goes below its minimum", () => {
  const rates = follow(new Array(50).fill(1), { factor: 0.1, patience: 0, minimum: 0.02 });
  expect(Math.min(...rates)).toBe(0.02);
});

test("a plateau leaves a rate that would hardly change", () => {
  const rates = follow([1, 1, 1, 1, 1], { factor: 2 ** -20, patience: 0 });
  expect(rates).toEqual([1, 2 ** -20, 2 ** -40, 2 ** -40, 2 ** -40]); // 2⁻⁴⁰ would change by less than 1e-8
});

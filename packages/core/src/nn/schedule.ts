import { MareyError } from "../error.js";

/** A number for each step, steps counted from 0. */
export type Schedule = (step: number) => number;

/** The same number for each step. */
export const constant =
  (value: number): Schedule =>
  () =>
    value;

/** Multiplied by `gamma` after every `every` steps. */
export const step =
  ({ base, every, gamma }: { base: number; every: number; gamma: number }): Schedule =>
  (k) =>
    base * gamma ** Math.floor(k / every);

/** Multiplied by `gamma` at each of the milestones. */
export const multiStep =
  ({ base, milestones, gamma }: { base: number; milestones: readonly number[]; gamma: number }): Schedule =>
  (k) =>
    base * gamma ** milestones.filter((milestone) => milestone <= k).length;

/** Multiplied by `gamma` after each step. */
export const exponential =
  ({ base, gamma }: { base: number; gamma: number }): Schedule =>
  (k) =>
    base * gamma ** k;

/** From `base` to `minimum` along half a cosine of `period` steps (Loshchilov & Hutter 2017). */
export const cosine =
  ({ base, period, minimum = 0 }: { base: number; period: number; minimum?: number }): Schedule =>
  (k) =>
    minimum + ((base - minimum) * (1 + Math.cos((Math.PI * k) / period))) / 2;

/** Options of `cosineRestarts`. */
export interface RestartOptions {
  base: number;
  /** Steps of the first descent. */
  firstPeriod: number;
  /** By which each further descent is longer. */
  factor?: number;
  minimum?: number;
}

/**
 * Half cosines that start again at `base` (Loshchilov & Hutter 2017, equation 5).
 *
 * @throws MareyError `SCHEDULE_OPTIONS` when periods aren't above 0, or shrink: they would never reach far steps.
 */
export function cosineRestarts({ base, firstPeriod, factor = 1, minimum }: RestartOptions): Schedule {
  if (!(firstPeriod > 0 && factor >= 1))
    throw new MareyError(
      "SCHEDULE_OPTIONS",
      "cosineRestarts",
      `firstPeriod is ${firstPeriod}, factor ${factor}`,
      "Give a period above 0 and a factor of 1 or more",
    );
  return (k) => {
    let period = firstPeriod;
    let since = k;
    while (since >= period) {
      since -= period;
      period *= factor;
    }
    return cosine({ base, period, minimum })(since);
  };
}

/** Grows linearly from `startFactor` times the first value of another schedule to it, which then follows. */
export const warmUp =
  ({ steps, startFactor }: { steps: number; startFactor: number }, after: Schedule): Schedule =>
  (k) =>
    k < steps ? after(0) * (startFactor + ((1 - startFactor) * k) / steps) : after(k - steps);

/** Falls from `base` to 0 over `steps` steps as a power of what remains. */
export const polynomial =
  ({ base, steps, power = 1 }: { base: number; steps: number; power?: number }): Schedule =>
  (k) =>
    base * (1 - Math.min(k, steps) / steps) ** power;

/** Options of `oneCycle`, by PyTorch's defaults. */
export interface OneCycleOptions {
  /** The highest rate. */
  maximum: number;
  steps: number;
  /** Share of the steps in which the rate rises. */
  rising?: number;
  anneal?: "cosine" | "linear";
  /** The highest rate over the first one. */
  divisor?: number;
  /** The first rate over the last one. */
  finalDivisor?: number;
  momentumLow?: number;
  momentumHigh?: number;
}

/** One cycle (Smith & Topin 2018): the rate rises, then falls to nearly nothing; the momentum does the opposite. */
export function oneCycle(options: OneCycleOptions): { rate: Schedule; momentum: Schedule } {
  const { maximum, steps, rising = 0.3, anneal = "cosine", divisor = 25, finalDivisor = 1e4 } = options;
  const { momentumLow: low = 0.85, momentumHigh: high = 0.95 } = options;
  const peak = rising * steps - 1;
  const between = (from: number, to: number, share: number) =>
    anneal === "linear"
      ? from + (to - from) * share
      : to + ((from - to) * (1 + Math.cos(Math.PI * share))) / 2;
  const cycle =
    (start: number, top: number, end: number): Schedule =>
    (k) =>
      k < peak
        ? between(start, top, k / peak)
        : between(top, end, Math.min(1, (k - peak) / Math.max(steps - 1 - peak, 1e-9)));
  const first = maximum / divisor;
  return { rate: cycle(first, maximum, first / finalDivisor), momentum: cycle(high, low, high) };
}

/** VideoPose3D's batch norm momentum: from `initial` to `final` along an exponential, steps (epochs) counted from 0. */
export const batchNormMomentum =
  ({ initial = 0.1, final = 0.001, steps }: { initial?: number; final?: number; steps: number }): Schedule =>
  (k) =>
    initial * Math.exp((-k / steps) * Math.log(initial / final));

/** Options of `plateau`, by PyTorch's defaults. */
export interface PlateauOptions {
  /** By which the rate is multiplied. */
  factor?: number;
  /** Steps without progress that are borne. */
  patience?: number;
  /** How much better than the best counts as progress. */
  threshold?: number;
  /** Whether the threshold is a share of the best or a difference from it. */
  thresholdMode?: "relative" | "absolute";
  /** Steps after a reduction in which nothing counts as lack of progress. */
  cooldown?: number;
  /** The lowest rate. */
  minimum?: number;
  /** Whether a good metric is a low one (a loss) or a high one (an accuracy). */
  mode?: "low" | "high";
}

/** A rate that would change by less stays, as in PyTorch (its `eps`). */
const LEAST_CHANGE = 1e-8;

/** What a plateau schedule remembers. */
export interface Plateau {
  readonly rate: number;
  /** The best metric so far. */
  readonly best?: number;
  /** Steps without progress. */
  readonly waited: number;
  /** Steps of cool-down that are left. */
  readonly cooling: number;
}

/** The beginning of a plateau schedule. */
export const plateauStart = (rate: number): Plateau => ({ rate, waited: 0, cooling: 0 });

/** Lowers the rate when a metric has stopped getting better; give it the metric after each step (or epoch). */
export function plateau(before: Plateau, metric: number, options: PlateauOptions = {}): Plateau {
  const { factor = 0.1, patience = 10, cooldown = 0, minimum = 0 } = options;
  const better = before.best === undefined || progress(metric, before.best, options);
  const cooling = Math.max(0, before.cooling - 1);
  const waited = better || before.cooling > 0 ? 0 : before.waited + 1;
  const best = better ? metric : before.best;
  if (waited <= patience) return { rate: before.rate, best, waited, cooling };
  const lowered = Math.max(before.rate * factor, minimum);
  const rate = before.rate - lowered > LEAST_CHANGE ? lowered : before.rate;
  return { rate, best, waited: 0, cooling: cooldown };
}

function progress(metric: number, best: number, options: PlateauOptions): boolean {
  const { threshold = 1e-4, thresholdMode = "relative", mode = "low" } = options;
  const sign = mode === "low" ? 1 : -1;
  const margin = thresholdMode === "relative" ? threshold * best : threshold;
  return sign * metric < sign * best - margin;
}

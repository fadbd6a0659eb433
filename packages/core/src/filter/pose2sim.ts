import { MareyError } from "../error.js";
import { butterworth } from "./butterworth.js";
import { type FillOptions, fillGaps } from "./gaps.js";
import { gaussianFilter } from "./gaussian.js";
import { gcvSpline } from "./gcvSpline.js";
import { kalmanFilter, kalmanRun, kalmanSmooth, whiteAcceleration } from "./kalman.js";
import { loess } from "./loess.js";
import { hampel, medianFilter } from "./median.js";
import { oneEuroZeroPhase } from "./oneEuro.js";
import { type ColumnFilter, filterRuns } from "./runs.js";
import type { TrackFilter } from "./tracks.js";
import { whittaker, whittakerLambda } from "./whittaker.js";
import { filtfilt } from "./zeroPhase.js";

/** The filters of Pose2Sim by the names of its Config.toml, with their settings; defaults are Pose2Sim's. */
export type Pose2simFilter =
  | { type: "butterworth"; cutoff?: number; order?: number }
  | { type: "butterworth_on_speed"; cutoff?: number; order?: number }
  | { type: "acc_minimizing"; cutoff?: number }
  | { type: "gcv_spline"; cutoff?: number; smoothingFactor?: number }
  | { type: "kalman"; trustRatio?: number; smooth?: boolean }
  | { type: "one_euro"; cutoff?: number; beta?: number; derivativeCutoff?: number }
  | { type: "loess"; neighbours?: number }
  | { type: "gaussian"; sigma?: number }
  | { type: "median"; window?: number };

/** Pose2Sim's interpolation: exactly 0 is missing, columns with 4 or fewer present samples stay as they are. */
export function pose2simFill(options: Pick<FillOptions, "method" | "longestGap" | "rest"> = {}): TrackFilter {
  const rules = { rest: "last_value", ...options, zeroIsMissing: true, fewestSamples: 5 } as const;
  return (x, out, replaced) => {
    fillGaps(x, rules, out);
    for (let t = 0; t < x.length; t++) if (x[t] === 0 && out[t] !== 0) replaced[t] = 1;
  };
}

/** Pose2Sim's outlier rejection: Hampel over 7 samples, 2 sigmas, the three samples at each end left alone. */
export const pose2simHampel: TrackFilter = (x, out, replaced) => {
  const outlier = new Uint8Array(x.length);
  hampel(x, { window: 7, sigmas: 2, edges: "keep" }, out, outlier);
  for (let t = 0; t < x.length; t++) replaced[t] |= outlier[t];
};

/**
 * One of Pose2Sim's filters, by its rules: each run of samples that are neither NaN nor exactly 0 by itself, cut-off
 * frequencies of the Butterworth filters cast to whole Hertz, runs too short for the padding left alone.
 *
 * @param rate Frames per second.
 * @throws MareyError `FILTER_OPTIONS` for a setting that its filter can't have.
 */
export function pose2simFilter(filter: Pose2simFilter, rate: number): TrackFilter {
  const [longerThan, apply] = columnFilter(filter, rate);
  return (x, out) => {
    filterRuns(x, apply, { longerThan, zeroIsMissing: true }, out);
  };
}

/** A filter with the longest run that it leaves alone. */
function columnFilter(filter: Pose2simFilter, rate: number): [number, ColumnFilter] {
  switch (filter.type) {
    case "butterworth":
      return zeroPhase(filter.cutoff ?? 6, filter.order ?? 4, rate);
    case "butterworth_on_speed":
      return onSpeed(zeroPhase(filter.cutoff ?? 10, filter.order ?? 4, rate));
    case "acc_minimizing": {
      const options = { lambda: whittakerLambda(filter.cutoff ?? 6, rate), edgeRepeat: 10 };
      return [2, (x, out) => whittaker(x, options, out)];
    }
    case "gcv_spline":
      return [4, (x, out) => gcvSpline(x, { ...filter, rate }, out)];
    case "kalman":
      return [2, (x, out) => kalman(x, filter.trustRatio ?? 500, filter.smooth ?? true, rate, out)];
    case "one_euro": {
      const { cutoff = 4, beta = 1.5, derivativeCutoff = 1 } = filter;
      const options = { minCutoff: cutoff, beta, derivativeCutoff };
      return [
        0,
        (x, out) =>
          oneEuroZeroPhase(
            x.map((_, i) => i / rate),
            x,
            options,
            out,
          ),
      ];
    }
    case "loess": {
      const { neighbours = 5 } = filter;
      return [neighbours, (x, out) => loess(x, { neighbours }, out)];
    }
    case "gaussian":
      return [0, (x, out) => gaussianFilter(x, { sigma: filter.sigma ?? 1 }, out)];
    case "median":
      return [0, (x, out) => medianFilter(x, { window: filter.window ?? 3, boundary: "constant" }, out)];
  }
}

/** The order is that of both passes together. */
function zeroPhase(cutoff: number, order: number, rate: number): [number, ColumnFilter] {
  if (order % 2 !== 0)
    throw new MareyError(
      "FILTER_OPTIONS",
      "Butterworth filter",
      `order ${order} can't be halved between two passes`,
      "Give an even order",
    );
  const filter = butterworth({ order: order / 2, cutoff: Math.trunc(cutoff), rate });
  return [3 * filter.a.length, (x, out) => filtfilt(filter, x, {}, out)];
}

/**
 * Filters the differences and sums them up again from the first sample. There the runs are those of the speed: one of
 * exactly 0, which Hampel leaves where it put a neighbour's value, parts two runs.
 */
function onSpeed([longerThan, apply]: [number, ColumnFilter]): [number, ColumnFilter] {
  const filter: ColumnFilter = (x, out) => {
    const speed = x.map((value, i) => value - x[Math.max(0, i - 1)]);
    speed[0] = speed[1] / 2;
    filterRuns(speed, apply, { longerThan, zeroIsMissing: true }, out);
    let sum = x[0];
    for (let i = 0; i < x.length; i++) out[i] = sum += out[i];
  };
  return [longerThan, filter];
}

/** Constant acceleration, in metres, started from finite differences that Pose2Sim doesn't divide by the time step. */
function kalman(x: Float64Array, trustRatio: number, smooth: boolean, rate: number, out: Float64Array) {
  const noise = 20;
  const run = kalmanRun(x.length, 1);
  const start = {
    state: Float64Array.of(x[0], x[1] - x[0], x[2] - 2 * x[1] + x[0]),
    covariance: Float64Array.of(noise, 0, 0, noise, 0, noise),
  };
  kalmanFilter(x, noise ** 2, whiteAcceleration(1 / rate, (noise * trustRatio) ** 2), start, run);
  if (smooth) kalmanSmooth(run, 1 / rate, run.filtered, run.covariance);
  for (let i = 0; i < x.length; i++) out[i] = run.filtered[3 * i];
}

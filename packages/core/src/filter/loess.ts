import { medianOf } from "./median.js";

export interface LoessOptions {
  /** Nearest samples, the sample itself included, that each local line is fitted to. */
  neighbours: number;
  /** Rounds of bisquare re-weighting against outliers; 0 when absent. */
  robustIterations?: number;
}

/**
 * Locally weighted linear regression over evenly spaced samples with tricube weights (Cleveland 1979; agrees with
 * statsmodels' `lowess`, `neighbours` = ⌊frac·T⌋). Whole column, no missing samples; T × neighbours steps.
 *
 * @returns T samples in `out`, which isn't `x`.
 */
export function loess(
  x: Float64Array,
  { neighbours, robustIterations = 0 }: LoessOptions,
  out: Float64Array = new Float64Array(x.length),
): Float64Array {
  const count = Math.min(neighbours, x.length);
  const trust = new Float64Array(x.length).fill(1);
  const weights = new Float64Array(count);
  for (let round = 0; round <= robustIterations; round++) {
    if (round > 0) bisquare(x, out, trust);
    let left = 0;
    for (let i = 0; i < x.length; i++) {
      while (left + count < x.length && i > left + count / 2) left++;
      out[i] = localLine(x, i, left, weights, trust);
    }
  }
  return out;
}

/** The value at i of the line fitted to the samples from `left` on; the sample itself where no line is determined. */
function localLine(
  x: Float64Array,
  i: number,
  left: number,
  weights: Float64Array,
  trust: Float64Array,
): number {
  const count = weights.length;
  const radius = Math.max(i - left, left + count - 1 - i);
  let total = 0;
  let centre = 0;
  let used = 0;
  for (let j = 0; j < count; j++) {
    const distance = Math.abs(left + j - i) / radius;
    const weight = (1 - distance ** 3) ** 3 * trust[left + j];
    weights[j] = weight;
    total += weight;
    centre += weight * (left + j);
    if (weight !== 0) used++;
  }
  if (!(total > 0) || used < 2) return x[i];
  centre /= total;
  let spread = 0;
  for (let j = 0; j < count; j++) spread += weights[j] * (left + j - centre) ** 2;
  let value = 0;
  for (let j = 0; j < count; j++)
    value += weights[j] * (1 / total + ((i - centre) * (left + j - centre)) / spread) * x[left + j];
  return value;
}

/** Weights by the distance from the curve: 0 beyond six times the median distance. */
function bisquare(x: Float64Array, fit: Float64Array, trust: Float64Array) {
  for (let i = 0; i < x.length; i++) trust[i] = Math.abs(x[i] - fit[i]);
  const median = medianOf(trust);
  for (let i = 0; i < x.length; i++) {
    const u = median === 0 ? (trust[i] > 0 ? 1 : 0) : Math.min(1, trust[i] / (6 * median));
    trust[i] = (1 - u * u) ** 2;
  }
}

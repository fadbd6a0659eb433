import { MareyError } from "../error.js";
import { type Boundary, boundaryIndex } from "./boundary.js";

/**
 * Sliding median with an odd window (SciPy's `medfilt` with `constant`, which pads with zeros; `median_filter` with the
 * other boundaries). Whole column, no missing samples; delays nothing.
 *
 * @returns T samples in `out`, which isn't `x`.
 */
export function medianFilter(
  x: Float64Array,
  { window, boundary = "reflect" }: { window: number; boundary?: Boundary },
  out: Float64Array = new Float64Array(x.length),
): Float64Array {
  requireOdd("median filter", window);
  const radius = window >> 1;
  const sorted = new Float64Array(window);
  for (let i = 0; i < x.length; i++) {
    for (let j = -radius; j <= radius; j++) {
      const at = boundaryIndex(i + j, x.length, boundary);
      insert(sorted, j + radius, at < 0 ? 0 : x[at]);
    }
    out[i] = sorted[radius];
  }
  return out;
}

export interface HampelOptions {
  /** Odd number of samples; 7 when absent. */
  window?: number;
  /** Distance from the median, in robust standard deviations, beyond which a sample is an outlier; 3 when absent. */
  sigmas?: number;
  /**
   * `keep` leaves the first and last window>>1 samples, needs a whole window without a missing sample and spares it when
   * its MAD is 0 (Pose2Sim, which uses 2 sigmas). `truncate`, the default, cuts the window at the ends and passes
   * over missing samples.
   */
  edges?: "keep" | "truncate";
}

/**
 * Replaces outliers by the median of the window around them (Hampel identifier: Pearson 2002). Windows read the
 * original samples. Whole column; a missing sample stays missing. Streaming with a delay of half a window.
 *
 * @param outlier T flags to be set to 1 where a sample was replaced, 0 elsewhere.
 * @returns T samples in `out`, which isn't `x`.
 */
export function hampel(
  x: Float64Array,
  { window = 7, sigmas = 3, edges = "truncate" }: HampelOptions = {},
  out: Float64Array = new Float64Array(x.length),
  outlier?: Uint8Array,
): Float64Array {
  requireOdd("Hampel filter", window);
  const radius = window >> 1;
  const values = new Float64Array(window);
  const deviations = new Float64Array(window);
  out.set(x);
  outlier?.fill(0);
  const keep = edges === "keep";
  const margin = keep ? radius : 0;
  for (let i = margin; i < x.length - margin; i++) {
    if (Number.isNaN(x[i])) continue;
    let count = 0;
    for (let j = Math.max(0, i - radius); j < Math.min(x.length, i + radius + 1); j++)
      if (!Number.isNaN(x[j])) insert(values, count++, x[j]);
    if (keep && count < window) continue;
    const median = middle(values, count);
    for (let j = 0; j < count; j++) insert(deviations, j, Math.abs(values[j] - median));
    const mad = middle(deviations, count);
    const distance = Math.abs(x[i] - median);
    if (keep ? mad !== 0 && (0.6745 * distance) / mad > sigmas : distance > sigmas * 1.4826 * mad) {
      out[i] = median;
      if (outlier) outlier[i] = 1;
    }
  }
  return out;
}

/**
 * The median of the present samples within `radius` samples, the window cut at the ends; NaN for none. A column of a
 * T×`stride` array, at `offset`. @returns T medians in `out`.
 */
export function localMedian(
  x: Float64Array,
  radius: number,
  stride: number,
  offset: number,
  out: Float64Array,
): Float64Array {
  const values = new Float64Array(2 * radius + 1);
  for (let t = 0; t < out.length; t++) {
    let count = 0;
    for (let k = Math.max(0, t - radius); k < Math.min(out.length, t + radius + 1); k++) {
      const value = x[k * stride + offset];
      if (!Number.isNaN(value)) insert(values, count++, value);
    }
    out[t] = count > 0 ? middle(values, count) : NaN;
  }
  return out;
}

/** The median of numbers in any order; NaN for none. Sorts a copy. */
export function medianOf(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values).sort();
  return middle(sorted, sorted.length);
}

function middle(sorted: Float64Array, count: number): number {
  const half = count >> 1;
  return count % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/** Inserts into the first `count` values, which are sorted. */
function insert(sorted: Float64Array, count: number, value: number) {
  let at = count;
  for (; at > 0 && sorted[at - 1] > value; at--) sorted[at] = sorted[at - 1];
  sorted[at] = value;
}

function requireOdd(where: string, window: number) {
  if (!Number.isInteger(window) || window < 1 || window % 2 === 0)
    throw new MareyError("FILTER_OPTIONS", where, `the window is ${window}`, "Give an odd number of samples");
}

import { MareyError } from "../error.js";
import { type Boundary, correlate } from "./boundary.js";

export interface SavitzkyGolayOptions {
  /** Odd number of samples. */
  window: number;
  /** Of the fitted polynomial; below the window. */
  polynomialOrder: number;
  /** 0, the default, smooths; 1 gives velocities, 2 accelerations … */
  derivative?: number;
  /** Seconds between samples; 1 when absent. */
  delta?: number;
  /** What stands beyond the ends; `interp`, the default, evaluates the polynomial of the first and last window there. */
  mode?: Boundary | "interp";
}

/**
 * Weights that take a window of samples to the derivative of its least-squares polynomial at a place in the window.
 * Built from the discrete orthogonal (Gram) polynomials, so no linear system is solved and none can be ill-conditioned
 * (Gorry 1990).
 *
 * @param at Samples from the window's centre; 0 when absent.
 * @returns Weights in the order of the samples (SciPy's convolution order is the reverse).
 * @throws MareyError `FILTER_OPTIONS` for an even window or an order that doesn't fit it.
 */
export function savitzkyGolayWeights(options: SavitzkyGolayOptions, at = 0): Float64Array {
  const { window, polynomialOrder: order, derivative = 0, delta = 1 } = options;
  if (!Number.isInteger(window) || window % 2 === 0 || order >= window || order < 0)
    throw new MareyError(
      "FILTER_OPTIONS",
      "Savitzky–Golay filter",
      `window ${window} with polynomial order ${order}`,
      "Give an odd window that is larger than the order",
    );
  const radius = Math.max(1, window >> 1);
  const weights = new Float64Array(window);
  // Rows of p: the polynomials k and k − 1 at the samples; of d: their derivatives at the place asked for.
  let p = new Float64Array(window).fill(1);
  let pBefore = new Float64Array(window);
  let d = new Float64Array(derivative + 1);
  let dBefore = new Float64Array(derivative + 1);
  d[0] = 1;
  let normBefore = 1;
  for (let k = 0; k <= order; k++) {
    const norm = p.reduce((sum, value) => sum + value * value, 0);
    for (let i = 0; i < window; i++) weights[i] += (d[derivative] * p[i]) / norm;
    const beta = k === 0 ? 0 : norm / normBefore;
    const x = (i: number) => (i - (window >> 1)) / radius;
    const pNext = p.map((value, i) => x(i) * value - beta * pBefore[i]);
    const dNext = d.map((value, n) => (at / radius) * value + n * (n ? d[n - 1] : 0) - beta * dBefore[n]);
    [pBefore, p, dBefore, d, normBefore] = [p, pNext, d, dNext, norm];
  }
  const scale = (delta * radius) ** -derivative;
  return weights.map((weight) => weight * scale);
}

/**
 * Savitzky–Golay filter: a polynomial is fitted to the window around each sample. Whole column, no missing samples;
 * inside the column it needs half a window of the future.
 *
 * @returns T samples in `out`, which isn't `x`.
 * @throws MareyError `FILTER_SHORT` in mode `interp` for a column shorter than the window.
 */
export function savitzkyGolay(
  x: Float64Array,
  options: SavitzkyGolayOptions,
  out: Float64Array = new Float64Array(x.length),
): Float64Array {
  const { window, mode = "interp" } = options;
  correlate(x, savitzkyGolayWeights(options), mode === "interp" ? "nearest" : mode, out);
  if (mode !== "interp") return out;
  if (x.length < window)
    throw new MareyError(
      "FILTER_SHORT",
      "Savitzky–Golay filter",
      `${x.length} samples, but the window is ${window}`,
      "Give a shorter window, or a mode other than interp",
    );
  const radius = window >> 1;
  const start = x.length - window;
  for (let i = 0; i < radius; i++) {
    const weights = savitzkyGolayWeights(options, i - radius);
    const mirrored = savitzkyGolayWeights(options, radius - i);
    out[i] = dot(weights, x, 0);
    out[x.length - 1 - i] = dot(mirrored, x, start);
  }
  return out;
}

function dot(weights: Float64Array, x: Float64Array, start: number): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) sum += weights[i] * x[start + i];
  return sum;
}

import { type Boundary, correlate } from "./boundary.js";

export interface GaussianOptions {
  /** Standard deviation, samples. */
  sigma: number;
  boundary?: Boundary;
  /** Standard deviations at which the kernel ends; 4 when absent. */
  truncate?: number;
}

/**
 * Gaussian smoothing (SciPy's `gaussian_filter1d`, whose default boundary is `reflect`, as here). Whole column, no
 * missing samples. @returns T samples in `out`, which isn't `x`.
 */
export function gaussianFilter(
  x: Float64Array,
  { sigma, boundary = "reflect", truncate = 4 }: GaussianOptions,
  out: Float64Array = new Float64Array(x.length),
): Float64Array {
  const radius = Math.floor(truncate * sigma + 0.5);
  const kernel = Float64Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-0.5 * ((i - radius) / sigma) ** 2),
  );
  const sum = kernel.reduce((all, value) => all + value, 0);
  return correlate(
    x,
    kernel.map((value) => value / sum),
    boundary,
    out,
  );
}

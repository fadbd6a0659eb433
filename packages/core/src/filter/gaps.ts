import { hermiteAt, type Interpolation, splineSlopes } from "./spline.js";

export interface FillOptions {
  /** `linear` when absent. */
  method?: Interpolation;
  /** Longest run of missing samples that is filled; 20 when absent. */
  longestGap?: number;
  /** Pose2Sim's rule: exactly 0 counts as missing. */
  zeroIsMissing?: boolean;
  /** Columns with fewer present samples stay as they are; 2 when absent (Pose2Sim: 5). */
  fewestSamples?: number;
  /** What becomes of the missing samples that are left: `nan` when absent. See `fillRest`. */
  rest?: "nan" | "zeros" | "last_value";
}

/**
 * Fills short runs of missing (NaN) samples from an interpolant through all present samples, those beyond long gaps
 * included. Longer runs and the samples before the first and after the last present one become NaN, or what `rest` says.
 * Whole column, linear in time.
 *
 * @returns T samples in `out`, which may be `x`.
 */
export function fillGaps(
  x: Float64Array,
  {
    method = "linear",
    longestGap = 20,
    zeroIsMissing = false,
    fewestSamples = 2,
    rest = "nan",
  }: FillOptions = {},
  out: Float64Array = new Float64Array(x.length),
): Float64Array {
  if (out !== x) out.set(x);
  const missing = (value: number) => Number.isNaN(value) || (zeroIsMissing && value === 0);
  let count = 0;
  for (let i = 0; i < x.length; i++) if (!missing(x[i])) count++;
  if (count >= Math.max(1, fewestSamples) && count < x.length) {
    const t = new Float64Array(count);
    const v = new Float64Array(count);
    for (let i = 0, k = 0; i < x.length; i++)
      if (!missing(x[i])) {
        t[k] = i;
        v[k++] = x[i];
      }
    fillBetween(t, v, method, longestGap, out);
  }
  if (rest !== "nan") fillRest(out, rest);
  return out;
}

function fillBetween(
  t: Float64Array,
  v: Float64Array,
  method: Interpolation,
  longest: number,
  out: Float64Array,
) {
  const slopes = method === "linear" ? undefined : splineSlopes(method, t, v);
  out.fill(NaN, 0, t[0]);
  out.fill(NaN, t[t.length - 1] + 1);
  for (let k = 0; k + 1 < t.length; k++) {
    const length = t[k + 1] - t[k] - 1;
    if (length === 0) continue;
    const m = (v[k + 1] - v[k]) / (length + 1);
    for (let i = t[k] + 1; i < t[k + 1]; i++) {
      if (length > longest) out[i] = NaN;
      else out[i] = slopes ? hermiteAt(t, v, slopes, k, i) : v[k] + m * (i - t[k]);
    }
  }
}

/**
 * Pose2Sim's last step, in place: what is still missing takes the value before it, or, at the start, the first value
 * (`last_value`; a column without any becomes 0), or becomes 0 (`zeros`).
 */
export function fillRest(x: Float64Array, rest: "zeros" | "last_value"): Float64Array {
  let last = rest === "zeros" ? 0 : (x.find(Number.isFinite) ?? 0);
  for (let i = 0; i < x.length; i++) {
    if (!Number.isFinite(x[i])) x[i] = last;
    else if (rest === "last_value") last = x[i];
  }
  return x;
}

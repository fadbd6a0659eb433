import { medianOf } from "./median.js";
import { smoothingSpline } from "./smoothingSpline.js";
import { whittakerLambda } from "./whittaker.js";

export interface GcvSplineOptions {
  /** Samples per second. */
  rate: number;
  /** Hz; found by generalised cross-validation when absent. */
  cutoff?: number;
  /** Factor on the weight that was found; 1 when absent. */
  smoothingFactor?: number;
}

/**
 * Cubic smoothing spline over evenly spaced samples whose smoothness is found by generalised cross-validation, within
 * cut-offs of 1 and 30 Hz (Pose2Sim's `gcv_spline`; Woltring 1986). Whole column, no missing samples, at least 5 of them
 * (fewer come back as they are); linear in T for each weight that is tried.
 *
 * @param out T samples; may be `x`.
 */
export function gcvSpline(
  x: Float64Array,
  { rate, cutoff, smoothingFactor = 1 }: GcvSplineOptions,
  out: Float64Array = new Float64Array(x.length),
): Float64Array {
  if (x.length < 5) {
    out.set(x);
    return out;
  }
  const median = medianOf(x);
  const scale = 1.4826 * medianOf(x.map((value) => Math.abs(value - median))) || 1;
  const t = Float64Array.from(x, (_, i) => i);
  const level = x.map((value) => 1 + (value - median) / scale);
  const lambda =
    cutoff !== undefined
      ? whittakerLambda(cutoff, rate)
      : Math.min(
          whittakerLambda(1, rate),
          Math.max(
            whittakerLambda(30, rate),
            smoothingFactor * minimum((value) => smoothingSpline(t, level, value).score, 0, x.length),
          ),
        );
  const { values } = smoothingSpline(t, level, lambda);
  for (let i = 0; i < x.length; i++) out[i] = (values[i] - 1) * scale + median;
  return out;
}

/**
 * A local minimum of f between two bounds by golden sections and parabolas (Brent 1973, §5.8). It tries the same points
 * as SciPy's bounded search, which Pose2Sim calls: f may have several minima, and then the path decides.
 */
function minimum(f: (x: number) => number, low: number, high: number): number {
  const golden = (3 - Math.sqrt(5)) / 2;
  const rootEpsilon = Math.sqrt(2.2e-16);
  let [a, b] = [low, high];
  let [x, w, v] = Array(3).fill(a + golden * (b - a));
  let [fx, fw, fv] = Array(3).fill(f(x));
  let step = 0;
  let last = 0;
  for (let tries = 0; tries < 500; tries++) {
    const middle = (a + b) / 2;
    const tolerance = rootEpsilon * Math.abs(x) + 1e-5 / 3;
    if (Math.abs(x - middle) <= 2 * tolerance - (b - a) / 2) break;
    let section = true;
    if (Math.abs(last) > tolerance) {
      const r = (x - w) * (fx - fv);
      const s = (x - v) * (fx - fw);
      const top = (x - v) * s - (x - w) * r;
      const bottom = 2 * (s - r);
      const p = bottom > 0 ? -top : top;
      const q = Math.abs(bottom);
      const before = last;
      last = step;
      if (Math.abs(p) < Math.abs(0.5 * q * before) && p > q * (a - x) && p < q * (b - x)) {
        section = false;
        step = p / q;
        const u = x + step;
        if (u - a < 2 * tolerance || b - u < 2 * tolerance) step = middle >= x ? tolerance : -tolerance;
      }
    }
    if (section) {
      last = x >= middle ? a - x : b - x;
      step = golden * last;
    }
    const u = x + (step >= 0 ? 1 : -1) * Math.max(Math.abs(step), tolerance);
    const fu = f(u);
    if (fu <= fx) {
      if (u >= x) a = x;
      else b = x;
      [v, fv, w, fw, x, fx] = [w, fw, x, fx, u, fu];
    } else {
      if (u < x) a = u;
      else b = u;
      if (fu <= fw || w === x) [v, fv, w, fw] = [w, fw, u, fu];
      else if (fu <= fv || v === x || v === w) [v, fv] = [u, fu];
    }
  }
  return x;
}

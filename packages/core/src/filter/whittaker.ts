import { factorise, solveFactorised } from "./pentadiagonal.js";

export interface WhittakerOptions {
  /** Weight of the squared second differences against the squared distances. See `whittakerLambda`. */
  lambda: number;
  /** How often each end value is repeated before smoothing and cut off after it; at most T times; 0 when absent. */
  edgeRepeat?: number;
}

/** The weight at which half of the amplitude of a wave of `cutoff` Hz is left: (rate / 2π fc)⁴. */
export const whittakerLambda = (cutoff: number, rate: number): number => (rate / (2 * Math.PI * cutoff)) ** 4;

/**
 * Whittaker–Henderson smoothing: minimises Σ (x − y)² + λ Σ (second differences of y)², which keeps accelerations small
 * ("acc_minimizing" of Pose2Sim). Whole column, no missing samples, at least 3 of them (fewer come back as they are);
 * linear in T by a banded solve.
 *
 * @param out T samples; may be `x`.
 */
export function whittaker(
  x: Float64Array,
  { lambda, edgeRepeat = 0 }: WhittakerOptions,
  out: Float64Array = new Float64Array(x.length),
): Float64Array {
  const edge = Math.min(edgeRepeat, x.length);
  const n = x.length + 2 * edge;
  if (x.length < 3) {
    out.set(x);
    return out;
  }
  const y = new Float64Array(n);
  y.fill(x[0], 0, edge);
  y.set(x, edge);
  y.fill(x[x.length - 1], edge + x.length);
  const d = new Float64Array(n).fill(1);
  const e = new Float64Array(n);
  const f = new Float64Array(n);
  for (let i = 0; i + 2 < n; i++) {
    d[i] += lambda;
    d[i + 1] += 4 * lambda;
    d[i + 2] += lambda;
    e[i] -= 2 * lambda;
    e[i + 1] -= 2 * lambda;
    f[i] += lambda;
  }
  factorise({ d, e, f });
  solveFactorised({ d, e, f }, y);
  for (let i = 0; i < x.length; i++) out[i] = y[edge + i];
  return out;
}

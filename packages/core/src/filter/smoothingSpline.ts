import { factorise, inverseBands, type Pentadiagonal, solveFactorised } from "./pentadiagonal.js";

/** A natural cubic smoothing spline at its knots. */
export interface SmoothedSpline {
  /** N values. */
  values: Float64Array;
  /** N first derivatives. */
  derivatives: Float64Array;
  /** Generalised cross-validation score: lower predicts left-out samples better (Craven & Wahba 1979). */
  score: number;
}

/**
 * The natural cubic spline f that minimises Σ w (x − f(t))² + λ ∫ f″² (Reinsch 1967; Green & Silverman 1994, §2.3).
 * Whole column, no missing samples; linear in N.
 *
 * @param t N strictly ascending times, N ≥ 3.
 * @param x N samples.
 * @param w N weights; 1 when absent.
 */
export function smoothingSpline(
  t: Float64Array,
  x: Float64Array,
  lambda: number,
  w?: Float64Array,
): SmoothedSpline {
  const n = t.length;
  const h = new Float64Array(n - 1);
  for (let i = 0; i < n - 1; i++) h[i] = t[i + 1] - t[i];
  const weight = w ?? new Float64Array(n).fill(1);
  const rough = roughness(h, weight);
  const system = { d: new Float64Array(n - 2), e: new Float64Array(n - 2), f: new Float64Array(n - 2) };
  const bend = new Float64Array(n - 2);
  for (let j = 0; j < n - 2; j++) {
    bend[j] = (x[j + 2] - x[j + 1]) / h[j + 1] - (x[j + 1] - x[j]) / h[j];
    system.d[j] = (h[j] + h[j + 1]) / 3 + lambda * rough.d[j];
    system.e[j] = h[j + 1] / 6 + lambda * rough.e[j];
    system.f[j] = lambda * rough.f[j];
  }
  factorise(system);
  solveFactorised(system, bend);
  const second = new Float64Array(n); // the second derivative at the knots; 0 at the ends: natural
  second.set(bend, 1);
  const values = new Float64Array(n);
  let residual = 0;
  for (let i = 0; i < n; i++) {
    const before = i > 0 ? (second[i - 1] - second[i]) / h[i - 1] : 0;
    const after = i < n - 1 ? (second[i + 1] - second[i]) / h[i] : 0;
    const shift = (lambda * (before + after)) / weight[i];
    values[i] = x[i] - shift;
    residual += weight[i] * shift * shift;
  }
  const left = freedomLeft(system, rough, lambda) / n;
  return { values, derivatives: derivatives(h, values, second), score: residual / n / (left * left) };
}

/** QᵀW⁻¹Q, with Q the divided second differences. */
function roughness(h: Float64Array, w: Float64Array): Pentadiagonal {
  const m = h.length - 1;
  const bands = { d: new Float64Array(m), e: new Float64Array(m), f: new Float64Array(m) };
  for (let j = 0; j < m; j++) {
    const [a, b] = [1 / h[j], 1 / h[j + 1]];
    bands.d[j] = (a * a) / w[j] + ((a + b) * (a + b)) / w[j + 1] + (b * b) / w[j + 2];
    if (j + 1 >= m) continue;
    const c = 1 / h[j + 2];
    bands.e[j] = (-(a + b) * b) / w[j + 1] - (b * (b + c)) / w[j + 2];
    if (j + 2 < m) bands.f[j] = (b * c) / w[j + 2];
  }
  return bands;
}

/** The trace of I − A, where A takes the samples to the smoothed values: λ tr(B⁻¹QᵀW⁻¹Q). */
function freedomLeft(factors: Pentadiagonal, rough: Pentadiagonal, lambda: number): number {
  const inverse = inverseBands(factors);
  let trace = 0;
  for (let j = 0; j < rough.d.length; j++)
    trace += inverse.d[j] * rough.d[j] + 2 * (inverse.e[j] * rough.e[j] + inverse.f[j] * rough.f[j]);
  return lambda * trace;
}

function derivatives(h: Float64Array, values: Float64Array, second: Float64Array): Float64Array {
  const last = h.length;
  return values.map((value, i) =>
    i < last
      ? (values[i + 1] - value) / h[i] - (h[i] * (2 * second[i] + second[i + 1])) / 6
      : (value - values[i - 1]) / h[i - 1] + (h[i - 1] * (second[i - 1] + 2 * second[i])) / 6,
  );
}

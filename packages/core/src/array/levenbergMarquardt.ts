import { solveCholesky } from "./solve.js";

/** Fills the residuals (m) and, where asked for, their derivatives by the parameters (m×n, row-major). */
export type Residuals = (x: Float64Array, residuals: Float64Array, jacobian?: Float64Array) => void;

export interface Minimum {
  x: Float64Array;
  /** Sum of the squared residuals. */
  cost: number;
}

/**
 * Minimises the sum of m squared residuals over a few parameters by Levenberg's and Marquardt's method, until steps
 * vanish. For problems of up to some dozen parameters: the normal equations are dense.
 *
 * @param start n numbers, not changed.
 */
export function minimise(residuals: Residuals, start: ArrayLike<number>, m: number, maxSteps = 200): Minimum {
  const n = start.length;
  let x = Float64Array.from(start);
  let r = new Float64Array(m);
  const J = new Float64Array(m * n);
  residuals(x, r, J);
  let cost = squares(r);
  let lambda = 1e-4;
  for (let tried = 0; tried < maxSteps && cost > 0; tried++) {
    const step = dampedStep(J, r, m, n, lambda);
    const next = x.map((value, i) => value + step[i]);
    const moved = new Float64Array(m);
    residuals(next, moved);
    const found = squares(moved);
    const still = next.every((value, i) => Math.abs(value - x[i]) <= 1e-14 * (1 + Math.abs(x[i])));
    if (found <= cost) {
      [x, r, cost] = [next, moved, found];
      lambda = Math.max(lambda / 10, 1e-14);
      residuals(x, r, J);
    } else lambda *= 10;
    if (still || lambda > 1e14) break;
  }
  return { x, cost };
}

const squares = (r: Float64Array) => r.reduce((sum, value) => sum + value * value, 0);

function dampedStep(J: Float64Array, r: Float64Array, m: number, n: number, lambda: number): Float64Array {
  const H = new Float64Array(n * n);
  const step = new Float64Array(n);
  for (let i = 0; i < m; i++)
    for (let a = 0; a < n; a++) {
      step[a] -= J[i * n + a] * r[i];
      for (let b = 0; b <= a; b++) H[a * n + b] += J[i * n + a] * J[i * n + b];
    }
  for (let a = 0; a < n; a++) H[a * n + a] += lambda * H[a * n + a] + 1e-300;
  return solveCholesky(H, step) ? step : step.fill(NaN);
}

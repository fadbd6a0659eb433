import { countPoints, type Triangulator, usableViews } from "./triangulation.js";

/** How a residual's square z = (r / scale)² counts: ρ(z), as SciPy's `least_squares` names them. */
export type Loss = "linear" | "huber" | "soft_l1" | "cauchy";

export interface RefineOptions {
  loss?: Loss;
  /** Pixels at which a residual begins to count less; without meaning for "linear". */
  scale?: number;
  maxSteps?: number;
}

export const REFINE_DEFAULTS: Required<RefineOptions> = { loss: "cauchy", scale: 3, maxSteps: 60 };

/** Sums over the residuals of a point: JᵀWJ (00, 01, 02, 11, 12, 22), the gradient (3), the cost. */
const sums = new Float64Array(10);
const COST = 9;
/** ρ, ρ′ and ρ″ of one residual. */
const rho = new Float64Array(3);

function evaluateLoss(loss: Loss, z: number): void {
  if (loss === "linear" || (loss === "huber" && z <= 1)) {
    rho[0] = z;
    rho[1] = 1;
    rho[2] = 0;
  } else if (loss === "huber") {
    const root = Math.sqrt(z);
    rho[0] = 2 * root - 1;
    rho[1] = 1 / root;
    rho[2] = -0.5 / (z * root);
  } else if (loss === "soft_l1") {
    const root = Math.sqrt(1 + z);
    rho[0] = 2 * (root - 1);
    rho[1] = 1 / root;
    rho[2] = -0.5 / (root * root * root);
  } else {
    rho[0] = Math.log1p(z);
    rho[1] = 1 / (1 + z);
    rho[2] = -rho[1] * rho[1];
  }
}

/** One residual r with its derivative (a, b, c) by the point, into `sums`. */
function addResidual(loss: Loss, scale: number, r: number, a: number, b: number, c: number): void {
  const z = (r / scale) ** 2;
  evaluateLoss(loss, z);
  // Triggs' second-order term, kept positive: faster than weights ρ′ alone.
  const curvature = Math.max(rho[1] + 2 * rho[2] * z, 1e-3 * rho[1]);
  const pull = rho[1] * r;
  sums[0] += curvature * a * a;
  sums[1] += curvature * a * b;
  sums[2] += curvature * a * c;
  sums[3] += curvature * b * b;
  sums[4] += curvature * b * c;
  sums[5] += curvature * c * c;
  sums[6] += pull * a;
  sums[7] += pull * b;
  sums[8] += pull * c;
  sums[COST] += 0.5 * scale * scale * rho[0];
}

/** Fills `sums` at (X, Y, Z); the cost is +∞ where the point lies behind a view that sees it. */
function linearise(
  solver: Triangulator,
  observations: ArrayLike<number>,
  offset: number,
  mask: number,
  loss: Loss,
  scale: number,
  X: number,
  Y: number,
  Z: number,
): void {
  const { projections: P, views } = solver;
  sums.fill(0);
  for (let v = 0, i = offset, p = 0; v < views; v++, i += 3, p += 12) {
    if (((mask >>> v) & 1) === 0) continue;
    const depth = P[p + 8] * X + P[p + 9] * Y + P[p + 10] * Z + P[p + 11];
    if (!(depth > 0)) sums[COST] = Infinity;
    const w = observations[i + 2];
    const near = w / depth;
    for (let row = 0; row < 2; row++) {
      const q = p + 4 * row;
      const at = (P[q] * X + P[q + 1] * Y + P[q + 2] * Z + P[q + 3]) / depth;
      addResidual(
        loss,
        scale,
        w * (at - observations[i + row]),
        near * (P[q] - at * P[p + 8]),
        near * (P[q + 1] - at * P[p + 9]),
        near * (P[q + 2] - at * P[p + 10]),
      );
    }
  }
}

const step = new Float64Array(3);

/** Solves (H + λ·diag H)·step = −gradient by Cholesky; false where that isn't positive definite. */
function solveStep(lambda: number): boolean {
  const up = 1 + lambda;
  const l00 = Math.sqrt(sums[0] * up);
  const l10 = sums[1] / l00;
  const l20 = sums[2] / l00;
  const l11 = Math.sqrt(sums[3] * up - l10 * l10);
  const l21 = (sums[4] - l20 * l10) / l11;
  const l22 = Math.sqrt(sums[5] * up - l20 * l20 - l21 * l21);
  if (!(l00 > 0 && l11 > 0 && l22 > 0)) return false;
  const y0 = -sums[6] / l00;
  const y1 = (-sums[7] - l10 * y0) / l11;
  const y2 = (-sums[8] - l20 * y0 - l21 * y1) / l22;
  step[2] = y2 / l22;
  step[1] = (y1 - l21 * step[2]) / l11;
  step[0] = (y0 - l10 * step[1] - l20 * step[2]) / l00;
  return true;
}

/**
 * Moves `solver.point` to the minimum of ½ scale² Σ ρ((w·r / scale)²) over the x and y reprojection residuals r of the
 * views in `mask`, by Levenberg–Marquardt. Allocates nothing.
 *
 * @returns the cost at the minimum; +∞ where the start lies behind a view, NaN where it is NaN.
 */
export function refinePoint(
  solver: Triangulator,
  observations: ArrayLike<number>,
  offset: number,
  mask: number,
  {
    loss = REFINE_DEFAULTS.loss,
    scale = REFINE_DEFAULTS.scale,
    maxSteps = REFINE_DEFAULTS.maxSteps,
  }: RefineOptions = {},
): number {
  const { point } = solver;
  let lambda = 1e-4;
  linearise(solver, observations, offset, mask, loss, scale, point[0], point[1], point[2]);
  let cost = sums[COST];
  for (let n = 0; n < maxSteps && Number.isFinite(cost); n++) {
    if (!solveStep(lambda)) {
      lambda = Math.max(10 * lambda, 1e-6);
      if (lambda > 1e12) break;
      continue;
    }
    const x = point[0];
    const y = point[1];
    const z = point[2];
    const size = Math.abs(step[0]) + Math.abs(step[1]) + Math.abs(step[2]);
    const still = size < 1e-11 * (1 + Math.abs(x) + Math.abs(y) + Math.abs(z));
    linearise(solver, observations, offset, mask, loss, scale, x + step[0], y + step[1], z + step[2]);
    if (sums[COST] <= cost) {
      for (let i = 0; i < 3; i++) point[i] += step[i];
      cost = sums[COST];
      lambda *= 0.1;
    } else {
      if (still || lambda > 1e12) break;
      lambda = Math.max(10 * lambda, 1e-6);
      linearise(solver, observations, offset, mask, loss, scale, x, y, z);
    }
    if (still) break;
  }
  return cost;
}

/**
 * Refines points from every view that saw them.
 *
 * @param observations N×V×3: x, y in pixels without distortion, weight (multiplies the residual).
 * @param initial N×3, metres.
 * @returns N×3 points and N costs, as `refinePoint`.
 */
export function refinePoints(
  solver: Triangulator,
  observations: ArrayLike<number>,
  initial: ArrayLike<number>,
  options: RefineOptions = {},
): { points: Float64Array; cost: Float64Array } {
  const count = countPoints(solver, observations);
  const points = new Float64Array(3 * count);
  const cost = new Float64Array(count);
  for (let n = 0, i = 0; n < count; n++, i += 3 * solver.views) {
    for (let c = 0; c < 3; c++) solver.point[c] = initial[3 * n + c];
    cost[n] = refinePoint(solver, observations, i, usableViews(observations, i, solver.views, 0), options);
    for (let c = 0; c < 3; c++) points[3 * n + c] = solver.point[c];
  }
  return { points, cost };
}

/**
 * Covariance of `solver.point` in metres²: pixelSigma² (JᵀJ)⁻¹, with J the derivative of the weighted reprojections.
 * Allocates nothing.
 *
 * @param pixelSigma standard deviation of an observation of weight 1, pixels.
 * @param out 3×3 from `at` on; not finite where the views don't fix the point.
 */
export function pointCovariance(
  solver: Triangulator,
  observations: ArrayLike<number>,
  offset: number,
  mask: number,
  pixelSigma: number,
  out: Float64Array,
  at = 0,
): void {
  const { point } = solver;
  linearise(solver, observations, offset, mask, "linear", 1, point[0], point[1], point[2]);
  const a = sums[0];
  const b = sums[1];
  const c = sums[2];
  const d = sums[3];
  const e = sums[4];
  const f = sums[5];
  const scale = (pixelSigma * pixelSigma) / (a * (d * f - e * e) - b * (b * f - c * e) + c * (b * e - c * d));
  out[at] = (d * f - e * e) * scale;
  out[at + 1] = out[at + 3] = (c * e - b * f) * scale;
  out[at + 2] = out[at + 6] = (b * e - c * d) * scale;
  out[at + 4] = (a * f - c * c) * scale;
  out[at + 5] = out[at + 7] = (b * c - a * e) * scale;
  out[at + 8] = (a * d - b * b) * scale;
}

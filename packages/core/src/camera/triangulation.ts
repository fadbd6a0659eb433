import { invert3, transform3 } from "../array/matrix.js";
import { nullVector4 } from "../array/nullVector.js";
import { MareyError } from "../error.js";

/**
 * What triangulation needs between points, made once for a rig so that nothing is allocated per point.
 *
 * Observations of a point are V×3 numbers, x, y (pixels) and weight of each view; sets of points are N×V×3. A set of
 * views is a mask with bit v for view v, hence 32 views at most.
 */
export interface Triangulator {
  /** V×3×4 projection matrices. */
  readonly projections: Float64Array;
  readonly views: number;
  /** V×3 camera centres; not finite for a camera at infinity. */
  readonly centres: Float64Array;
  /** 2V×4 rows of the linear system. */
  readonly rows: Float64Array;
  /** The last solution: X, Y, Z, 1. */
  readonly point: Float64Array;
}

/**
 * @param projections V×3×4, from `projectionMatrices`.
 * @throws MareyError `TRIANGULATION_VIEWS` for no view, more than 32, or an incomplete matrix.
 */
export function triangulator(projections: ArrayLike<number>): Triangulator {
  const views = projections.length / 12;
  if (!Number.isInteger(views) || views < 1 || views > 32)
    throw new MareyError(
      "TRIANGULATION_VIEWS",
      "triangulation",
      `${projections.length} numbers are given as projection matrices, not 12 for each of 1 to 32 views`,
      "Pass one 3×4 matrix per camera, for 32 cameras at most",
    );
  return {
    projections: Float64Array.from(projections),
    views,
    centres: centresOf(projections, views),
    rows: new Float64Array(Math.max(2 * views, 4) * 4),
    point: new Float64Array(4),
  };
}

/** −M⁻¹p₄ of every P = [M | p₄]. */
function centresOf(P: ArrayLike<number>, views: number): Float64Array {
  const centres = new Float64Array(3 * views);
  for (let v = 0, p = 0; v < views; v++, p += 12) {
    const M = [P[p], P[p + 1], P[p + 2], P[p + 4], P[p + 5], P[p + 6], P[p + 8], P[p + 9], P[p + 10]];
    centres.set(transform3(invert3(M), [-P[p + 3], -P[p + 7], -P[p + 11]]), 3 * v);
  }
  return centres;
}

/** The views of one point that can be used: finite coordinates and a weight of at least `minWeight`, above 0. */
export function usableViews(
  observations: ArrayLike<number>,
  offset: number,
  views: number,
  minWeight: number,
): number {
  let mask = 0;
  for (let v = 0, i = offset; v < views; v++, i += 3) {
    const weight = observations[i + 2];
    // x − x is 0 for a finite number only
    if (
      weight > 0 &&
      weight >= minWeight &&
      observations[i] - observations[i] + observations[i + 1] - observations[i + 1] === 0
    )
      mask |= 1 << v;
  }
  return mask >>> 0;
}

/** How many views a mask holds. */
export function countViews(mask: number): number {
  let bits = mask - ((mask >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return (((bits + (bits >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}

/**
 * Weighted DLT (direct linear transform) of one point: rows w (P₀ − x P₂) and w (P₁ − y P₂), so a weight enters the
 * cost squared; the right singular vector of the smallest singular value, divided by its last component.
 *
 * @param observations holds the point's V×3 numbers from `offset` on.
 * @param mask the views to use; those must be usable. Fewer than two give NaN.
 * The solution is left in `solver.point`. Allocates nothing.
 */
export function solveDlt(
  solver: Triangulator,
  observations: ArrayLike<number>,
  offset: number,
  mask: number,
): void {
  const { projections: P, rows: A, views, point } = solver;
  let row = 0;
  for (let v = 0, i = offset, p = 0; v < views; v++, i += 3, p += 12) {
    if (((mask >>> v) & 1) === 0) continue;
    const x = observations[i];
    const y = observations[i + 1];
    const w = observations[i + 2];
    for (let c = 0; c < 4; c++) {
      A[row + c] = w * (P[p + c] - x * P[p + 8 + c]);
      A[row + 4 + c] = w * (P[p + 4 + c] - y * P[p + 8 + c]);
    }
    row += 8;
  }
  if (row < 16) {
    point.fill(NaN);
    return;
  }
  nullVector4(A, row / 4, point);
  const scale = 1 / point[3];
  point[0] *= scale;
  point[1] *= scale;
  point[2] *= scale;
  point[3] = 1;
}

/** Distance in pixels of one view's observation from the projection of `solver.point`; +∞ behind the camera or for NaN. */
export function viewDistance(
  { projections: P, point }: Triangulator,
  observations: ArrayLike<number>,
  offset: number,
  view: number,
): number {
  const p = 12 * view;
  const i = offset + 3 * view;
  const X = point[0];
  const Y = point[1];
  const Z = point[2];
  const depth = P[p + 8] * X + P[p + 9] * Y + P[p + 10] * Z + P[p + 11];
  const dx = (P[p] * X + P[p + 1] * Y + P[p + 2] * Z + P[p + 3]) / depth - observations[i];
  const dy = (P[p + 4] * X + P[p + 5] * Y + P[p + 6] * Z + P[p + 7]) / depth - observations[i + 1];
  const distance = Math.sqrt(dx * dx + dy * dy);
  return depth > 0 && distance >= 0 ? distance : Infinity;
}

/** Mean distance in pixels between the views of `mask` and the projections of `solver.point`; +∞ where it is NaN. */
export function reprojectionError(
  solver: Triangulator,
  observations: ArrayLike<number>,
  offset: number,
  mask: number,
): number {
  const { projections: P, views, point } = solver;
  const X = point[0];
  const Y = point[1];
  const Z = point[2];
  let sum = 0;
  let count = 0;
  for (let v = 0, i = offset, p = 0; v < views; v++, i += 3, p += 12) {
    if (((mask >>> v) & 1) === 0) continue;
    const depth = P[p + 8] * X + P[p + 9] * Y + P[p + 10] * Z + P[p + 11];
    const dx = (P[p] * X + P[p + 1] * Y + P[p + 2] * Z + P[p + 3]) / depth - observations[i];
    const dy = (P[p + 4] * X + P[p + 5] * Y + P[p + 6] * Z + P[p + 7]) / depth - observations[i + 1];
    sum += Math.sqrt(dx * dx + dy * dy);
    count++;
  }
  const error = sum / count;
  return Number.isNaN(error) ? Infinity : error;
}

/** Checks that observations are whole points of V×3 numbers; returns N. */
export function countPoints(solver: Triangulator, observations: ArrayLike<number>): number {
  const points = observations.length / (3 * solver.views);
  if (Number.isInteger(points)) return points;
  throw new MareyError(
    "TRIANGULATION_SHAPE",
    "triangulation",
    `${observations.length} numbers are not whole points of ${solver.views} views × (x, y, weight)`,
    "Pass observations as N×V×3 with the views in the order of the cameras",
  );
}

/**
 * Triangulates points by weighted DLT from every view that saw them.
 *
 * @param observations N×V×3: x, y in pixels without distortion, weight. A view whose weight is 0 or NaN, or whose
 *   coordinates aren't finite, is left out.
 * @returns N×3, metres; NaN for a point with fewer than two views.
 */
export function triangulate(solver: Triangulator, observations: ArrayLike<number>): Float64Array {
  const points = new Float64Array(countPoints(solver, observations) * 3);
  const stride = 3 * solver.views;
  for (let i = 0, j = 0; j < points.length; i += stride, j += 3) {
    solveDlt(solver, observations, i, usableViews(observations, i, solver.views, 0));
    points[j] = solver.point[0];
    points[j + 1] = solver.point[1];
    points[j + 2] = solver.point[2];
  }
  return points;
}

/**
 * The distance of every observation to the projection of its point.
 *
 * @param points N×3.
 * @param observations N×V×3; weights are not looked at.
 * @returns N×V, pixels; NaN where an observation or a point is.
 */
export function reprojectionErrors(
  solver: Triangulator,
  points: ArrayLike<number>,
  observations: ArrayLike<number>,
): Float64Array {
  const { projections: P, views } = solver;
  const errors = new Float64Array(countPoints(solver, observations) * views);
  for (let e = 0; e < errors.length; e++) {
    const j = 3 * Math.floor(e / views);
    const p = 12 * (e % views);
    const row = (r: number) =>
      P[p + 4 * r] * points[j] +
      P[p + 4 * r + 1] * points[j + 1] +
      P[p + 4 * r + 2] * points[j + 2] +
      P[p + 4 * r + 3];
    const depth = row(2);
    errors[e] = Math.hypot(row(0) / depth - observations[3 * e], row(1) / depth - observations[3 * e + 1]);
  }
  return errors;
}

import { invert3, multiply3, transform3, transpose } from "../array/matrix.js";
import { polynomialRoots } from "../array/polynomial.js";
import { nullVector } from "../array/svd.js";
import { solveDlt, triangulator } from "./triangulation.js";

/** Two views of N points, moved as little as epipolar geometry needs. */
export interface OptimalTriangulation {
  /** N×2 corrected pixels of the first view. */
  a: Float64Array;
  /** N×2 corrected pixels of the second view. */
  b: Float64Array;
  /** N×3. */
  points: Float64Array;
  /** N: sum of the squared shifts in both views, pixels². */
  cost: Float64Array;
}

/**
 * Two-view triangulation with the least squared reprojection error (Hartley & Sturm 1997; Hartley & Zisserman,
 * algorithm 12.1): the six stationary points of the shift are the roots of a polynomial, so the minimum is global.
 *
 * @param F fundamental matrix with bᵀ F a = 0.
 * @param projections 2×3×4, first and second view.
 * @param a N×2 pixels without distortion.
 * @param b N×2.
 * @param options `openCv` drops the polynomial's leading coefficients below 2⁻⁵², as OpenCV's `solvePoly` does: for an F
 *   of small entries that moves points by up to 1e-3 px off the optimum. Only for comparisons.
 */
export function triangulateOptimal(
  F: ArrayLike<number>,
  projections: ArrayLike<number>,
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  options: { openCv?: boolean } = {},
): OptimalTriangulation {
  const negligible = options.openCv ? Number.EPSILON : 0;
  const count = a.length / 2;
  const solver = triangulator(projections);
  const result = {
    a: new Float64Array(2 * count),
    b: new Float64Array(2 * count),
    points: new Float64Array(3 * count),
    cost: new Float64Array(count),
  };
  for (let n = 0; n < count; n++) {
    const [ax, ay, bx, by] = [a[2 * n], a[2 * n + 1], b[2 * n], b[2 * n + 1]];
    const [p, q] = correctPair(F, [ax, ay], [bx, by], negligible);
    result.a.set(p, 2 * n);
    result.b.set(q, 2 * n);
    result.cost[n] = (p[0] - ax) ** 2 + (p[1] - ay) ** 2 + (q[0] - bx) ** 2 + (q[1] - by) ** 2;
    solveDlt(solver, [p[0], p[1], 1, q[0], q[1], 1], 0, 3);
    result.points.set(solver.point.subarray(0, 3), 3 * n);
  }
  return result;
}

type Pixel = [number, number];

function correctPair(F: ArrayLike<number>, p: Pixel, q: Pixel, negligible: number): [Pixel, Pixel] {
  // Both points to the origin, both epipoles onto the x axis.
  const toA = Float64Array.of(1, 0, p[0], 0, 1, p[1], 0, 0, 1);
  const toB = Float64Array.of(1, 0, q[0], 0, 1, q[1], 0, 0, 1);
  const moved = multiply3(multiply3(transpose(toB, 3, 3), F), toA);
  const [turnA, f] = turnEpipole(nullVector(moved, 3, 3));
  const [turnB, g] = turnEpipole(nullVector(transpose(moved, 3, 3), 3, 3));
  const G = multiply3(multiply3(turnB, moved), transpose(turnA, 3, 3));
  const t = bestPencil([G[4], G[5], G[7], G[8]], f, g, negligible);
  const lineA = Number.isFinite(t) ? [t * f, 1, -t] : [f, 0, -1];
  const lineB = Number.isFinite(t)
    ? [-g * (G[7] * t + G[8]), G[4] * t + G[5], G[7] * t + G[8]]
    : [-g * G[7], G[4], G[7]];
  return [back(toA, turnA, lineA), back(toB, turnB, lineB)];
}

/** The rotation about z that brings an epipole to (1, 0, f), and f. */
function turnEpipole(e: Float64Array): [Float64Array, number] {
  const length = Math.hypot(e[0], e[1]);
  const [c, s] = [e[0] / length, e[1] / length];
  return [Float64Array.of(c, s, 0, -s, c, 0, 0, 0, 1), e[2] / length];
}

/**
 * The t whose pair of epipolar lines comes nearest to both origins; lines through (0, t) in the first view. ±∞ stands
 * for the line at the end of the pencil.
 */
function bestPencil([a, b, c, d]: number[], f: number, g: number, negligible: number): number {
  const cost = (t: number) =>
    (t * t) / (1 + f * f * t * t) + (c * t + d) ** 2 / ((a * t + b) ** 2 + g * g * (c * t + d) ** 2);
  // g(t) = t ((at + b)² + g²(ct + d)²)² − (ad − bc)(1 + f²t²)²(at + b)(ct + d)
  const q = [b * b + g * g * d * d, 2 * (a * b + g * g * c * d), a * a + g * g * c * c];
  const left = [0, ...product(q, q)];
  const f2 = f * f;
  const right = product([1, 0, 2 * f2, 0, f2 * f2], [b * d, a * d + b * c, a * c]);
  const determinant = a * d - b * c;
  const coefficients = Array.from({ length: 7 }, (_, i) => (left[i] ?? 0) - determinant * (right[i] ?? 0));
  while (coefficients.length > 2 && Math.abs(coefficients[coefficients.length - 1]) <= negligible)
    coefficients.pop();
  let best = Number.POSITIVE_INFINITY;
  let least = 1 / f2 + (c * c) / (a * a + g * g * c * c);
  for (const [t] of polynomialRoots(coefficients)) {
    const here = cost(t);
    if (here < least || Number.isNaN(least)) [best, least] = [t, here];
  }
  return best;
}

function product(p: number[], q: number[]): number[] {
  const out = new Array<number>(p.length + q.length - 1).fill(0);
  p.forEach((x, i) => {
    q.forEach((y, j) => {
      out[i + j] += x * y;
    });
  });
  return out;
}

/** The point of a line nearest to the origin, moved back into the picture. */
function back(to: Float64Array, turn: Float64Array, [l, m, n]: number[]): Pixel {
  const nearest = transform3(multiply3(to, transpose(turn, 3, 3)), [-l * n, -m * n, l * l + m * m]);
  return [nearest[0] / nearest[2], nearest[1] / nearest[2]];
}

/** The fundamental matrix of any two projection matrices, F with bᵀ F a = 0 (Hartley & Zisserman, 9.1). */
export function fundamentalOfProjections(P0: ArrayLike<number>, P1: ArrayLike<number>): Float64Array {
  const left = (P: ArrayLike<number>) =>
    Float64Array.of(P[0], P[1], P[2], P[4], P[5], P[6], P[8], P[9], P[10]);
  const inverse = invert3(left(P0));
  const centre = transform3(inverse, [-P0[3], -P0[7], -P0[11]]);
  const e = [0, 4, 8].map(
    (r) => P1[r] * centre[0] + P1[r + 1] * centre[1] + P1[r + 2] * centre[2] + P1[r + 3],
  );
  return multiply3(multiply3([0, -e[2], e[1], e[2], 0, -e[0], -e[1], e[0], 0], left(P1)), inverse);
}

import { crossMatrix, invert3, multiply3, transform3, transpose } from "../array/matrix.js";
import { nullVector, svd } from "../array/svd.js";
import type { Camera } from "./camera.js";
import { solveDlt, triangulator } from "./triangulation.js";

/**
 * The similarity that moves points to their centroid with a mean distance of √2 (Hartley 1997), 3×3: without it the
 * linear methods lose half of their digits.
 *
 * @param points N×2.
 */
export function hartleyNormalisation(points: ArrayLike<number>): Float64Array {
  const count = points.length / 2;
  let [x, y, distance] = [0, 0, 0];
  for (let i = 0; i < points.length; i += 2) {
    x += points[i] / count;
    y += points[i + 1] / count;
  }
  for (let i = 0; i < points.length; i += 2) distance += Math.hypot(points[i] - x, points[i + 1] - y) / count;
  const s = Math.SQRT2 / distance;
  return Float64Array.of(s, 0, -s * x, 0, s, -s * y, 0, 0, 1);
}

/**
 * The 3×3 matrix M with bᵀ M a = 0 in the least algebraic error, its largest two singular values replaced by
 * `singular(s0, s1)` and the third by 0.
 */
function eightPoint(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  normalised: boolean,
  singular: (s0: number, s1: number) => [number, number],
): Float64Array {
  const identity = Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);
  const A = normalised ? hartleyNormalisation(a) : identity;
  const B = normalised ? hartleyNormalisation(b) : identity;
  const rows = new Float64Array((a.length / 2) * 9);
  for (let n = 0; n < a.length / 2; n++) {
    const p = [A[0] * a[2 * n] + A[2], A[4] * a[2 * n + 1] + A[5], 1];
    const q = [B[0] * b[2 * n] + B[2], B[4] * b[2 * n + 1] + B[5], 1];
    for (let i = 0; i < 9; i++) rows[9 * n + i] = q[Math.floor(i / 3)] * p[i % 3];
  }
  const { U, s, V } = svd(nullVector(rows, a.length / 2, 9), 3, 3);
  const [s0, s1] = singular(s[0], s[1]);
  const M = new Float64Array(9);
  for (let r = 0; r < 3; r++)
    for (let c = 0; c < 3; c++) M[3 * r + c] = s0 * U[3 * r] * V[3 * c] + s1 * U[3 * r + 1] * V[3 * c + 1];
  const F = multiply3(multiply3(transpose(B, 3, 3), M), A);
  const scale = 1 / Math.hypot(...F);
  return F.map((value) => value * scale);
}

/**
 * The fundamental matrix F, bᵀ F a = 0, of eight or more pairs of pixels, by the normalised eight-point algorithm with
 * rank 2 enforced in normalised coordinates (Hartley & Zisserman, algorithm 11.1); length 1.
 *
 * @param a N×2, first view.
 * @param b N×2, second view.
 */
export function fundamentalEightPoint(a: ArrayLike<number>, b: ArrayLike<number>): Float64Array {
  return eightPoint(a, b, true, (s0, s1) => [s0, s1]);
}

/**
 * The essential matrix E, bᵀ E a = 0, of eight or more pairs of points on the planes z = 1 (`normalise`): two equal
 * singular values; length 1.
 */
export function essentialFromPoints(a: ArrayLike<number>, b: ArrayLike<number>): Float64Array {
  // Points on the plane z = 1 are of the size 1, and a similarity would spoil the equal singular values.
  return eightPoint(a, b, false, () => [1, 1]);
}

/** The essential matrix [t]× R of two calibrated cameras, with X_b = R X_a + t. */
export function essentialOfCameras(a: Camera, b: Camera): Float64Array {
  const R = multiply3(b.rotation, transpose(a.rotation, 3, 3));
  const moved = transform3(R, a.translation);
  return multiply3(crossMatrix(b.translation.map((value, i) => value - moved[i])), R);
}

/** The fundamental matrix of two calibrated cameras, for pixels without distortion. */
export function fundamentalOfCameras(a: Camera, b: Camera): Float64Array {
  const inverse = ({ fx, fy, cx, cy }: Camera) => invert3([fx, 0, cx, 0, fy, cy, 0, 0, 1]);
  return multiply3(multiply3(transpose(inverse(b), 3, 3), essentialOfCameras(a, b)), inverse(a));
}

/**
 * The two rotations and the direction of the translation, up to sign, of an essential matrix [t]× R (Hartley &
 * Zisserman, result 9.19).
 */
export function decomposeEssential(E: ArrayLike<number>): {
  rotations: [Float64Array, Float64Array];
  translation: Float64Array;
} {
  const { U, V } = svd(E, 3, 3);
  // Right-handed frames, so that both products are proper rotations.
  const [u, v] = [completed(U), completed(V)];
  const turn = (s: number) => multiply3(multiply3(u, [0, -s, 0, s, 0, 0, 0, 0, 1]), transpose(v, 3, 3));
  return { rotations: [turn(1), turn(-1)], translation: Float64Array.of(u[2], u[5], u[8]) };
}

/** The matrix with its third column replaced by the cross product of the others. */
function completed(M: Float64Array): Float64Array {
  const out = Float64Array.from(M);
  for (let i = 0; i < 3; i++) {
    const j = 3 * ((i + 1) % 3);
    const k = 3 * ((i + 2) % 3);
    out[3 * i + 2] = M[j] * M[k + 1] - M[k] * M[j + 1];
  }
  return out;
}

export interface RelativePose {
  /** 3×3, X_b = R X_a + t. */
  rotation: Float64Array;
  /** Unit length: the scale can't be known. */
  translation: Float64Array;
  /** N: 1 where the triangulated point lies in front of both cameras. */
  inFront: Uint8Array;
}

/**
 * The pose of the second camera, of the four that an essential matrix allows the one with most points in front of both.
 *
 * @param a N×2 on the plane z = 1 of the first camera.
 * @param b N×2 on the plane z = 1 of the second.
 */
export function recoverPose(E: ArrayLike<number>, a: ArrayLike<number>, b: ArrayLike<number>): RelativePose {
  const { rotations, translation } = decomposeEssential(E);
  const candidates = rotations.flatMap((rotation) =>
    [1, -1].map((side) => {
      const t = translation.map((value) => side * value);
      return { rotation, translation: t, inFront: pointsInFront(rotation, t, a, b) };
    }),
  );
  const count = ({ inFront }: RelativePose) => inFront.reduce((sum, is) => sum + is, 0);
  return candidates.reduce((best, next) => (count(next) > count(best) ? next : best));
}

function pointsInFront(
  R: Float64Array,
  t: Float64Array,
  a: ArrayLike<number>,
  b: ArrayLike<number>,
): Uint8Array {
  const second = [0, 1, 2].flatMap((r) => [R[3 * r], R[3 * r + 1], R[3 * r + 2], t[r]]);
  const solver = triangulator([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, ...second]);
  return Uint8Array.from({ length: a.length / 2 }, (_, n) => {
    solveDlt(solver, [a[2 * n], a[2 * n + 1], 1, b[2 * n], b[2 * n + 1], 1], 0, 3);
    const [x, y, z] = solver.point;
    return z > 0 && R[6] * x + R[7] * y + R[8] * z + t[2] > 0 ? 1 : 0;
  });
}

/** Splits a projection matrix, known up to scale and sign, into K [R | t]: RQ decomposition by Gram–Schmidt from below. */
export function decomposeProjectionMatrix(P: ArrayLike<number>): {
  /** Upper triangular, positive diagonal, K[2][2] = 1. */
  K: Float64Array;
  rotation: Float64Array;
  translation: Float64Array;
  centre: Float64Array;
} {
  const M = Float64Array.of(P[0], P[1], P[2], P[4], P[5], P[6], P[8], P[9], P[10]);
  const inverse = invert3(M);
  const column = [P[3], P[7], P[11]];
  const centre = transform3(inverse, column).map((value) => -value);
  const mirrored =
    M[0] * (M[4] * M[8] - M[5] * M[7]) -
      M[1] * (M[3] * M[8] - M[5] * M[6]) +
      M[2] * (M[3] * M[7] - M[4] * M[6]) <
    0;
  const rows = [0, 3, 6].map((i) => M.slice(i, i + 3).map((value) => (mirrored ? -value : value)));
  const K = new Float64Array(9);
  const R = new Float64Array(9);
  for (let r = 2; r >= 0; r--) {
    for (let below = 2; below > r; below--) {
      const axis = R.subarray(3 * below, 3 * below + 3);
      const along = rows[r][0] * axis[0] + rows[r][1] * axis[1] + rows[r][2] * axis[2];
      K[3 * r + below] = along;
      rows[r] = rows[r].map((value, i) => value - along * axis[i]);
    }
    K[4 * r] = Math.hypot(...rows[r]);
    R.set(
      rows[r].map((value) => value / K[4 * r]),
      3 * r,
    );
  }
  const translation = transform3(R, centre).map((value) => -value);
  return { K: K.map((value) => value / K[8]), rotation: R, translation, centre };
}

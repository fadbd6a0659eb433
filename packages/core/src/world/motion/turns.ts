import { multiply3 } from "../../array/matrix.js";
import { matrixToQuaternion, quaternionToMatrix, slerp } from "../../array/rotation.js";

/** Rotations about the axes and what else posing a body by matrices (3×3, row-major) needs. */

/** About x: y towards z. */
export function turnX(angle: number): Float64Array {
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  return Float64Array.of(1, 0, 0, 0, c, -s, 0, s, c);
}

/** About y: z towards x. */
export function turnY(angle: number): Float64Array {
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  return Float64Array.of(c, 0, s, 0, 1, 0, -s, 0, c);
}

/** About z: x towards y. */
export function turnZ(angle: number): Float64Array {
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  return Float64Array.of(c, -s, 0, s, c, 0, 0, 0, 1);
}

/** The product of rotations, the last applied first. */
export function chain(first: ArrayLike<number>, ...rest: ArrayLike<number>[]): Float64Array {
  let product: ArrayLike<number> = first;
  for (const next of rest) product = multiply3(product, next);
  return product as Float64Array;
}

/** Rᵀ·M. */
export function relative(R: ArrayLike<number>, M: ArrayLike<number>): Float64Array {
  const out = new Float64Array(9);
  for (let i = 0; i < 3; i++)
    for (let j = 0; j < 3; j++) out[3 * i + j] = R[i] * M[j] + R[3 + i] * M[3 + j] + R[6 + i] * M[6 + j];
  return out;
}

/** Rᵀ·v. */
export function unturn(R: ArrayLike<number>, v: ArrayLike<number>): Float64Array {
  return Float64Array.of(
    R[0] * v[0] + R[3] * v[1] + R[6] * v[2],
    R[1] * v[0] + R[4] * v[1] + R[7] * v[2],
    R[2] * v[0] + R[5] * v[1] + R[8] * v[2],
  );
}

/** The same rotation of the body's other side: S·R·S with S = diag(−1, 1, 1). */
export function mirrored(R: ArrayLike<number>): Float64Array {
  return Float64Array.of(R[0], -R[1], -R[2], -R[3], R[4], R[5], -R[6], R[7], R[8]);
}

/** From A (share 0) to B (share 1) along the shorter arc. */
export function between(A: ArrayLike<number>, B: ArrayLike<number>, share: number): Float64Array {
  if (share <= 0) return Float64Array.from(A);
  if (share >= 1) return Float64Array.from(B);
  return quaternionToMatrix(slerp(matrixToQuaternion(A), matrixToQuaternion(B), share));
}

/** The angle a plus whole turns, nearest to b. */
export function nearTurn(a: number, b: number): number {
  return a + 2 * Math.PI * Math.round((b - a) / (2 * Math.PI));
}

/** From 0 to 1 with neither speed nor acceleration at the ends (minimum jerk); u is clamped to [0, 1]. */
export function ease(u: number): number {
  const v = Math.min(1, Math.max(0, u));
  return v * v * v * (10 - 15 * v + 6 * v * v);
}

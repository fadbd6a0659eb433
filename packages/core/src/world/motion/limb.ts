import { cross, dot, transform3, unit } from "../../array/matrix.js";
import { rotationVectorToMatrix } from "../../array/rotation.js";

/** A limb of two bones with a hinge between them: thigh and shank, upper arm and forearm. */
export interface Limb {
  /** From the first joint to the hinge, from the hinge to the end, in the rest pose, metres. */
  upper: ArrayLike<number>;
  lower: ArrayLike<number>;
  /** The hinge's axis in the rest pose, a unit vector; it bends by positive angles. */
  hinge: ArrayLike<number>;
}

/** How a limb reaches a point. */
export interface Reach {
  /** Of the first bone, from the rest pose. */
  rotation: Float64Array;
  /** Radians about the hinge. */
  bend: number;
}

/** Coefficients of the squared length |upper + R(φ)·lower|² = constant + 2·(even·cos φ + odd·sin φ). */
function lengthTerms({ upper, lower, hinge }: Limb) {
  const along = dot(upper, hinge) * dot(lower, hinge);
  const even = dot(upper, lower) - along;
  const odd = dot(upper, cross(hinge, lower));
  return { constant: dot(upper, upper) + dot(lower, lower) + 2 * along, even, odd };
}

/** The longest distance that a limb reaches, metres. */
export function reachOf(limb: Limb): number {
  const { constant, even, odd } = lengthTerms(limb);
  return Math.sqrt(constant + 2 * Math.hypot(even, odd));
}

/**
 * Brings a limb's end to a point. The hinge's bend follows from the distance in closed form; a target out of reach is
 * approached with a straight limb. Around the line to the target the limb turns so that the hinge shows to `pole`.
 *
 * @param target Relative to the limb's first joint, metres.
 * @param pole A direction, not along the target.
 * @param least Smallest bend, radians: below it the limb falls short of a far target.
 * @param most Largest bend, radians.
 */
export function reachFor(
  limb: Limb,
  target: ArrayLike<number>,
  pole: ArrayLike<number>,
  least: number,
  most: number,
): Reach {
  const { constant, even, odd } = lengthTerms(limb);
  const cosine = (dot(target, target) - constant) / (2 * Math.hypot(even, odd));
  const straight = Math.atan2(odd, even);
  const wanted = straight + Math.acos(Math.min(1, Math.max(-1, cosine)));
  const bend = Math.min(most, Math.max(least, wanted));
  const lower = transform3(rotationVectorToMatrix(Array.from(limb.hinge, (h) => h * bend)), limb.lower);
  const from = unit(lower.map((value, k) => value + limb.upper[k]));
  const to = unit(target);
  return { rotation: frameTurn(from, limb.hinge, to, cross(pole, to)), bend };
}

/** The rotation that takes `a` to `b` (unit vectors) and the side of `aside` as near as can be to that of `bside`. */
export function frameTurn(
  a: ArrayLike<number>,
  aside: ArrayLike<number>,
  b: ArrayLike<number>,
  bside: ArrayLike<number>,
): Float64Array {
  const a2 = across(aside, a);
  const b2 = across(bside, b);
  const a3 = cross(a, a2);
  const b3 = cross(b, b2);
  const R = new Float64Array(9);
  for (let i = 0; i < 3; i++)
    for (let j = 0; j < 3; j++) R[3 * i + j] = b[i] * a[j] + b2[i] * a2[j] + b3[i] * a3[j];
  return R;
}

/** The part of v across the unit vector a, as a unit vector. */
function across(v: ArrayLike<number>, a: ArrayLike<number>): Float64Array {
  const along = dot(v, a);
  return unit(Float64Array.from(v, (value, k) => value - along * a[k]));
}

import type { Floats } from "./sequence.js";

/**
 * Poses in a mirror: x is negated and left and right exchange their joints. Doing it twice changes nothing.
 *
 * @param poses N×J×`width`, screen or camera coordinates with x first; not `out`.
 * @param mirror J, each joint's partner or itself.
 */
export function flipPoses<A extends Floats>(
  poses: ArrayLike<number>,
  mirror: readonly number[],
  width: number,
  out: A,
): A {
  const pose = mirror.length * width;
  for (let at = 0; at < poses.length; at += pose)
    for (let j = 0; j < mirror.length; j++) {
      const to = at + j * width;
      const from = at + mirror[j] * width;
      out[to] = -poses[from];
      for (let k = 1; k < width; k++) out[to + k] = poses[from + k];
    }
  return out;
}

/**
 * The camera vector of the mirrored picture: cx and the tangential coefficient that acts on x (elements 2 and 7)
 * change their sign.
 *
 * @param vector 9 numbers; may be `out`.
 */
export function flipCamera<A extends Floats>(vector: ArrayLike<number>, out: A, offset = 0): A {
  for (let i = 0; i < 9; i++) out[offset + i] = i === 2 || i === 7 ? -vector[i] : vector[i];
  return out;
}

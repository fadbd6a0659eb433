import type { Motion, MotionPerson, UpAxis } from "../motion/motion.js";

/** For each axis of the world `to`, the axis of the world `from` that it is. */
export function turnedAxes(from: UpAxis, to: UpAxis): readonly [number, number, number] {
  return from === to ? [0, 1, 2] : to === "y" ? [1, 2, 0] : [2, 0, 1];
}

/**
 * Turns vectors between a Z-up and a Y-up world, both right-handed: (X, Y, Z) of the Z-up world is (Y, Z, X) of the
 * Y-up one, the field's convention (Pose2Sim, OpenSim). The same permutation turns the vector part of quaternions.
 *
 * @param values Vectors, one every `stride` values (3 for points, 4 for quaternions x, y, z, w).
 * @param out Receives the turned vectors; may be `values`. A copy when absent.
 * @returns `out`, or `values` itself when nothing is to be turned.
 */
export function turnVectors<A extends Float32Array | Float64Array>(
  values: A,
  from: UpAxis,
  to: UpAxis,
  stride = 3,
  out?: A,
): A {
  if (from === to) return values;
  const turned = out ?? (values.slice() as A);
  const [a, b, c] = turnedAxes(from, to);
  for (let i = 0; i + stride <= values.length; i += stride) {
    const x = values[i + a];
    const y = values[i + b];
    const z = values[i + c];
    turned[i] = x;
    turned[i + 1] = y;
    turned[i + 2] = z;
  }
  return turned;
}

/**
 * A motion in a world whose `up` axis points up: positions, rest pose, rotations and root turned alike, so that
 * forward kinematics still gives the positions.
 *
 * @param inPlace Change the motion's arrays instead of copying them: for a motion that nobody else holds.
 */
export function turnUp(motion: Motion, up: UpAxis, { inPlace = false } = {}): Motion {
  if (motion.up === up) return motion;
  const turn = (values: Float32Array, stride?: number) =>
    turnVectors(values, motion.up, up, stride, inPlace ? values : undefined);
  const turnPerson = (person: MotionPerson): MotionPerson => ({
    ...person,
    positions: turn(person.positions),
    ...(person.rest && { rest: turn(person.rest) }),
    // P·R·P⁻¹ has the axis P·axis and the same angle.
    ...(person.rotations && { rotations: turn(person.rotations, 4) }),
    ...(person.root && { root: turn(person.root) }),
  });
  return { ...motion, up, people: motion.people.map(turnPerson) };
}

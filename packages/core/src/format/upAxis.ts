import type { Motion, MotionPerson, UpAxis } from "../motion/motion.js";

/**
 * Turns vectors between a Z-up and a Y-up world, both right-handed: (X, Y, Z) of the Z-up world is (Y, Z, X) of the
 * Y-up one, the field's convention (Pose2Sim, OpenSim). The same permutation turns the vector part of quaternions.
 *
 * @param values Vectors, one every `stride` values (3 for points, 4 for quaternions x, y, z, w); not changed.
 * @returns A turned copy, or `values` itself when nothing is to be turned.
 */
export function turnVectors<A extends Float32Array | Float64Array>(
  values: A,
  from: UpAxis,
  to: UpAxis,
  stride = 3,
): A {
  if (from === to) return values;
  const turned = values.slice() as A;
  const [a, b, c] = to === "y" ? [1, 2, 0] : [2, 0, 1];
  for (let i = 0; i + stride <= values.length; i += stride) {
    turned[i] = values[i + a];
    turned[i + 1] = values[i + b];
    turned[i + 2] = values[i + c];
  }
  return turned;
}

/**
 * A motion in a world whose `up` axis points up: positions, rest pose, rotations and root turned alike, so that
 * forward kinematics still gives the positions.
 */
export function turnUp(motion: Motion, up: UpAxis): Motion {
  if (motion.up === up) return motion;
  const turn = (values: Float32Array, stride?: number) => turnVectors(values, motion.up, up, stride);
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

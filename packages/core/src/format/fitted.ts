import { MareyError } from "../error.js";
import type { Motion, MotionPerson } from "../motion/motion.js";
import { parentsFirst } from "./kinematics.js";
import { turnVectors } from "./upAxis.js";

/** A person whose skeleton was fitted: what animation files hold. Y up, metres. */
export interface Fitted {
  /** Joint indices, depth first from the root. */
  order: number[];
  /** J×3. */
  rest: Float32Array;
  /** T×J×4, NaN-free: a frame without a pose repeats the nearest earlier (else the first) pose. */
  rotations: Float32Array;
  /** T×3, NaN-free. */
  root: Float32Array;
  /** Frames that have a pose of their own. */
  posed: Uint8Array;
}

/**
 * The fitted skeleton of a person, turned Y up, gaps held.
 *
 * @param where Names the file for messages.
 * @throws MareyError `MOTION_UNFITTED` without rotations, `MOTION_EMPTY` without a frame that has a pose,
 *   `MOTION_ROOTS` when the skeleton is no single tree.
 */
export function fittedPerson(person: MotionPerson, motion: Motion, where: string): Fitted {
  const { rest, rotations, root } = person;
  if (!rest || !rotations || !root)
    throw new MareyError(
      "MOTION_UNFITTED",
      where,
      `person ${person.id} has joint positions only, this format needs joint rotations`,
      "Fit a skeleton first",
    );
  const roots = motion.skeleton.parents.filter((parent) => parent < 0).length;
  if (roots !== 1)
    throw new MareyError(
      "MOTION_ROOTS",
      where,
      `the skeleton ${motion.skeleton.name} has ${roots} roots, this format needs one tree`,
      "Fit a skeleton that hangs together, such as halpe26 or h36m17",
    );
  const order = parentsFirst(motion.skeleton.parents);
  const turn = (values: Float32Array, stride?: number) => {
    const own = values.slice();
    return turnVectors(own, motion.up, "y", stride, own);
  };
  const held = hold(turn(rotations, 4), turn(root), motion.frameCount, motion.skeleton.joints.length);
  if (!held.posed.includes(1))
    throw new MareyError(
      "MOTION_EMPTY",
      where,
      `person ${person.id} has no frame with a pose`,
      "Leave this person out, or track it better",
    );
  return { order, rest: turn(rest).map((value) => (Number.isNaN(value) ? 0 : value)), ...held };
}

/** Fills frames that lack a value with the nearest earlier pose, or the first that follows; in place. */
function hold(rotations: Float32Array, root: Float32Array, frames: number, joints: number) {
  const held = { rotations, root, posed: new Uint8Array(frames) };
  const whole = (values: Float32Array, from: number, to: number) => {
    for (let i = from; i < to; i++) if (!Number.isFinite(values[i])) return false;
    return true;
  };
  for (let t = 0; t < frames; t++)
    held.posed[t] =
      whole(root, t * 3, t * 3 + 3) && whole(rotations, t * joints * 4, (t + 1) * joints * 4) ? 1 : 0;
  let last = held.posed.indexOf(1);
  for (let t = 0; t < frames && last >= 0; t++) {
    if (held.posed[t]) last = t;
    else {
      held.root.copyWithin(t * 3, last * 3, last * 3 + 3);
      held.rotations.copyWithin(t * joints * 4, last * joints * 4, (last + 1) * joints * 4);
    }
  }
  return held;
}

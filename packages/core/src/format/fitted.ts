import { MareyError } from "../error.js";
import type { Motion, MotionPerson } from "../motion/motion.js";
import { parentsFirst } from "./kinematics.js";
import { turnedAxes, turnVectors } from "./upAxis.js";

/**
 * A person whose skeleton was fitted: what animation files hold. Y up, metres. Rotations are read by `readRotation`,
 * which turns them and fills gaps: a long take has no room for a copy of them.
 */
export interface Fitted {
  /** Joint indices, depth first from the root. */
  order: number[];
  /** J×3. */
  rest: Float32Array;
  /** T×J×4, the person's own: with gaps, and in the motion's world. */
  rotations: Float32Array;
  /** For the X, Y and Z of a rotation, which of its numbers they are. */
  axes: readonly [number, number, number];
  /** T: the frame whose pose is shown, the nearest earlier (else the first) that has one. */
  shown: Int32Array;
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
  const turn = (values: Float32Array) => {
    const own = values.slice();
    return turnVectors(own, motion.up, "y", 3, own);
  };
  const posed = posedFrames(rotations, root, motion.frameCount, motion.skeleton.joints.length);
  if (!posed.includes(1))
    throw new MareyError(
      "MOTION_EMPTY",
      where,
      `person ${person.id} has no frame with a pose`,
      "Leave this person out, or track it better",
    );
  const shown = shownFrames(posed);
  return {
    order,
    rest: turn(rest).map((value) => (Number.isNaN(value) ? 0 : value)),
    rotations,
    axes: turnedAxes(motion.up, "y"),
    root: heldRoot(turn(root), shown),
    shown,
    posed,
  };
}

/** Reads the quaternion (x, y, z, w) of a joint in a frame, Y up and without gaps. */
export function readRotation(
  { rotations, axes, shown, rest }: Fitted,
  t: number,
  joint: number,
  out: Float64Array,
): void {
  const at = 4 * ((shown[t] * rest.length) / 3 + joint);
  for (let k = 0; k < 3; k++) out[k] = rotations[at + axes[k]];
  out[3] = rotations[at + 3];
}

/** T: 1 where root and all rotations are numbers. */
function posedFrames(rotations: Float32Array, root: Float32Array, frames: number, joints: number) {
  const posed = new Uint8Array(frames);
  const whole = (values: Float32Array, from: number, to: number) => {
    for (let i = from; i < to; i++) if (!Number.isFinite(values[i])) return false;
    return true;
  };
  for (let t = 0; t < frames; t++)
    posed[t] =
      whole(root, t * 3, t * 3 + 3) && whole(rotations, t * joints * 4, (t + 1) * joints * 4) ? 1 : 0;
  return posed;
}

function shownFrames(posed: Uint8Array): Int32Array {
  let last = posed.indexOf(1);
  return Int32Array.from(posed, (has, t) => {
    if (has) last = t;
    return last;
  });
}

/** Fills frames that lack a root with the shown frame's, in place. */
function heldRoot(root: Float32Array, shown: Int32Array): Float32Array {
  shown.forEach((from, t) => {
    if (from !== t) root.copyWithin(t * 3, from * 3, from * 3 + 3);
  });
  return root;
}

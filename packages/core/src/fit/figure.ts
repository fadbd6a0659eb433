import type { MotionPerson } from "../motion/motion.js";
import { JointState } from "../motion/state.js";
import type { Tree } from "./tree.js";

/** A tree in one frame: what was measured and how it is posed. K is the number of the tree's joints. */
export interface Figure {
  tree: Tree;
  /** K×3, metres: offsets from the parents in the rest pose. */
  rest: Float64Array;
  /** K×3, metres: measured places; NaN where missing. */
  target: Float64Array;
  /** K: weights of the measured places, about 1; 0 where missing. */
  weight: Float64Array;
  /** K×9: each joint's rotation relative to the world. */
  world: Float64Array;
  /** K×3, metres. */
  position: Float64Array;
  /** K, m²: pull of a joint's rotation towards `expected`, for one radian; 0 for most. */
  stiffness: Float64Array;
  /** K×9: the rotations that directions alone gave. */
  expected: Float64Array;
  /** Which axes of the measured positions are the figure's X, Y and Z: it stands Y up, they may not. */
  axes: readonly [number, number, number];
}

export function figure(tree: Tree, rest: Float64Array, axes: Figure["axes"] = [0, 1, 2]): Figure {
  const joints = tree.skeleton.joints.length;
  const world = new Float64Array(joints * 9);
  for (let i = 0; i < joints; i++) for (let k = 0; k < 3; k++) world[9 * i + 4 * k] = 1;
  return {
    tree,
    rest,
    target: new Float64Array(joints * 3).fill(NaN),
    weight: new Float64Array(joints),
    world,
    position: new Float64Array(joints * 3),
    stiffness: new Float64Array(joints),
    expected: new Float64Array(joints * 9),
    axes,
  };
}

/**
 * Interpolated joints repeat what others say, exactly or roughly: they only decide what nothing else does.
 */
const interpolatedWeight = 1e-3;
/** Of a joint that was filled in, where no sigma says how well. */
const inferredWeight = 0.3;

/**
 * Reads a frame's measured places and weights into the figure. A place whose state is `missing` is a guess
 * (`guessTrunk`): it only decides what nothing else does.
 *
 * @param typical Metres: the sigma whose weight is 1, or undefined to weigh by state only.
 * @returns Number of measured joints.
 */
export function readTargets(
  person: MotionPerson,
  joints: number,
  t: number,
  typical: number | undefined,
  { tree, target, weight, axes }: Figure,
): number {
  let count = 0;
  tree.sources.forEach(({ kind, terms }, i) => {
    target.fill(terms.length === 0 ? NaN : 0, 3 * i, 3 * i + 3);
    let variance = 0;
    let inferred = false;
    let guessed = false;
    for (const [joint, share] of terms) {
      const at = t * joints + joint;
      for (let k = 0; k < 3; k++) target[3 * i + k] += share * person.positions[3 * at + axes[k]];
      guessed ||= person.state[at] === JointState.missing;
      inferred ||= person.state[at] === JointState.inferred;
      const sigma = person.sigma?.[at] ?? NaN;
      variance +=
        share *
        (sigma > 0 && typical !== undefined ? (sigma / typical) ** 2 : inferred ? 1 / inferredWeight : 1);
    }
    const missing = Number.isNaN(target[3 * i] + target[3 * i + 1] + target[3 * i + 2]);
    if (missing) target.fill(NaN, 3 * i, 3 * i + 3);
    const trust = Math.min(100, Math.max(0.01, 1 / variance));
    weight[i] = missing ? 0 : kind === "exact" && !guessed ? trust : interpolatedWeight * trust;
    if (!missing && !guessed && kind === "exact") count++;
  });
  return count;
}

/** Places all joints from the root's position and the world rotations. */
export function placeJoints({ tree, rest, world, position }: Figure): void {
  for (const joint of tree.order) {
    const parent = tree.skeleton.parents[joint];
    if (parent < 0) continue;
    for (let k = 0; k < 3; k++)
      position[3 * joint + k] =
        position[3 * parent + k] +
        world[9 * parent + 3 * k] * rest[3 * joint] +
        world[9 * parent + 3 * k + 1] * rest[3 * joint + 1] +
        world[9 * parent + 3 * k + 2] * rest[3 * joint + 2];
  }
}

/** out = world rotation of `joint` times a local rotation (9 numbers). */
export function turnedBy(
  world: Float64Array,
  joint: number,
  local: ArrayLike<number>,
  out: Float64Array,
  at: number,
): void {
  const w = 9 * joint;
  for (let r = 0; r < 3; r++) {
    const a = world[w + 3 * r];
    const b = world[w + 3 * r + 1];
    const c = world[w + 3 * r + 2];
    for (let k = 0; k < 3; k++) out[at + 3 * r + k] = a * local[k] + b * local[3 + k] + c * local[6 + k];
  }
}

import { nearestRotation, quaternionToMatrix, rotationBetween } from "../array/rotation.js";
import { type Figure, placeJoints, turnedBy } from "./figure.js";
import { measuredAncestor } from "./rest.js";
import type { Tree } from "./tree.js";

/** A direction that a joint's rotation has to explain: a vector of its rest pose and the joints it is measured between. */
export interface Hold {
  rest: Float64Array;
  from: number;
  to: number;
  weight: number;
}

/** The trunk's share in the turn of the pelvis and the chest: their own joints decide, the trunk only adds the pitch. */
const trunkWeight = { pelvis: 1e-3, chest: 0.02 };
/** The neck's share in the turn of the chest: it is a short bone. */
const neckWeight = 0.3;

/**
 * Per joint the directions that orient it: to its measured children, past pivots at its own place (the clavicles count
 * for the chest, the head doesn't), and for pelvis and chest the trunk.
 */
export function holdsOf(tree: Tree, rest: Float64Array): Hold[][] {
  const { joints } = tree.skeleton;
  const offset = (i: number) => rest.slice(3 * i, 3 * i + 3);
  return joints.map((name, joint) => {
    const from = tree.sources[joint].kind === "absent" ? measuredAncestor(tree, joint) : joint;
    const isChest = joint === chestOf(tree);
    const holds: Hold[] = tree.children[joint].flatMap((child) => {
      if (tree.sources[child].kind !== "absent") {
        const weight = joints[child] === "upper_neck" ? neckWeight : 1;
        return [{ rest: offset(child), from, to: child, weight }];
      }
      if (joints[child] === "neck_base") return [];
      const weight = name === "pelvis" ? trunkWeight.pelvis : 1;
      return tree.children[child].map((to) => ({ rest: offset(to), from, to, weight }));
    });
    const below = isChest ? measuredAncestor(tree, joint) : -1;
    if (below >= 0)
      holds.push({ rest: offset(joint).map((v) => -v), from: joint, to: below, weight: trunkWeight.chest });
    return holds.filter((hold) => Math.hypot(...hold.rest) > 0);
  });
}

/** The joint that carries the clavicles. */
export function chestOf({ skeleton: { joints, parents } }: Tree): number {
  return parents[joints.indexOf("left_clavicle")];
}

/** Whether positions determine a joint's rotation fully: it carries several others that don't lie on one line. */
export function carriesSeveral(holds: readonly Hold[]): boolean {
  return holds.some((a, i) => holds.some((b, j) => j > i && sine(a.rest, b.rest) > 0.1));
}

function sine(a: Float64Array, b: Float64Array): number {
  const dot = a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
  const both = Math.hypot(...a) * Math.hypot(...b);
  return Math.sqrt(Math.max(0, 1 - (dot / both) ** 2));
}

/**
 * Orients every joint by its measured directions, from the root outwards: several by the rotation that explains them
 * best (Kabsch 1976), one by the smallest turn that does, none by the rotation relative to the parent that is passed
 * in. Then moves the root so that the measured joints lie around their targets.
 *
 * @param body Targets are read; world rotations, expected ones and positions are written.
 * @param local K×4: quaternions relative to the parents, for what this frame doesn't show.
 */
export function place(body: Figure, holds: readonly (readonly Hold[])[], local: Float64Array): void {
  const { tree, target, world, position, weight } = body;
  const guess = new Float64Array(9);
  for (const joint of tree.order) {
    const parent = tree.skeleton.parents[joint];
    quaternionToMatrix(local.subarray(4 * joint, 4 * joint + 4), guess);
    if (parent < 0) world.set(guess, 9 * joint);
    else turnedBy(world, parent, guess, world, 9 * joint);
    orient(body, joint, parent, holds[joint]);
  }
  const root = tree.order[0];
  position.fill(0, 3 * root, 3 * root + 3);
  placeJoints(body);
  const shift = [0, 0, 0];
  let total = 0;
  for (let i = 0; i < weight.length; i++) {
    if (weight[i] === 0) continue;
    total += weight[i];
    for (let k = 0; k < 3; k++) shift[k] += weight[i] * (target[3 * i + k] - position[3 * i + k]);
  }
  for (let k = 0; k < 3; k++) position[3 * root + k] = shift[k] / total;
  placeJoints(body);
  body.expected.set(world);
}

const identity = [1, 0, 0, 0, 1, 0, 0, 0, 1];

function orient({ target, world }: Figure, joint: number, parent: number, holds: readonly Hold[]) {
  const M = new Float64Array(9);
  let only: Hold | undefined;
  let spread = false;
  for (const hold of holds) {
    const { rest, from, to, weight } = hold;
    if (Number.isNaN(target[3 * from] + target[3 * to])) continue;
    for (let r = 0; r < 3; r++) {
      const d = weight * (target[3 * to + r] - target[3 * from + r]);
      for (let k = 0; k < 3; k++) M[3 * r + k] += d * rest[k];
    }
    if (only && sine(only.rest, rest) > 0.1) spread = true;
    only ??= hold;
  }
  if (!only) return;
  if (spread) {
    world.set(nearestRotation(M), 9 * joint);
    return;
  }
  // The smallest turn from the parent; where other directions exist but aren't seen, from the guess.
  const c = 9 * joint;
  if (holds.length === 1) {
    if (parent < 0) world.set(identity, c);
    else world.copyWithin(c, 9 * parent, 9 * parent + 9);
  }
  turnTo(
    world,
    c,
    only.rest,
    [0, 1, 2].map((k) => target[3 * only.to + k] - target[3 * only.from + k]),
  );
}

/** Turns a world rotation by the smallest angle that takes a rest vector to a direction. */
function turnTo(world: Float64Array, c: number, rest: Float64Array, direction: number[]) {
  const now = [0, 1, 2].map(
    (r) => world[c + 3 * r] * rest[0] + world[c + 3 * r + 1] * rest[1] + world[c + 3 * r + 2] * rest[2],
  );
  if (!(Math.hypot(...direction) > 0)) return;
  const turn = rotationBetween(now, direction);
  const before = world.slice(c, c + 9);
  for (let r = 0; r < 3; r++)
    for (let k = 0; k < 3; k++)
      world[c + 3 * r + k] =
        turn[3 * r] * before[k] + turn[3 * r + 1] * before[3 + k] + turn[3 * r + 2] * before[6 + k];
}

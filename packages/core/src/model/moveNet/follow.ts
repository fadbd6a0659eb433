import { extent, type Pose, poseArea, poseOks } from "../../metric/oks.js";
import type { Detection } from "../../motion/keypoints.js";
import { coco17 } from "../../skeleton/layouts.js";

/** A person followed from picture to picture. */
export interface Followed extends Detection {
  /** J×2: pixels per picture, smoothed. */
  velocity: Float32Array;
  /** Runs of the finder in which it hasn't seen this person, in a row. */
  missed: number;
  /** The last placing didn't fit what was expected: the finder should look again. */
  doubtful: boolean;
}

/** Confidence from which a joint counts in comparisons. */
export const sureJoint = 0.2;

/** Where a person's joints are expected in the next picture: J×3, moved on by the velocity. */
export function expectedJoints({ joints, velocity }: Followed): Float32Array {
  const next = joints.slice();
  for (let j = 0, i = 0; i < next.length; j += 2, i += 3) {
    next[i] += velocity[j];
    next[i + 1] += velocity[j + 1];
  }
  return next;
}

/** How much of a new displacement enters the velocity: less keeps it calm, more keeps up with fast limbs. */
const freshness = 0.5;

/** A person with the velocity that follows from where the joints were before; at rest when they weren't known. */
export function movedFrom(
  before: Followed | undefined,
  now: Detection,
  missed: number,
  doubtful: boolean,
): Followed {
  const velocity = new Float32Array((now.joints.length / 3) * 2);
  if (before)
    for (let j = 0; j < velocity.length; j++) {
      const i = 3 * (j >> 1) + (j & 1);
      const sure = now.joints[i - (j & 1) + 2] > sureJoint && before.joints[i - (j & 1) + 2] > sureJoint;
      const step = sure ? now.joints[i] - before.joints[i] : 0;
      velocity[j] = before.velocity[j] + freshness * (step - before.velocity[j]);
    }
  return { ...now, velocity, missed, doubtful };
}

/**
 * How alike two poses are, 0..1: OKS over the joints of trunk and limbs that both show; the face is left out, since
 * its small constants would outweigh the body. 0 when they share fewer than 3 joints.
 */
export function likeness(a: Pose, b: Pose): number {
  let shared = 0;
  for (let i = 3 * firstOfBody; i + 2 < a.length; i += 3)
    if (a[i + 2] > sureJoint && b[i + 2] > sureJoint) shared++;
  if (shared < 3) return 0;
  const bodyOf = (pose: Pose) => Array.prototype.slice.call(pose, 3 * firstOfBody) as number[];
  const area = (pose: Pose) => poseArea(pose, undefined, sureJoint);
  return poseOks(bodyOf(a), bodyOf(b), area(a), area(b), bodySigmas, sureJoint);
}

const firstOfBody = 5;
const bodySigmas = coco17.sigmas.slice(firstOfBody);

/**
 * How much of the body two poses have in common: the share of the joints of trunk and limbs, among those that the
 * less complete one shows, that lie in one place in both, whether as the same joint or as its left–right partner
 * (one person drawn twice is often drawn mirrored). 0..1; 0 when one of them shows none.
 */
export function sharedJoints(a: Pose, b: Pose): number {
  const [left, top, right, bottom] = extent(a, sureJoint);
  const reach = onePlace * Math.max(right - left, bottom - top);
  let inA = 0;
  let inB = 0;
  let straight = 0;
  let crossed = 0;
  for (let j = firstOfBody; 3 * j + 2 < a.length; j++) {
    if (a[3 * j + 2] > sureJoint) inA++;
    if (b[3 * j + 2] > sureJoint) inB++;
    if (coincide(a, j, b, j, reach)) straight++;
    if (coincide(a, j, b, coco17.mirror[j], reach)) crossed++;
  }
  const shared = Math.max(straight, crossed);
  return shared > 0 ? shared / Math.min(inA, inB) : 0;
}

function coincide(a: Pose, j: number, b: Pose, k: number, reach: number): boolean {
  if (!(a[3 * j + 2] > sureJoint && b[3 * k + 2] > sureJoint)) return false;
  return Math.hypot(a[3 * j] - b[3 * k], a[3 * j + 1] - b[3 * k + 1]) < reach;
}

/** Relative to the person's larger extent. */
const onePlace = 0.05;

/**
 * Pairs people with what was found, best likeness first, each once.
 *
 * @param least Pairs less alike than this aren't made.
 * @returns For each person the index of what was found, or −1.
 */
export function pairUp(people: readonly Pose[], found: readonly Pose[], least: number): Int32Array {
  const partner = new Int32Array(people.length).fill(-1);
  const pairs = people
    .flatMap((a, i) => found.map((b, k) => ({ i, k, alike: likeness(a, b) })))
    .filter(({ alike }) => alike >= least)
    .sort((p, q) => q.alike - p.alike);
  const taken = new Set<number>();
  for (const { i, k } of pairs) {
    if (partner[i] >= 0 || taken.has(k)) continue;
    partner[i] = k;
    taken.add(k);
  }
  return partner;
}

/** Whether two people's extents touch, so that one may stand in the other's crop. */
export function near(a: Pose, b: Pose): boolean {
  const p = extent(a, sureJoint);
  const q = extent(b, sureJoint);
  return p[0] < q[2] && q[0] < p[2] && p[1] < q[3] && q[1] < p[3];
}

/**
 * Two networks' joints of one person as one: where they lie close, the mean, weighted by confidence; where they don't,
 * the first's.
 *
 * @param share Weight of the first, 0..1, at equal confidence.
 */
export function mixed(first: Float32Array, second: Float32Array, share: number): Float32Array {
  const joints = first.slice();
  const [left, top, right, bottom] = extent(first, sureJoint);
  const close = closeness * Math.max(right - left, bottom - top);
  for (let i = 0; i < joints.length; i += 3) {
    if (!(Math.hypot(first[i] - second[i], first[i + 1] - second[i + 1]) < close)) continue;
    const a = share * first[i + 2];
    const b = (1 - share) * second[i + 2];
    if (!(a + b > 0)) continue;
    joints[i] = (a * first[i] + b * second[i]) / (a + b);
    joints[i + 1] = (a * first[i + 1] + b * second[i + 1]) / (a + b);
  }
  return joints;
}

/** Relative to the person's larger extent. */
const closeness = 0.08;

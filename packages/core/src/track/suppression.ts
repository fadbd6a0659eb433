import { type Box, boxIou } from "../metric/box.js";
import { extent, type Pose, poseOks } from "../metric/oks.js";

/** Poses with what their suppression needs; `areas[i]` in square pixels, as `poseArea` gives it. */
export interface ScoredPoses {
  poses: readonly Pose[];
  areas: ArrayLike<number>;
  scores: ArrayLike<number>;
  /** Joint constants, `Skeleton.sigmas`. */
  sigmas: readonly number[];
}

export interface OksSuppressionOptions {
  /** A pose more similar than this to a better one is a duplicate (default 0.7). */
  threshold?: number;
  /** Compare only joints with more confidence than this in both poses (default: all joints present). */
  visibility?: number;
}

/** Indices of the poses that are no duplicate (by OKS) of a better-scored one, best first. */
export function suppressByOks(
  { poses, areas, scores, sigmas }: ScoredPoses,
  { threshold = 0.7, visibility }: OksSuppressionOptions = {},
): number[] {
  return suppress(
    scores,
    (i, k) => poseOks(poses[k], poses[i], areas[k], areas[i], sigmas, visibility) > threshold,
  );
}

export interface SoftOksSuppressionOptions extends OksSuppressionOptions {
  /** How many poses to pick at most (default 20). */
  maximum?: number;
}

/**
 * Soft suppression by OKS: after each pick of the best score s, the others' scores fall to `s · exp(−oks² /
 * threshold)`, so duplicates come late instead of never (Bodla et al. 2017, with OKS for the overlap).
 *
 * @returns Indices in the order of picking.
 */
export function softSuppressByOks(
  { poses, areas, scores, sigmas }: ScoredPoses,
  { threshold = 0.7, visibility, maximum = 20 }: SoftOksSuppressionOptions = {},
): number[] {
  const left = Float64Array.from(scores);
  const order = byFalling(left);
  const kept: number[] = [];
  while (order.length > 0 && kept.length < maximum) {
    const best = order.shift() as number;
    kept.push(best);
    for (const i of order) {
      const oks = poseOks(poses[best], poses[i], areas[best], areas[i], sigmas, visibility);
      left[i] *= Math.exp((-oks * oks) / threshold);
    }
    order.sort((a, b) => left[b] - left[a]);
  }
  return kept;
}

export interface NearbyJointsOptions {
  /** Joints are close if nearer than this share of the diagonal of the pose's extent (default 0.05). */
  distance?: number;
  /** Poses are duplicates if more joints than this are close (default 8). */
  joints?: number;
  /** How many poses to keep at most (default 30). */
  maximum?: number;
}

/**
 * Suppression by joints that lie together, for bottom-up networks whose duplicates share most joints (DEKR, Geng et
 * al. 2021): the best of each pose's neighbourhood is kept. Indices, best first.
 */
export function suppressByNearbyJoints(
  poses: readonly Pose[],
  scores: ArrayLike<number>,
  { distance = 0.05, joints = 8, maximum = 30 }: NearbyJointsOptions = {},
): number[] {
  const kept: number[] = [];
  const ignored = new Set<number>();
  for (const i of byFalling(scores)) {
    if (ignored.has(i)) continue;
    const [left, top, right, bottom] = extent(poses[i], -Infinity);
    const reach = distance * Math.hypot(right - left, bottom - top);
    const close = poses.flatMap((pose, k) =>
      k === i || closeJoints(poses[i], pose, reach) > joints ? [k] : [],
    );
    const best = close.reduce((a, b) => (scores[b] > scores[a] ? b : a));
    if (!ignored.has(best)) kept.push(best);
    for (const k of close) ignored.add(k);
  }
  return kept.sort((a, b) => scores[b] - scores[a]).slice(0, maximum);
}

export interface BoxSuppressionOptions {
  /** A box that overlaps a better one by more than this intersection over union is a duplicate (default 0.7). */
  threshold?: number;
  /** Widths count pixels, as in `boxIou`. */
  inclusive?: boolean;
}

/** Indices of the boxes that are no duplicate of a better-scored one, best first. */
export function suppressByBox(
  boxes: readonly Box[],
  scores: ArrayLike<number>,
  { threshold = 0.7, inclusive = false }: BoxSuppressionOptions = {},
): number[] {
  return suppress(scores, (i, k) => boxIou(boxes[i], boxes[k], inclusive) > threshold);
}

/** Greedy suppression: by falling score, drops i if it is a duplicate of any kept k. */
function suppress(scores: ArrayLike<number>, duplicate: (i: number, k: number) => boolean): number[] {
  const kept: number[] = [];
  for (const i of byFalling(scores)) if (!kept.some((k) => duplicate(i, k))) kept.push(i);
  return kept;
}

function byFalling(scores: ArrayLike<number>): number[] {
  return Array.from(scores, (_, i) => i).sort((a, b) => scores[b] - scores[a] || a - b);
}

function closeJoints(a: Pose, b: Pose, reach: number): number {
  let count = 0;
  for (let i = 0; i + 2 < a.length; i += 3) if (Math.hypot(a[i] - b[i], a[i + 1] - b[i + 1]) < reach) count++;
  return count;
}

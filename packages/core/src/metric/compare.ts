import type { Motion } from "../motion/motion.js";
import { convertSkeleton } from "../skeleton/convert.js";

/** Distances of a joint, metres. */
export interface JointDistance {
  joint: string;
  /** Frames in which both motions have the joint. */
  count: number;
  mean: number;
  median: number;
  /** Nine in ten and nineteen in twenty are smaller. */
  p90: number;
  p95: number;
}

export interface MotionDistance {
  /** The joints that both skeletons have, by name, in the order of the second. */
  joints: JointDistance[];
  /** All of them together. */
  all: JointDistance;
  /** Joints of the reference that have no counterpart of the same name. */
  left: string[];
  /** Frames that both have. */
  frames: number;
}

/**
 * How far two motions lie apart, joint by joint, without any alignment: both must be in one world and turned alike.
 * Frames are matched by their numbers, joints by their names.
 *
 * @param person Index of the person in each.
 */
export function motionDistance(
  motion: Motion,
  reference: Motion,
  person: readonly [number, number] = [0, 0],
): MotionDistance {
  const start = Math.max(motion.firstFrame, reference.firstFrame);
  const end = Math.min(motion.firstFrame + motion.frameCount, reference.firstFrame + reference.frameCount);
  const sources = convertSkeleton(motion.skeleton, reference.skeleton);
  const pools: number[] = [];
  const joints: JointDistance[] = [];
  const left: string[] = [];
  sources.forEach(({ kind, terms }, j) => {
    const name = reference.skeleton.joints[j];
    if (kind !== "exact") {
      left.push(name);
      return;
    }
    const distances: number[] = [];
    for (let frame = start; frame < end; frame++) {
      const distance = apart(motion, person[0], frame, terms[0][0], reference, person[1], j);
      if (!Number.isNaN(distance)) distances.push(distance);
    }
    if (distances.length === 0) left.push(name);
    else joints.push(statistics(name, distances));
    for (const distance of distances) pools.push(distance);
  });
  return { joints, all: statistics("all", pools), left, frames: Math.max(0, end - start) };
}

function apart(a: Motion, p: number, frame: number, i: number, b: Motion, q: number, j: number): number {
  const from = 3 * ((frame - a.firstFrame) * a.skeleton.joints.length + i);
  const to = 3 * ((frame - b.firstFrame) * b.skeleton.joints.length + j);
  const x = a.people[p].positions;
  const y = b.people[q].positions;
  return Math.hypot(x[from] - y[to], x[from + 1] - y[to + 1], x[from + 2] - y[to + 2]);
}

function statistics(joint: string, values: readonly number[]): JointDistance {
  const sorted = Float64Array.from(values).sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { joint, count: values.length, mean, median: at(0.5), p90: at(0.9), p95: at(0.95) };
}

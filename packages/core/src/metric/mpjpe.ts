import { MareyError } from "../error.js";

/** Distances between two sets of joints. */
export interface JointError {
  /** In the unit of the inputs; NaN when no joint is in both. */
  mean: number;
  median: number;
  /** Joints that are in both, N; the others are left out. */
  joints: number;
}

/**
 * Mean per-joint position error ("Protocol 1", without any alignment) and its median.
 *
 * @param predicted any number of joints × 3, for instance T×J×3; a joint with NaN is missing.
 * @throws MareyError `METRIC_SHAPE` when the two differ in length.
 */
export function mpjpe(predicted: ArrayLike<number>, truth: ArrayLike<number>): JointError {
  if (predicted.length !== truth.length || truth.length % 3 !== 0)
    throw new MareyError(
      "METRIC_SHAPE",
      "mpjpe",
      `${predicted.length} numbers are compared with ${truth.length}`,
      "Pass the same joints of the same frames, three numbers each",
    );
  const distances: number[] = [];
  for (let i = 0; i < truth.length; i += 3) {
    const d = Math.hypot(
      predicted[i] - truth[i],
      predicted[i + 1] - truth[i + 1],
      predicted[i + 2] - truth[i + 2],
    );
    if (!Number.isNaN(d)) distances.push(d);
  }
  distances.sort((a, b) => a - b);
  const half = distances.length >> 1;
  return {
    mean: distances.reduce((sum, d) => sum + d, 0) / distances.length,
    median: distances.length % 2 === 1 ? distances[half] : (distances[half - 1] + distances[half]) / 2,
    joints: distances.length,
  };
}

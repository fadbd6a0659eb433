import { MareyError } from "../error.js";
import { nearestCentres } from "./kMeans.js";
import { rootRelative } from "./mpjpe.js";

export interface PoseStructure {
  /** Share of the poses that fall into their truth's cluster, 0..1. */
  score: number;
  /** T, the cluster of each predicted pose. */
  predicted: Int32Array;
  /** T, the cluster of each true pose. */
  truth: Int32Array;
}

/**
 * Pose structure score (Kocabas et al. 2019): how often a prediction is a pose of the same kind as the truth, kinds
 * being clusters of normalised reference poses. PSS@50 has 50 clusters.
 *
 * @param predicted T×J×3.
 * @param joints J.
 * @param centres K×3J: of clusters of `normalisedPoses` (see `kMeans`).
 * @throws MareyError `METRIC_SHAPE` when the arrays don't fit together.
 */
export function poseStructureScore(
  predicted: ArrayLike<number>,
  truth: ArrayLike<number>,
  joints: number,
  centres: ArrayLike<number>,
  root = 0,
): PoseStructure {
  const width = 3 * joints;
  if (predicted.length !== truth.length || truth.length % width || centres.length % width)
    throw new MareyError(
      "METRIC_SHAPE",
      "poseStructureScore",
      `${predicted.length} numbers are compared with ${truth.length} by centres of ${centres.length}, for ${joints} joints`,
      "Pass the same joints of the same frames, three numbers each, and centres of such poses",
    );
  const kinds = (poses: ArrayLike<number>) =>
    nearestCentres(normalisedPoses(poses, joints, root), centres, width).labels;
  const found = kinds(predicted);
  const wanted = kinds(truth);
  const same = found.filter((kind, t) => kind === wanted[t]).length;
  return { score: same / found.length, predicted: found, truth: wanted };
}

/**
 * Poses relative to their root and, as one vector of 3J numbers, of length 1.
 *
 * @param poses T×J×3.
 */
export function normalisedPoses(poses: ArrayLike<number>, joints: number, root = 0): Float64Array {
  const relative = rootRelative(poses, joints, root);
  for (let t = 0; t < relative.length; t += 3 * joints) {
    const pose = relative.subarray(t, t + 3 * joints);
    const norm = Math.sqrt(pose.reduce((sum, value) => sum + value * value, 0));
    pose.forEach((value, i) => {
      pose[i] = value / norm;
    });
  }
  return relative;
}

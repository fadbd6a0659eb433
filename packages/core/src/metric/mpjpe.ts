import { procrustes, transformPoints } from "../array/procrustes.js";
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
  requireAlike("mpjpe", predicted, truth, 1);
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

/**
 * MPJPE after the similarity (rotation, scale, translation; never a mirror) that brings each frame's pose nearest to
 * the truth: "Protocol 2", PA-MPJPE.
 *
 * @param predicted T×J×3; a joint that is NaN in either is left out of alignment and error.
 * @param joints J.
 * @throws MareyError `METRIC_SHAPE` when the two are not frames of J joints alike.
 */
export function pMpjpe(predicted: ArrayLike<number>, truth: ArrayLike<number>, joints: number): JointError {
  return mpjpe(procrustesAligned(predicted, truth, joints), truth);
}

/**
 * Each frame's pose moved, turned and scaled so that it lies nearest to the truth. A pose whose joints all coincide is
 * only moved.
 *
 * @param predicted T×J×3.
 * @returns T×J×3.
 * @throws MareyError `METRIC_SHAPE` when the two are not frames of J joints alike.
 */
export function procrustesAligned(
  predicted: ArrayLike<number>,
  truth: ArrayLike<number>,
  joints: number,
): Float64Array {
  requireAlike("procrustesAligned", predicted, truth, joints);
  const width = joints * 3;
  const aligned = new Float64Array(truth.length);
  const pose = new Float64Array(width);
  const target = new Float64Array(width);
  for (let t = 0; t < truth.length; t += width) {
    for (let i = 0; i < width; i++) {
      pose[i] = predicted[t + i];
      target[i] = truth[t + i];
    }
    const similarity = procrustes(pose, target);
    const usable = Number.isFinite(similarity.scale);
    aligned.set(transformPoints(usable ? similarity : procrustes(pose, target, { scaled: false }), pose), t);
  }
  return aligned;
}

/**
 * MPJPE after each frame's pose is scaled, about its origin, as fits the truth best: "Protocol 3", N-MPJPE, with
 * s = Σ G·P / Σ P·P. Both are to be relative to their roots (see `rootRelative`).
 *
 * @param predicted T×J×3; a joint that is NaN in either is left out of scale and error.
 * @throws MareyError `METRIC_SHAPE` when the two are not frames of J joints alike.
 */
export function nMpjpe(predicted: ArrayLike<number>, truth: ArrayLike<number>, joints: number): JointError {
  requireAlike("nMpjpe", predicted, truth, joints);
  const width = joints * 3;
  const scaled = new Float64Array(truth.length);
  for (let t = 0; t < truth.length; t += width) {
    let both = 0;
    let own = 0;
    for (let i = t; i < t + width; i++) {
      if (Number.isNaN(predicted[i] + truth[i])) continue;
      both += truth[i] * predicted[i];
      own += predicted[i] * predicted[i];
    }
    for (let i = t; i < t + width; i++) scaled[i] = predicted[i] * (own > 0 ? both / own : 1);
  }
  return mpjpe(scaled, truth);
}

/**
 * Mean per-joint velocity error: MPJPE of the differences between successive frames of one sequence, per frame.
 *
 * @param predicted T×J×3, usually relative to the root.
 * @throws MareyError `METRIC_SHAPE` when the two are not frames of J joints alike.
 */
export function mpjve(predicted: ArrayLike<number>, truth: ArrayLike<number>, joints: number): JointError {
  requireAlike("mpjve", predicted, truth, joints);
  return mpjpe(differences(predicted, joints * 3), differences(truth, joints * 3));
}

/**
 * Mean per-joint acceleration error: MPJPE of x[t−1] − 2 x[t] + x[t+1] of one sequence, per frame squared.
 *
 * @param predicted T×J×3.
 * @throws MareyError `METRIC_SHAPE` when the two are not frames of J joints alike.
 */
export function accelerationError(
  predicted: ArrayLike<number>,
  truth: ArrayLike<number>,
  joints: number,
): JointError {
  requireAlike("accelerationError", predicted, truth, joints);
  const twice = (values: ArrayLike<number>) => differences(differences(values, joints * 3), joints * 3);
  return mpjpe(twice(predicted), twice(truth));
}

/**
 * Poses relative to their root joint.
 *
 * @param poses T×J×3.
 */
export function rootRelative(poses: ArrayLike<number>, joints: number, root = 0): Float64Array {
  const width = joints * 3;
  return Float64Array.from(
    { length: poses.length },
    (_, i) => poses[i] - poses[i - (i % width) + 3 * root + (i % 3)],
  );
}

/** Of rows of `width` numbers, each row's difference from the one before; one row fewer. */
function differences(values: ArrayLike<number>, width: number): Float64Array {
  return Float64Array.from(
    { length: Math.max(0, values.length - width) },
    (_, i) => values[i + width] - values[i],
  );
}

function requireAlike(
  name: string,
  predicted: ArrayLike<number>,
  truth: ArrayLike<number>,
  joints: number,
): void {
  if (joints >= 1 && predicted.length === truth.length && truth.length % (3 * joints) === 0) return;
  throw new MareyError(
    "METRIC_SHAPE",
    name,
    `${predicted.length} numbers are compared with ${truth.length}${joints > 1 ? ` as frames of ${joints} joints` : ""}`,
    "Pass the same joints of the same frames, three numbers each",
  );
}

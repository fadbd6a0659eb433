import { MareyError } from "../error.js";

/** The 31 thresholds of 3D AUC: 0, 5 … 150 mm, in metres. At 0 nothing is correct. */
export const AUC_THRESHOLDS: readonly number[] = Array.from({ length: 31 }, (_, i) => (i * 5) / 1000);

export interface Pck3d {
  /** Percent of all joints. */
  all: number;
  /** J, percent. */
  perJoint: Float64Array;
}

/**
 * 3DPCK (Mehta et al. 2017): percent of the joints nearer to the truth than a threshold. A joint that is NaN in either
 * is left out.
 *
 * @param predicted T×J×3, usually relative to the root (`rootRelative`).
 * @param threshold in the unit of the inputs; 150 mm by convention.
 * @throws MareyError `METRIC_SHAPE` when the two are not frames of J joints alike.
 */
export function pck3d(
  predicted: ArrayLike<number>,
  truth: ArrayLike<number>,
  joints: number,
  threshold: number,
): Pck3d {
  requireFrames(predicted, truth, joints);
  const count = new Float64Array(joints);
  const right = new Float64Array(joints);
  for (let i = 0, j = 0; i < truth.length; i += 3, j = (j + 1) % joints) {
    const dx = predicted[i] - truth[i];
    const dy = predicted[i + 1] - truth[i + 1];
    const dz = predicted[i + 2] - truth[i + 2];
    const error = Math.sqrt(dx * dx + dy * dy + dz * dz);
    if (Number.isNaN(error)) continue;
    count[j]++;
    if (error < threshold) right[j]++;
  }
  const total = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0);
  return {
    all: (100 * total(right)) / total(count),
    perJoint: right.map((value, j) => (100 * value) / count[j]),
  };
}

/**
 * 3DPCK at each threshold, percent; its mean is the AUC of the benchmark.
 *
 * @param thresholds in the unit of the inputs; for metres 0, 0.005 … 0.15.
 * @throws MareyError as `pck3d`.
 */
export function pck3dCurve(
  predicted: ArrayLike<number>,
  truth: ArrayLike<number>,
  joints: number,
  thresholds: readonly number[] = AUC_THRESHOLDS,
): Float64Array {
  return Float64Array.from(thresholds, (threshold) => pck3d(predicted, truth, joints, threshold).all);
}

function requireFrames(predicted: ArrayLike<number>, truth: ArrayLike<number>, joints: number): void {
  if (joints >= 1 && predicted.length === truth.length && truth.length % (3 * joints) === 0) return;
  throw new MareyError(
    "METRIC_SHAPE",
    "pck3d",
    `${predicted.length} numbers are compared with ${truth.length} as frames of ${joints} joints`,
    "Pass the same joints of the same frames, three numbers each",
  );
}

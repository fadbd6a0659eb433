import { MareyError } from "../error.js";

/** Keypoints of N people to be compared. */
export interface KeypointPairs {
  /** N×J×2, pixels. */
  predicted: ArrayLike<number>;
  /** N×J×2, pixels. */
  truth: ArrayLike<number>;
  /** N×J: 0 leaves a keypoint out. */
  visible: ArrayLike<number>;
  /** J. */
  joints: number;
}

export interface Pck {
  /** J shares 0..1; −1 for a keypoint that no person has. */
  perKeypoint: Float64Array;
  /** Mean of `perKeypoint` over the keypoints that someone has; 0 without any. */
  average: number;
  /** Keypoints that someone has. */
  counted: number;
}

/**
 * Percentage of correct keypoints: those nearer to the truth than a share of the person's size. Distances are rounded
 * to single precision, as MMPose keeps them.
 *
 * @param normaliser N×2: size by which errors in x and y are divided; a person where one isn't positive is left out.
 * @throws MareyError `METRIC_SHAPE` when the arrays don't fit together.
 */
export function pck(pairs: KeypointPairs, normaliser: ArrayLike<number>, threshold: number): Pck {
  return correctShare(normalisedDistances("pck", pairs, normaliser), pairs.joints, threshold);
}

/**
 * Area under the PCK curve at thresholds 0, 1/n … (n−1)/n.
 *
 * @param size pixels by which all errors are divided.
 * @param count n.
 * @throws MareyError as `pck`.
 */
export function pckAuc(pairs: KeypointPairs, size: number, count = 20): number {
  const distances = normalisedDistances("pckAuc", pairs, alike(pairs, size));
  let sum = 0;
  for (let i = 0; i < count; i++) sum += correctShare(distances, pairs.joints, i / count).average;
  return sum / count;
}

/**
 * Mean error, divided by the persons' sizes (NME) or, without a normaliser, in pixels (EPE); 0 without any keypoint.
 *
 * @param normaliser as of `pck`.
 * @throws MareyError as `pck`.
 */
export function meanKeypointError(pairs: KeypointPairs, normaliser = alike(pairs, 1)): number {
  const distances = normalisedDistances("meanKeypointError", pairs, normaliser).filter((d) => d >= 0);
  return distances.reduce((sum, d) => sum + d, 0) / Math.max(1, distances.length);
}

/**
 * The number of people.
 *
 * @throws MareyError `METRIC_SHAPE` when the arrays don't fit together.
 */
export function requirePairs(name: string, { predicted, truth, visible, joints }: KeypointPairs): number {
  const people = visible.length / joints;
  if (Number.isInteger(people) && truth.length === 2 * visible.length && predicted.length === truth.length)
    return people;
  throw new MareyError(
    "METRIC_SHAPE",
    name,
    `${predicted.length} numbers are compared with ${truth.length} for ${visible.length} keypoints, ${joints} a person`,
    "Pass x and y for each keypoint of both, and one visibility",
  );
}

const alike = ({ visible, joints }: KeypointPairs, size: number): ArrayLike<number> =>
  new Float64Array((visible.length / joints) * 2).fill(size);

/** N×J; −1 where there is nothing to compare. */
function normalisedDistances(name: string, pairs: KeypointPairs, normaliser: ArrayLike<number>) {
  const { predicted, truth, visible, joints } = pairs;
  const people = requirePairs(name, pairs);
  if (normaliser.length !== 2 * people)
    throw new MareyError(
      "METRIC_SHAPE",
      name,
      `${normaliser.length} sizes are given for ${people} people`,
      "Pass two for each person, for x and y",
    );
  const distances = new Float32Array(visible.length).fill(-1);
  for (let i = 0; i < visible.length; i++) {
    const person = Math.floor(i / joints);
    const width = normaliser[2 * person];
    const height = normaliser[2 * person + 1];
    if (!visible[i] || !(width > 0 && height > 0)) continue;
    const dx = (predicted[2 * i] - truth[2 * i]) / width;
    const dy = (predicted[2 * i + 1] - truth[2 * i + 1]) / height;
    distances[i] = Math.sqrt(dx * dx + dy * dy);
  }
  return distances;
}

function correctShare(distances: Float32Array, joints: number, threshold: number): Pck {
  const limit = Math.fround(threshold);
  const count = new Float64Array(joints);
  const right = new Float64Array(joints);
  distances.forEach((distance, i) => {
    if (distance === -1) return;
    count[i % joints]++;
    if (distance < limit) right[i % joints]++;
  });
  const perKeypoint = right.map((value, j) => (count[j] > 0 ? value / count[j] : -1));
  const known = perKeypoint.filter((share) => share >= 0);
  const average = known.length > 0 ? known.reduce((sum, share) => sum + share, 0) / known.length : 0;
  return { perKeypoint, average, counted: known.length };
}

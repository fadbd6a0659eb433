import { MareyError } from "../error.js";
import { type KeypointPairs, requirePairs } from "./pck.js";

/** MPII's joints that its mean leaves out: pelvis and thorax. */
const TRUNK = [6, 7];

export interface Pckh {
  /** J, percent of the visible ones; NaN for a joint that nobody shows. */
  perJoint: Float64Array;
  /** Mean of `perJoint` by the number of visible ones, percent; NaN without any. */
  mean: number;
}

/**
 * PCKh (Andriluka et al. 2014): joints at most a share of the head's size from the truth, that size being 0.6 of the
 * diagonal of the head's box.
 *
 * @param headBoxes N×2: width and height of each head's box, pixels.
 * @param threshold share of the head's size; 0.5 for PCKh@0.5.
 * @param options.headBias 0.6.
 * @param options.excluded joints that the mean leaves out; MPII's pelvis and thorax (6, 7).
 * @throws MareyError `METRIC_SHAPE` when the arrays don't fit together.
 */
export function pckh(
  pairs: KeypointPairs,
  headBoxes: ArrayLike<number>,
  threshold = 0.5,
  { headBias = 0.6, excluded = TRUNK }: { headBias?: number; excluded?: readonly number[] } = {},
): Pckh {
  const { predicted, truth, visible, joints } = pairs;
  const people = requirePairs("pckh", pairs);
  if (headBoxes.length !== 2 * people)
    throw new MareyError(
      "METRIC_SHAPE",
      "pckh",
      `${headBoxes.length} numbers describe the heads of ${people} people`,
      "Pass the width and the height of each head's box",
    );
  const count = new Float64Array(joints);
  const right = new Float64Array(joints);
  for (let i = 0; i < visible.length; i++) {
    if (!visible[i]) continue;
    const person = Math.floor(i / joints);
    const head = diagonal(headBoxes[2 * person], headBoxes[2 * person + 1]) * headBias;
    const error = diagonal(predicted[2 * i] - truth[2 * i], predicted[2 * i + 1] - truth[2 * i + 1]);
    count[i % joints]++;
    if (error / head <= threshold) right[i % joints]++;
  }
  const total = (values: Float64Array) =>
    values.reduce((sum, value, j) => sum + (excluded.includes(j) ? 0 : value), 0);
  return {
    perJoint: right.map((value, j) => (100 * value) / count[j]),
    mean: (100 * total(right)) / total(count),
  };
}

const diagonal = (x: number, y: number) => Math.sqrt(x * x + y * y);

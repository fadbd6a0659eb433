import { type KeypointPairs, requirePairs } from "./pck.js";

/** Two joints that a limb joins. */
export type Limb = readonly [number, number];

export interface Pcp {
  /** Percent of each limb's occurrences of which both ends are near enough; NaN for one that nobody shows. */
  strict: Float64Array;
  /** As `strict`, where the mean of both ends' errors must be near enough. */
  loose: Float64Array;
}

/**
 * Percentage of correct parts (Ferrari et al. 2008): limbs whose ends lie at most a share of the true limb's length
 * from the truth, among those of which both ends are visible.
 *
 * @param fraction 0.5 by convention.
 * @throws MareyError `METRIC_SHAPE` when the arrays don't fit together.
 */
export function pcp(pairs: KeypointPairs, limbs: readonly Limb[], fraction = 0.5): Pcp {
  const people = requirePairs("pcp", pairs);
  const { truth, visible, joints } = pairs;
  const strict = new Float64Array(limbs.length);
  const loose = new Float64Array(limbs.length);
  limbs.forEach(([from, to], l) => {
    let count = 0;
    for (let person = 0; person < people; person++) {
      const a = person * joints + from;
      const b = person * joints + to;
      if (!visible[a] || !visible[b]) continue;
      count++;
      const limit = fraction * distance(truth, a, truth, b);
      const [start, end] = [a, b].map((i) => distance(pairs.predicted, i, truth, i));
      if (start <= limit && end <= limit) strict[l]++;
      if ((start + end) / 2 <= limit) loose[l]++;
    }
    strict[l] *= 100 / count;
    loose[l] *= 100 / count;
  });
  return { strict, loose };
}

/**
 * Percentage of detected joints (Sapp & Taskar 2013): visible joints at most a share of the torso's true length from
 * the truth.
 *
 * @param torso two joints, such as a shoulder and the opposite hip; visible or not, since only the truth's length counts. A person in
 *   whom one is NaN is left out.
 * @param fraction 0.2 by convention.
 * @returns J, percent; NaN for a joint that nobody shows.
 * @throws MareyError `METRIC_SHAPE` when the arrays don't fit together.
 */
export function pdj(pairs: KeypointPairs, torso: Limb, fraction = 0.2): Float64Array {
  const people = requirePairs("pdj", pairs);
  const { predicted, truth, visible, joints } = pairs;
  const count = new Float64Array(joints);
  const right = new Float64Array(joints);
  for (let person = 0; person < people; person++) {
    const [a, b] = torso.map((joint) => person * joints + joint);
    const limit = fraction * distance(truth, a, truth, b);
    if (Number.isNaN(limit)) continue;
    for (let j = 0, i = person * joints; j < joints; j++, i++) {
      if (!visible[i]) continue;
      count[j]++;
      if (distance(predicted, i, truth, i) <= limit) right[j]++;
    }
  }
  return right.map((value, j) => (100 * value) / count[j]);
}

function distance(p: ArrayLike<number>, i: number, q: ArrayLike<number>, j: number): number {
  const dx = p[2 * i] - q[2 * j];
  const dy = p[2 * i + 1] - q[2 * j + 1];
  return Math.sqrt(dx * dx + dy * dy);
}

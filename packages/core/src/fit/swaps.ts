import type { Skeleton } from "../skeleton/skeleton.js";
import { type BodyProblem, observe, seen } from "./bodyProblem.js";

/** Groups of joints that networks exchange together, left for right, as pairs of joint indices. */
export type SwapGroup = readonly (readonly [number, number])[];

/** Legs, arms, and all of a skeleton's pairs, where it has them. */
export function swapGroups({ joints, mirror }: Skeleton): SwapGroup[] {
  const pairs = (named: RegExp): SwapGroup =>
    joints.flatMap((joint, j) =>
      joint.startsWith("left_") && named.test(joint) ? [[j, mirror[j]] as const] : [],
    );
  return [
    pairs(/_(hip|knee|ankle|heel|toe|big_toe|small_toe)$/),
    pairs(/_(shoulder|elbow|wrist)$/),
    pairs(/./),
  ].filter((group) => group.length > 0);
}

/**
 * Exchanges left and right observations of a view in a frame where they then fit the present positions clearly better.
 * Where left and right lie within the errors of each other nothing is gained and nothing exchanged.
 *
 * @returns how many times it exchanged a group.
 */
export function repairSwaps(problem: BodyProblem, groups: readonly SwapGroup[], pixelSigma: number): number {
  const { frames, views } = problem;
  const limit = 2 * pixelSigma;
  let swaps = 0;
  for (const group of groups)
    for (let v = 0; v < views; v++)
      for (let t = 0; t < frames; t++) {
        let gain = 0;
        for (let n = 0; n < group.length; n++) {
          const [left, right] = group[n];
          gain += cost(problem, left, left, t, v, limit) + cost(problem, right, right, t, v, limit);
          gain -= cost(problem, left, right, t, v, limit) + cost(problem, right, left, t, v, limit);
        }
        if (gain < leastGain) continue;
        for (let n = 0; n < group.length; n++) exchange(problem, group[n][0], group[n][1], t, v);
        swaps++;
      }
  return swaps;
}

/** By how much the sum of log(1 + (distance / limit)²) must fall. */
const leastGain = 3;

/** Of the observation of joint `from` taken for joint `j`; 0 where there is none. */
function cost(problem: BodyProblem, j: number, from: number, t: number, v: number, limit: number): number {
  if (!problem.active[j] || observe(problem, j, from, t, v) === 0) return 0;
  return Math.log1p((seen[0] * seen[0] + seen[1] * seen[1]) / (limit * limit));
}

function exchange(
  { frames, views, observations }: BodyProblem,
  left: number,
  right: number,
  t: number,
  v: number,
) {
  const i = 3 * ((left * frames + t) * views + v);
  const k = 3 * ((right * frames + t) * views + v);
  for (let c = 0; c < 3; c++) {
    const value = observations[i + c];
    observations[i + c] = observations[k + c];
    observations[k + c] = value;
  }
}

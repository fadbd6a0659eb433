import type { Pose } from "./oks.js";

/** A labelled pose: J×3 with visibility (0: not labelled), and the area that scales its errors, square pixels. */
export interface TruePose {
  joints: Pose;
  area: number;
}

/** Who found whom in one picture. */
export interface PosePairs {
  /** Of each true pose the index of the found one, −1 for nobody. */
  partner: Int32Array;
  /** Of each true pose its similarity with its partner, 0..1. */
  similarity: Float64Array;
}

/**
 * What became of a labelled joint, after Ronchi & Perona (2017): near the truth; off by more than annotators are; at the
 * place of its left–right partner; at a joint of someone else; anywhere else; its person found nowhere.
 */
export const jointFaults = ["good", "jitter", "inversion", "swap", "miss", "unfound"] as const;
export type JointFault = (typeof jointFaults)[number];

/** Keypoint similarities from which a joint is good, and from which it is at a place at all (the paper's). */
const [GOOD, AT] = [0.85, 0.5];

/** Similarity of a place with a labelled joint, OKS's term of it; 0 where either is missing. */
function near(found: Pose, f: number, { joints, area }: TruePose, j: number, sigma: number): number {
  if (!(joints[3 * j + 2] > 0)) return 0;
  const dx = found[3 * f] - joints[3 * j];
  const dy = found[3 * f + 1] - joints[3 * j + 1];
  const squared = dx * dx + dy * dy;
  return Number.isNaN(squared) ? 0 : Math.exp(-squared / (8 * sigma * sigma * (area + Number.EPSILON)));
}

/**
 * Object keypoint similarity of a found pose with a true one: the mean over its labelled joints, of which those that
 * weren't found (NaN) count as 0. 0 without labelled joints.
 */
export function trueSimilarity(found: Pose, truth: TruePose, sigmas: readonly number[]): number {
  let [sum, count] = [0, 0];
  for (let j = 0; j < sigmas.length; j++) {
    if (!(truth.joints[3 * j + 2] > 0)) continue;
    sum += near(found, j, truth, j, sigmas[j]);
    count++;
  }
  return count > 0 ? sum / count : 0;
}

/**
 * Pairs found poses with true ones, the most similar first, each at most once. Poses without any similarity stay alone.
 *
 * @param found J×3 each; NaN where missing.
 */
export function pairPoses(
  found: readonly Pose[],
  truths: readonly TruePose[],
  sigmas: readonly number[],
): PosePairs {
  const partner = new Int32Array(truths.length).fill(-1);
  const similarity = new Float64Array(truths.length);
  const pairs = truths.flatMap((truth, t) =>
    found.map((pose, f) => ({ t, f, oks: trueSimilarity(pose, truth, sigmas) })).filter(({ oks }) => oks > 0),
  );
  const taken = new Set<number>();
  for (const { t, f, oks } of pairs.sort((a, b) => b.oks - a.oks)) {
    if (partner[t] >= 0 || taken.has(f)) continue;
    partner[t] = f;
    similarity[t] = oks;
    taken.add(f);
  }
  return { partner, similarity };
}

/**
 * What became of each labelled joint of a true pose.
 *
 * @param found The pose that found it; undefined when none did.
 * @param truths Everybody labelled in the picture.
 * @param own Whose joints are asked about, an index into `truths`.
 * @returns J entries; undefined where nothing is labelled.
 */
export function diagnoseJoints(
  found: Pose | undefined,
  truths: readonly TruePose[],
  own: number,
  { sigmas, mirror }: { sigmas: readonly number[]; mirror: readonly number[] },
): (JointFault | undefined)[] {
  const truth = truths[own];
  const isAt = (pose: TruePose, j: number, of: number) => near(found as Pose, j, pose, of, sigmas[of]) >= AT;
  return sigmas.map((sigma, j) => {
    if (!(truth.joints[3 * j + 2] > 0)) return undefined;
    if (!found) return "unfound";
    const similarity = near(found, j, truth, j, sigma);
    if (similarity >= GOOD) return "good";
    if (similarity >= AT) return "jitter";
    if (mirror[j] !== j && isAt(truth, j, mirror[j])) return "inversion";
    const elsewhere = truths.some(
      (other, t) => t !== own && (isAt(other, j, j) || isAt(other, j, mirror[j])),
    );
    return elsewhere ? "swap" : "miss";
  });
}

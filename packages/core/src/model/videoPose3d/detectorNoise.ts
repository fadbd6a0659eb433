import type { Random } from "../../array/random.js";
import type { Floats } from "./sequence.js";

/** How a detector errs. Lengths are shares of the person's height in the picture. */
export interface DetectorNoise {
  /** Standard deviation of what changes from frame to frame, per coordinate. */
  jitter: number;
  /** Standard deviation of what wanders slowly: a joint placed beside its true place for a while. */
  drift: number;
  /** Frames in which the wandering forgets where it was (its correlation falls to 1/e). */
  driftFrames: number;
  /** Standard deviation of what never changes: the detector's own idea of where a joint is. */
  bias: number;
  /** Share of joints placed wrongly, and the standard deviation of those. */
  outliers: number;
  outlierSpread: number;
  /** Share of joints that aren't found; they are interpolated in time, as VideoPose3D does. */
  missing: number;
  /** Mean length of a gap in frames; 1 / (1 − missing), the least, makes every frame's loss independent. */
  missingFrames: number;
}

/** The noise of the held-out evaluation: σ = 1 % of the height, 10 % of the joints missing, each on its own. */
export const EVALUATION_NOISE: DetectorNoise = {
  jitter: 0.01,
  drift: 0,
  driftFrames: 1,
  bias: 0,
  outliers: 0,
  outlierSpread: 0,
  missing: 0.1,
  missingFrames: 1 / 0.9,
};

/**
 * A detector drawn for training: from nearly exact to poor, so that the lifter trusts its input as far as it deserves.
 */
export function drawDetectorNoise(random: Random): DetectorNoise {
  const quality = random.uniform();
  return {
    jitter: 0.001 + 0.011 * quality,
    drift: 0.008 * random.uniform() * quality,
    driftFrames: random.uniform(5, 40),
    bias: 0.015 * random.uniform(),
    outliers: 0.02 * random.uniform() * quality,
    outlierSpread: random.uniform(0.03, 0.15),
    missing: 0.15 * random.uniform() * quality,
    missingFrames: random.uniform(1.2, 6),
  };
}

/**
 * Keypoints as a detector might give them. Each joint goes its own way; gaps are closed by `interpolateGaps`.
 *
 * @param keypoints T×J×2, in any unit; may be `out`.
 * @param heights T, the person's height in each frame in that unit.
 * @returns `out`.
 */
export function addDetectorNoise<A extends Floats>(
  keypoints: ArrayLike<number>,
  heights: ArrayLike<number>,
  joints: number,
  noise: DetectorNoise,
  random: Random,
  out: A,
): A {
  const frames = heights.length;
  const lost = new Uint8Array(frames);
  const keep = Math.exp(-1 / noise.driftFrames);
  const renew = noise.drift * Math.sqrt(1 - keep * keep);
  for (let j = 0; j < joints; j++) {
    const biasX = random.normal(0, noise.bias);
    const biasY = random.normal(0, noise.bias);
    let driftX = random.normal(0, noise.drift);
    let driftY = random.normal(0, noise.drift);
    const last = drawGaps(lost, noise, random);
    for (let t = 0; t < frames; t++) {
      const at = (t * joints + j) * 2;
      const spread =
        noise.outliers > 0 && random.uniform() < noise.outliers ? noise.outlierSpread : noise.jitter;
      out[at] = keypoints[at] + heights[t] * (biasX + driftX + random.normal(0, spread));
      out[at + 1] = keypoints[at + 1] + heights[t] * (biasY + driftY + random.normal(0, spread));
      if (renew === 0) continue;
      driftX = keep * driftX + random.normal(0, renew);
      driftY = keep * driftY + random.normal(0, renew);
    }
    if (last >= 0) interpolateGaps(out, lost, joints, j);
  }
  return out;
}

/**
 * Draws in which frames a joint is lost (1) by a chain of two states with the wanted share and length of gaps.
 *
 * @returns The last lost frame, −1 if none.
 */
function drawGaps(lost: Uint8Array, { missing, missingFrames }: DetectorNoise, random: Random): number {
  lost.fill(0);
  if (!(missing > 0)) return -1;
  const end = 1 / missingFrames;
  const begin = Math.min(1, (end * missing) / (1 - missing));
  let last = -1;
  let gone = random.uniform() < missing;
  for (let t = 0; t < lost.length; t++) {
    if (gone) lost[(last = t)] = 1;
    gone = random.uniform() < (gone ? 1 - end : begin);
  }
  return last;
}

/**
 * Closes a joint's gaps linearly in time, each coordinate on its own, and constantly beyond its first and last
 * sighting, as `numpy.interp` does. A joint that is never seen keeps its values.
 *
 * @param keypoints T×J×2, changed.
 * @param lost T, 1 where the joint isn't seen.
 */
export function interpolateGaps(keypoints: Floats, lost: Uint8Array, joints: number, joint: number): void {
  const place = (t: number) => (t * joints + joint) * 2;
  let before = -1;
  for (let t = 0; t <= lost.length; t++) {
    if (t < lost.length && lost[t]) continue;
    const after = t < lost.length ? t : -1;
    for (let gap = before + 1; gap < t; gap++) {
      if (before < 0 && after < 0) return;
      const from = before < 0 ? after : before;
      const to = after < 0 ? before : after;
      const share = to === from ? 0 : (gap - from) / (to - from);
      for (let k = 0; k < 2; k++) {
        const start = keypoints[place(from) + k];
        keypoints[place(gap) + k] = start + share * (keypoints[place(to) + k] - start);
      }
    }
    before = t;
  }
}

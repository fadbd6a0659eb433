/** Lengths of a bone over time, in the unit of the joints; NaN when it is never seen. */
export interface BoneLength {
  mean: number;
  /** Of the population. */
  standardDeviation: number;
  /** Standard deviation / mean: how far the bone is from rigid. */
  variation: number;
  median: number;
}

/**
 * Length of each bone in each frame.
 *
 * @param poses T×J×3.
 * @param bones B pairs of joints.
 * @returns T×B; NaN where a joint is missing (NaN).
 */
export function boneLengths(
  poses: ArrayLike<number>,
  joints: number,
  bones: readonly (readonly [number, number])[],
): Float64Array {
  const frames = Math.floor(poses.length / (3 * joints));
  const lengths = new Float64Array(frames * bones.length);
  for (let t = 0, at = 0; t < frames; t++)
    for (const [from, to] of bones) {
      const a = 3 * (t * joints + from);
      const b = 3 * (t * joints + to);
      const dx = poses[b] - poses[a];
      const dy = poses[b + 1] - poses[a + 1];
      const dz = poses[b + 2] - poses[a + 2];
      lengths[at++] = Math.sqrt(dx * dx + dy * dy + dz * dz);
    }
  return lengths;
}

/**
 * How steady each bone's length is.
 *
 * @param lengths T×B from `boneLengths`; NaN is left out.
 * @param bones B.
 */
export function boneSteadiness(lengths: ArrayLike<number>, bones: number): BoneLength[] {
  return Array.from({ length: bones }, (_, bone) => {
    const seen: number[] = [];
    for (let i = bone; i < lengths.length; i += bones) if (!Number.isNaN(lengths[i])) seen.push(lengths[i]);
    seen.sort((a, b) => a - b);
    const half = seen.length >> 1;
    const mean = average(seen);
    const standardDeviation = Math.sqrt(average(seen.map((length) => (length - mean) ** 2)));
    const median = seen.length % 2 === 1 ? seen[half] : (seen[half - 1] + seen[half]) / 2;
    return { mean, standardDeviation, variation: standardDeviation / mean, median };
  });
}

/** Difference of a left and a right bone's mean lengths over their middle; 0 for a symmetric body. */
export function boneAsymmetry(left: BoneLength, right: BoneLength): number {
  return Math.abs(left.mean - right.mean) / ((left.mean + right.mean) / 2);
}

const average = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

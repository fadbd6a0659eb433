/**
 * Object keypoint similarity (COCO): `exp(−d² / (2 · area · (2σ)²))` averaged over joints; 1 for equal poses, near 0
 * for poses further apart than a person is large.
 */

/** A pose for comparison: J×3 numbers (x, y, confidence) in any typed array. */
export type Pose = ArrayLike<number>;

/**
 * OKS between two poses, neither of which is the truth: the mean of both areas scales the distance.
 *
 * @param sigmas J constants relative to √area, COCO's convention (`Skeleton.sigmas`).
 * @param visibility Average only joints whose confidence exceeds this in both poses. When absent, all joints that
 *   aren't NaN in either count.
 * @returns 0..1; 0 when no joint can be compared.
 */
export function poseOks(
  a: Pose,
  b: Pose,
  areaA: number,
  areaB: number,
  sigmas: readonly number[],
  visibility?: number,
): number {
  const area = (areaA + areaB) / 2 + Number.EPSILON;
  let sum = 0;
  let count = 0;
  for (let j = 0, i = 0; j < sigmas.length; j++, i += 3) {
    if (visibility !== undefined && !(a[i + 2] > visibility && b[i + 2] > visibility)) continue;
    const dx = a[i] - b[i];
    const dy = a[i + 1] - b[i + 1];
    const squared = dx * dx + dy * dy;
    if (Number.isNaN(squared)) continue;
    const sigma = 2 * sigmas[j];
    sum += Math.exp(-squared / (2 * sigma * sigma * area));
    count++;
  }
  return count === 0 ? 0 : sum / count;
}

/**
 * Area for OKS of a pose without a segment: 0.53 × its box (COCO's people fill about that share of theirs). The box is
 * the one given, or the extent of the joints whose confidence exceeds `visibility`.
 *
 * @returns Square pixels; 0 when there are fewer than two joints and no box.
 */
export function poseArea(
  pose: Pose,
  box?: readonly [number, number, number, number],
  visibility = 0,
): number {
  const [left, top, right, bottom] = box ?? extent(pose, visibility);
  return right > left && bottom > top ? 0.53 * (right - left) * (bottom - top) : 0;
}

/** Left, top, right, bottom of the joints whose confidence exceeds `visibility`, pixels; infinities when none does. */
export function extent(pose: Pose, visibility = 0): [number, number, number, number] {
  const box: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i + 2 < pose.length; i += 3) {
    if (!(pose[i + 2] > visibility) || Number.isNaN(pose[i]) || Number.isNaN(pose[i + 1])) continue;
    box[0] = Math.min(box[0], pose[i]);
    box[1] = Math.min(box[1], pose[i + 1]);
    box[2] = Math.max(box[2], pose[i]);
    box[3] = Math.max(box[3], pose[i + 1]);
  }
  return box;
}

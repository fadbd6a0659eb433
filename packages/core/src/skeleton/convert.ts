import type { Skeleton } from "./skeleton.js";

/** How a joint of the target layout follows from the source layout. */
export interface JointSource {
  /** `exact`: the same joint; `interpolated`: a weighted mean of others; `absent`: can't be had. */
  kind: "exact" | "interpolated" | "absent";
  /** Source joint indices and weights that sum to 1; empty when absent. */
  terms: readonly (readonly [joint: number, weight: number])[];
}

/** A joint as a weighted mean of others; tried in order until all of a rule's joints can be had. */
const rules: Record<string, readonly (readonly (readonly [string, number])[])[]> = {
  pelvis: [
    [
      ["left_hip", 0.5],
      ["right_hip", 0.5],
    ],
  ],
  neck: [
    [["thorax", 1]],
    [
      ["left_shoulder", 0.5],
      ["right_shoulder", 0.5],
    ],
  ],
  thorax: [
    [
      ["left_shoulder", 0.5],
      ["right_shoulder", 0.5],
    ],
    [["neck", 1]],
  ],
  spine: [
    [
      ["pelvis", 0.5],
      ["thorax", 0.5],
    ],
  ],
  head: [
    [
      ["left_ear", 0.5],
      ["right_ear", 0.5],
    ],
    [
      ["upper_neck", 0.5],
      ["head_top", 0.5],
    ],
    [["nose", 1]],
  ],
  chest: [
    [
      ["pelvis", 0.5],
      ["thorax", 0.5],
    ],
  ],
  belly: [[["spine", 1]]],
  // The tip of the nose, and the roots of hands at the wrists, in layouts of whole bodies.
  nose: [[["face_30", 1]]],
  left_hand_root: [[["left_wrist", 1]]],
  right_hand_root: [[["right_wrist", 1]]],
  left_wrist: [[["left_hand_root", 1]]],
  right_wrist: [[["right_hand_root", 1]]],
  upper_neck: [
    // The base of the skull lies about half-way from the line of the shoulders to that of the ears.
    [
      ["thorax", 0.5],
      ["left_ear", 0.25],
      ["right_ear", 0.25],
    ],
    [
      ["thorax", 0.6],
      ["head_top", 0.4],
    ],
  ],
};

/**
 * Says for each joint of `to` how it follows from the joints of `from`: exactly (by name), as a mean of others, or
 * not at all.
 *
 * @returns One entry per joint of `to`.
 */
export function convertSkeleton(from: Skeleton, to: Skeleton): JointSource[] {
  const index = new Map(from.joints.map((joint, i) => [joint, i]));
  return to.joints.map((joint) => {
    const exact = index.get(joint);
    if (exact !== undefined) return { kind: "exact", terms: [[exact, 1]] };
    const terms = resolve(joint, index, new Set());
    return terms ? { kind: "interpolated", terms } : { kind: "absent", terms: [] };
  });
}

/** The terms of a joint, or undefined; `open` holds the joints being resolved, so that rules can't go in circles. */
function resolve(
  joint: string,
  index: ReadonlyMap<string, number>,
  open: ReadonlySet<string>,
): [number, number][] | undefined {
  const exact = index.get(joint);
  if (exact !== undefined) return [[exact, 1]];
  if (open.has(joint)) return undefined;
  const deeper = new Set([...open, joint]);
  for (const rule of rules[joint] ?? []) {
    const parts = rule.map(([name, weight]) =>
      resolve(name, index, deeper)?.map(([i, w]): [number, number] => [i, w * weight]),
    );
    if (parts.every((part) => part !== undefined)) return merge(parts.flat());
  }
  return undefined;
}

function merge(terms: readonly [number, number][]): [number, number][] {
  const sums = new Map<number, number>();
  for (const [i, w] of terms) sums.set(i, (sums.get(i) ?? 0) + w);
  return [...sums];
}

/**
 * Applies a conversion to one pose; a joint is missing (NaN) where one of its sources is.
 *
 * @param joints J×`width` values of the source pose.
 * @param width Values per joint: 3 for positions; with `confidence`, the last is one and becomes the lowest of the
 *   sources (0 where missing).
 * @param out J'×`width`, written.
 */
export function convertPose(
  sources: readonly JointSource[],
  joints: ArrayLike<number>,
  width: number,
  confidence: boolean,
  out: Float32Array | Float64Array,
): void {
  const means = confidence ? width - 1 : width;
  sources.forEach(({ terms }, target) => {
    const o = target * width;
    for (let k = 0; k < means; k++) {
      out[o + k] = terms.length === 0 ? NaN : 0;
      for (const [i, weight] of terms) out[o + k] += weight * joints[i * width + k];
    }
    if (!confidence) return;
    out[o + means] = terms.length === 0 ? 0 : Infinity;
    for (const [i] of terms) out[o + means] = Math.min(out[o + means], joints[i * width + means]);
    if (Number.isNaN(out[o])) out[o + means] = 0;
  });
}

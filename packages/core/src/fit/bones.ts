import type { Skeleton } from "../skeleton/skeleton.js";

/** Two joints whose distance hardly changes. */
export interface BodyBone {
  /** Joint indices. */
  readonly a: number;
  readonly b: number;
  /** How many times more than in a limb the distance may vary. */
  readonly softness: number;
  /** Index of the same bone of the other side in the list, or its own. */
  readonly mirror: number;
}

/**
 * Pairs of joints and how much softer than a limb they are. The right side follows from the left. Shoulders move
 * against the neck; what is called a wrist or an ear is a spot on the skin. Hips to shoulders or to the neck were tried,
 * however soft: 3 % worse on simulated people, since spines bend slowly.
 */
const table: readonly (readonly [string, string, number])[] = [
  ["left_hip", "left_knee", 1],
  ["left_knee", "left_ankle", 1],
  ["left_shoulder", "left_elbow", 1],
  ["left_elbow", "left_wrist", 1],
  ["left_hip", "right_hip", 1],
  ["left_shoulder", "right_shoulder", 2],
  ["pelvis", "left_hip", 1],
  ["upper_neck", "left_shoulder", 2],
  ["neck", "left_shoulder", 1.5],
  ["thorax", "left_shoulder", 1.5],
  ["upper_neck", "head_top", 1],
  ["neck", "head_top", 2],
  ["thorax", "upper_neck", 2],
  ["upper_neck", "nose", 2],
  ["nose", "left_eye", 1],
  ["nose", "left_ear", 1],
  ["left_eye", "left_ear", 1],
  ["left_eye", "right_eye", 1],
  ["left_ear", "right_ear", 1],
  ["left_mouth", "right_mouth", 2],
  ["nose", "left_mouth", 2],
  ["nose", "left_eye_inner", 1],
  ["left_eye", "left_eye_inner", 1],
  ["left_eye", "left_eye_outer", 1],
  ["left_eye_outer", "left_ear", 1],
  ["left_ankle", "left_heel", 1],
  ["left_ankle", "left_big_toe", 1],
  ["left_ankle", "left_small_toe", 1],
  ["left_heel", "left_big_toe", 1],
  ["left_heel", "left_small_toe", 1],
  ["left_big_toe", "left_small_toe", 1],
  ["left_wrist", "left_index", 2],
  ["left_wrist", "left_pinky", 2],
  ["left_wrist", "left_thumb", 2],
  ["left_index", "left_pinky", 2],
];

/** The bones of which a skeleton has both ends; found by joint names, so any layout will do. */
export function bonesOf({ joints, mirror }: Skeleton): BodyBone[] {
  const pairs = new Map<string, { a: number; b: number; softness: number }>();
  const key = (a: number, b: number) => `${Math.min(a, b)} ${Math.max(a, b)}`;
  for (const [first, second, softness] of table) {
    const a = joints.indexOf(first);
    const b = joints.indexOf(second);
    if (a < 0 || b < 0) continue;
    pairs.set(key(a, b), { a, b, softness });
    pairs.set(key(mirror[a], mirror[b]), { a: mirror[a], b: mirror[b], softness });
  }
  const keys = [...pairs.keys()];
  return [...pairs.values()].map((pair) => ({
    ...pair,
    mirror: keys.indexOf(key(mirror[pair.a], mirror[pair.b])),
  }));
}

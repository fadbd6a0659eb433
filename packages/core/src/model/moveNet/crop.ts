import { extent } from "../../metric/oks.js";
import type { Detection } from "../../motion/keypoints.js";

/** A square of a picture, pixels. */
export interface Square {
  centre: readonly [number, number];
  size: number;
}

export interface SquareOptions {
  /** How much larger than the person (default 1.25). */
  margin?: number;
  /** Joints with less confidence don't widen it (default 0.2). */
  confidence?: number;
}

/**
 * The square to show a single-person network: around the union of a person's box and joints, widened.
 *
 * @returns undefined when the person has neither a box nor two joints that stand apart.
 */
export function squareAround(
  { box, joints }: Detection,
  { margin = 1.25, confidence = 0.2 }: SquareOptions = {},
): Square | undefined {
  const union = extent(joints, confidence);
  if (box) {
    union[0] = Math.min(union[0], box[0]);
    union[1] = Math.min(union[1], box[1]);
    union[2] = Math.max(union[2], box[2]);
    union[3] = Math.max(union[3], box[3]);
  }
  const [left, top, right, bottom] = union;
  const size = margin * Math.max(right - left, bottom - top);
  if (!(size > 0 && size < Infinity)) return undefined;
  return { centre: [(left + right) / 2, (top + bottom) / 2], size };
}

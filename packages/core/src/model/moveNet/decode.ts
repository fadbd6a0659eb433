import type { Affine } from "../../image/warp.js";
import type { Detection } from "../../motion/keypoints.js";

const joints = 17;
/** A row of the multi-pose output: joints (y, x, score), box (top, left, bottom, right), score of the person. */
const row = 3 * joints + 5;

/** Size of the picture that the network was shown, pixels. */
export interface InputSize {
  width: number;
  height: number;
}

/**
 * Reads the output of MoveNet multi-pose.
 *
 * @param raw [N, 56], coordinates relative to the input: 0 is its left or top edge, 1 the other edge.
 * @param toPicture Takes pixels of the input to pixels of the picture it was made from (pixel centres at whole
 *   numbers in both).
 * @param minScore People with a lower score are left out; the network always gives 6 rows.
 * @returns In order of rows. Joints in COCO's order; all are given, however low their confidence.
 */
export function decodeMultiPose(
  raw: ArrayLike<number>,
  input: InputSize,
  toPicture: Affine,
  minScore: number,
): Detection[] {
  const people: Detection[] = [];
  for (let o = 0; o + row <= raw.length; o += row) {
    const score = raw[o + row - 1];
    if (!(score >= minScore)) continue;
    const b = o + 3 * joints;
    const [left, top] = place(raw[b + 1], raw[b], input, toPicture);
    const [right, bottom] = place(raw[b + 3], raw[b + 2], input, toPicture);
    people.push({ box: [left, top, right, bottom], score, joints: decodeJoints(raw, o, input, toPicture) });
  }
  return people;
}

/**
 * Reads the output of MoveNet lightning or thunder, which place the joints of one person whether there is one or not:
 * the score, the mean confidence of the joints, tells.
 *
 * @param raw [17, 3]: y, x relative to the input, confidence.
 * @param toPicture As in `decodeMultiPose`.
 */
export function decodeSinglePose(raw: ArrayLike<number>, input: InputSize, toPicture: Affine): Detection {
  const placed = decodeJoints(raw, 0, input, toPicture);
  let score = 0;
  for (let i = 2; i < placed.length; i += 3) score += placed[i] / joints;
  return { score, joints: placed };
}

function decodeJoints(
  raw: ArrayLike<number>,
  from: number,
  input: InputSize,
  toPicture: Affine,
): Float32Array {
  const placed = new Float32Array(3 * joints);
  for (let i = 0; i < placed.length; i += 3) {
    const [x, y] = place(raw[from + i + 1], raw[from + i], input, toPicture);
    placed[i] = x;
    placed[i + 1] = y;
    placed[i + 2] = Math.max(0, Math.min(1, raw[from + i + 2]));
  }
  return placed;
}

/** Relative coordinates → pixels of the input (its edge lies half a pixel before the first centre) → the picture. */
function place(u: number, v: number, { width, height }: InputSize, m: Affine): [number, number] {
  const x = u * width - 0.5;
  const y = v * height - 0.5;
  return [m[0] * x + m[1] * y + m[2], m[3] * x + m[4] * y + m[5]];
}

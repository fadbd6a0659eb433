import type { Random } from "../../array/random.js";
import { MareyError } from "../../error.js";
import type { UpAxis } from "../../motion/motion.js";
import { h36m17 } from "../../skeleton/layouts.js";
import { flipPoses } from "./flip.js";
import { LIFTED_JOINTS, type MotionClip } from "./sequence.js";

/** The clip of the same person in a mirror that stands in the world's plane x = 0; left and right exchange names. */
export function mirrorClip(clip: MotionClip): MotionClip {
  const positions = flipPoses(clip.positions, h36m17.mirror, 3, new Float32Array(clip.positions.length));
  return { ...clip, positions };
}

/** The clip turned about the upright axis through the origin, radians; seen from above, counter-clockwise. */
export function turnClip(clip: MotionClip, angle: number): MotionClip {
  const [u, v] = horizontalAxes(clip.up);
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  const positions = clip.positions.slice();
  for (let i = 0; i < positions.length; i += 3) {
    const [a, b] = [positions[i + u], positions[i + v]];
    positions[i + u] = c * a - s * b;
    positions[i + v] = s * a + c * b;
  }
  return { ...clip, positions };
}

/** The horizontal axes, so that with the upright one they are right-handed. */
const horizontalAxes = (up: UpAxis) => (up === "y" ? [2, 0] : [0, 1]) as readonly [number, number];

/**
 * Joints whose bones from their parents change together, so that both sides stay alike, and how much more than others.
 * Where detectors put shoulders and the head differs far more from motion capture than people differ: shoulders lie a
 * fifth nearer to each other.
 */
const BONE_GROUPS: readonly { joints: readonly number[]; variety: number }[] = [
  { joints: [1, 4], variety: 1.5 }, // hips
  { joints: [2, 5], variety: 1 }, // thighs
  { joints: [3, 6], variety: 1 }, // shanks
  { joints: [7], variety: 1 }, // lower trunk
  { joints: [8], variety: 1 }, // chest
  { joints: [9], variety: 2 }, // neck
  { joints: [10], variety: 2 }, // head
  { joints: [11, 14], variety: 2 }, // shoulders
  { joints: [12, 15], variety: 1 }, // upper arms
  { joints: [13, 16], variety: 1 }, // forearms
];

/** How much people differ: standard deviations of the logarithm of their sizes. */
export interface BoneVariety {
  /** Of the whole person. */
  size: number;
  /** Of each kind of bone beside that. */
  bones: number;
}

/**
 * Less than people vary (statures by 4 % or 5 %): one camera can't tell a small person nearby from a tall one far off, so
 * more variety only blurs the answer. Measured on CMU (2,000 steps, 128 channels): 0.07 and 0.05 leave 47.5 mm, 0.02 and
 * 0.03 leave 46.0 mm.
 */
export const BONE_VARIETY: BoneVariety = { size: 0.025, bones: 0.03 };

/**
 * Random factors for the bones of a person, the same left and right.
 *
 * @returns 17: the factor of each joint's bone to its parent; element 0 that of the whole person.
 */
export function drawBoneScales(random: Random, { size, bones }: BoneVariety = BONE_VARIETY): Float64Array {
  const scales = new Float64Array(LIFTED_JOINTS);
  const whole = Math.exp(random.normal(0, size));
  scales[0] = whole;
  for (const { joints, variety } of BONE_GROUPS) {
    const scale = whole * Math.exp(random.normal(0, variety * bones));
    for (const joint of joints) scales[joint] = scale;
  }
  return scales;
}

/**
 * A clip of somebody with other proportions who moves alike: every bone keeps its direction. The root's path is scaled
 * as the legs are, so that feet stay on the floor and slide as little as they can.
 *
 * @param scales 17, as `drawBoneScales` gives them; element 0 plays no part.
 * @param out T×17×3; a new array when absent. May be the clip's positions.
 */
export function scaleBones(
  positions: Float32Array,
  scales: ArrayLike<number>,
  out: Float32Array = new Float32Array(positions.length),
): Float32Array {
  const { parents } = h36m17;
  const pose = LIFTED_JOINTS * 3;
  const legs = (scales[2] + scales[3] + scales[5] + scales[6]) / 4;
  const source = new Float64Array(pose);
  for (let t = 0; t + pose <= positions.length; t += pose) {
    for (let i = 0; i < pose; i++) source[i] = positions[t + i];
    for (let k = 0; k < 3; k++) out[t + k] = source[k] * legs;
    // Parents stand before their children in this layout.
    for (let j = 1; j < LIFTED_JOINTS; j++) {
      const parent = parents[j] * 3;
      for (let k = 0; k < 3; k++)
        out[t + j * 3 + k] = out[t + parent + k] + scales[j] * (source[j * 3 + k] - source[parent + k]);
    }
  }
  return out;
}

/**
 * Frames played `speed` times as fast, at the same frame rate: values between frames by the cubic through their
 * neighbours (Catmull and Rom 1974), which keeps speeds continuous. A change of frame rate is a speed too, from / to.
 *
 * @param values T×width: positions or keypoints.
 * @returns T'×width with T' = floor((T − 1) / speed) + 1.
 * @throws MareyError `LIFT_SPEED` for a speed that is not positive.
 */
export function resample(values: Float32Array, width: number, speed: number): Float32Array {
  if (!(speed > 0))
    throw new MareyError("LIFT_SPEED", "resample", `the speed is ${speed}`, "Pass a positive factor");
  const frames = values.length / width;
  if (frames < 2) return values.slice();
  const count = Math.floor((frames - 1) / speed + 1e-9) + 1;
  const out = new Float32Array(count * width);
  for (let n = 0; n < count; n++) {
    const time = Math.min(n * speed, frames - 1);
    const frame = Math.min(Math.floor(time), frames - 2);
    const s = time - frame;
    const a = 0.5 * s * (s * (2 - s) - 1);
    const b = 0.5 * (s * s * (3 * s - 5) + 2);
    const c = 0.5 * s * (s * (4 - 3 * s) + 1);
    const d = 0.5 * s * s * (s - 1);
    const p1 = frame * width;
    const p2 = p1 + width;
    const p0 = frame > 0 ? p1 - width : p1;
    const p3 = frame + 2 < frames ? p2 + width : p2;
    for (let i = 0; i < width; i++)
      out[n * width + i] = a * values[p0 + i] + b * values[p1 + i] + c * values[p2 + i] + d * values[p3 + i];
  }
  return out;
}

/** Thigh, shank and trunk as a share of the height (Drillis and Contini, as given by Winter). */
const HEIGHT_SHARE = 0.245 + 0.246 + 0.288;

/** Bones of the height; each leg counts half. */
const HEIGHT_BONES = [
  [2, 0.5],
  [3, 0.5],
  [5, 0.5],
  [6, 0.5],
  [7, 1],
  [8, 1],
] as const;

/**
 * How tall somebody is, metres, from the lengths of legs and trunk. Neck and head are left out: what data sets call the
 * head's joint lies anywhere between the ears and the crown. Gives 1.69 m for Pose2Sim's subject of 1.72 m.
 *
 * @param positions T×17×3; means over the frames are taken.
 */
export function bodyHeight(positions: ArrayLike<number>): number {
  const { parents } = h36m17;
  const frames = positions.length / (LIFTED_JOINTS * 3);
  let sum = 0;
  for (const [joint, share] of HEIGHT_BONES)
    for (let t = 0; t < frames; t++) {
      const a = (t * LIFTED_JOINTS + joint) * 3;
      const b = (t * LIFTED_JOINTS + parents[joint]) * 3;
      const x = positions[a] - positions[b];
      const y = positions[a + 1] - positions[b + 1];
      const z = positions[a + 2] - positions[b + 2];
      sum += share * Math.sqrt(x * x + y * y + z * z);
    }
  return sum / frames / HEIGHT_SHARE;
}

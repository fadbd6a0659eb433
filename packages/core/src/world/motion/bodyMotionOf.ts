import { unit } from "../../array/matrix.js";
import { smplJoints } from "../../body/jointNames.js";
import type { Motion } from "../../motion/motion.js";
import { convertPose, convertSkeleton } from "../../skeleton/convert.js";
import { skeleton } from "../../skeleton/skeleton.js";
import type { BodyMotion } from "./bodyMotion.js";
import type { Captured } from "./captured.js";
import { type Figure, JOINT } from "./figure.js";
import { frameTurn } from "./limb.js";
import { type RetargetOptions, retarget } from "./retarget.js";

/** What of a joint layout says how a body is held; those that a layout hasn't follow from others, or stay unknown. */
const SOURCE = [
  ...["left_hip", "right_hip", "left_knee", "right_knee", "left_ankle", "right_ankle", "left_shoulder"],
  ...[
    "right_shoulder",
    "left_elbow",
    "right_elbow",
    "left_wrist",
    "right_wrist",
    "left_big_toe",
    "right_big_toe",
  ],
  ...[
    "left_small_toe",
    "right_small_toe",
    "spine",
    "upper_neck",
    "head_top",
    "nose",
    "left_ear",
    "right_ear",
  ],
] as const;
type SourceJoint = (typeof SOURCE)[number];

const wanted = skeleton(
  "posture",
  SOURCE.map((joint) => [joint, null, 0.1] as const),
);

/**
 * The motion of a body that holds itself as someone's joints do: any layout with shoulders, elbows, wrists, hips, knees
 * and ankles. What joints alone can't tell (turn of the forearms, feet without toes) is as is usual. Gaps are bridged.
 *
 * @param person Index into `motion.people`.
 * @throws MareyError `RETARGET_EMPTY` when there are no legs.
 */
export function bodyMotionOf(
  motion: Motion,
  person: number,
  figure: Figure,
  options: RetargetOptions = {},
): BodyMotion {
  return retarget(capturedMotion(motion, person, figure), figure, options);
}

/** A motion's joints as a capture. */
function capturedMotion(motion: Motion, person: number, figure: Figure): Captured {
  const { frameCount: frames, frameRate, up } = motion;
  const sources = convertSkeleton(motion.skeleton, wanted);
  const count = motion.skeleton.joints.length;
  const { positions } = motion.people[person];
  const tracks = new Float64Array(frames * SOURCE.length * 3);
  for (let t = 0; t < frames; t++) {
    const pose = positions.subarray(t * count * 3, (t + 1) * count * 3);
    const row = tracks.subarray(t * SOURCE.length * 3, (t + 1) * SOURCE.length * 3);
    convertPose(sources, pose, 3, false, row);
    if (up === "z") for (let i = 0; i < row.length; i += 3) row.set([row[i], row[i + 2], -row[i + 1]], i);
  }
  bridge(tracks, SOURCE.length * 3);
  const spine = motion.skeleton.joints.includes("spine");
  return fromTracks(tracks, frames, frameRate, figure, spine);
}

function fromTracks(
  tracks: Float64Array,
  frames: number,
  frameRate: number,
  figure: Figure,
  spine: boolean,
): Captured {
  const points = new Float64Array(frames * 72).fill(NaN);
  const turns = new Float64Array(frames * 216).fill(NaN);
  const width = SOURCE.length * 3;
  for (let t = 0; t < frames; t++) {
    const of = (joint: SourceJoint) => {
      const at = t * width + 3 * SOURCE.indexOf(joint);
      return tracks.subarray(at, at + 3);
    };
    SOURCE.slice(0, 12).forEach((joint) => {
      points.set(of(joint), 72 * t + 3 * smplJoints.indexOf(joint));
    });
    for (const side of ["left", "right"] as const) {
      const toes = mean(of(`${side}_big_toe`), of(`${side}_small_toe`));
      const foot = 72 * t + 3 * smplJoints.indexOf(`${side}_foot`);
      // Toes end further than the ball of the foot, and at the same height.
      if (!Number.isNaN(toes[0])) points.set(toes, foot);
    }
    if (spine) points.set(of("spine"), 72 * t + 3 * JOINT.spine2);
    const head = headOf(of, figure);
    if (head) turns.set(head, 216 * t + 9 * JOINT.head);
  }
  return { frameRate, frames, points, turns };
}

const mean = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Float64Array.from({ length: 3 }, (_, k) => (a[k] + b[k]) / 2);
const minus = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Float64Array.from({ length: 3 }, (_, k) => a[k] - b[k]);

/** How a mean head holds its nose: forwards and a little down from the ears; its crown: above the neck. */
const NOSE = [0, -0.247, 0.969];
const CROWN = [0, 0.99, 0.1];

/** The head by ears and nose, or by its crown and the shoulders; undefined without either. */
function headOf(of: (joint: SourceJoint) => Float64Array, _figure: Figure): Float64Array | undefined {
  const ears = minus(of("left_ear"), of("right_ear"));
  const nose = minus(of("nose"), mean(of("left_ear"), of("right_ear")));
  if (!Number.isNaN(nose[0] + ears[0])) return frameTurn(NOSE, [1, 0, 0], unit(nose), ears);
  const crown = minus(of("head_top"), of("upper_neck"));
  const shoulders = minus(of("left_shoulder"), of("right_shoulder"));
  if (Number.isNaN(crown[0] + shoulders[0])) return undefined;
  return frameTurn(CROWN, [1, 0, 0], unit(crown), shoulders);
}

/** Fills gaps of each column along straight lines; before the first and after the last value it stays. */
function bridge(tracks: Float64Array, width: number): void {
  const frames = tracks.length / width;
  for (let c = 0; c < width; c++) {
    let last = -1;
    for (let t = 0; t <= frames; t++) {
      if (t < frames && Number.isNaN(tracks[t * width + c])) continue;
      for (let g = last + 1; g < t; g++) {
        const a = last < 0 ? NaN : tracks[last * width + c];
        const b = t === frames ? NaN : tracks[t * width + c];
        const u = (g - last) / (t - last);
        tracks[g * width + c] = Number.isNaN(a) ? b : Number.isNaN(b) ? a : a + u * (b - a);
      }
      last = t;
    }
  }
}

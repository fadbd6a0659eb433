import { h36m17 } from "../../skeleton/layouts.js";
import type { Skeleton } from "../../skeleton/skeleton.js";
import { DETECTED_JOINTS, seenJoints } from "./lifterInput.js";
import { LIFTED_JOINTS } from "./sequence.js";

/** A run of frames in which a person was seen, but for short breaks. */
export interface Stretch {
  start: number;
  /** The frame after the last. */
  end: number;
  /** Frames of it in which enough of the person was seen. */
  seen: number;
}

export interface StretchOptions {
  /** Hz. */
  frameRate: number;
  /** Seconds without the person that are bridged, 1 when absent: beyond, what they did can't be told. */
  longestGap?: number;
  /** Confidence below which a joint counts as missing, 0.2 when absent. */
  threshold?: number;
}

/** Seconds over which interpolation between two sightings still says something of a movement. */
export const LONGEST_GAP = 1;

const HIPS = ["left_hip", "right_hip"].map((name) => h36m17.joints.indexOf(name));
const SHOULDERS = ["left_shoulder", "right_shoulder"].map((name) => h36m17.joints.indexOf(name));

/**
 * The stretches of a track in which enough of a person is seen to lift them: a hip, a shoulder and half of the limbs'
 * joints. Each begins and ends with such a frame.
 *
 * @param data T×J×3: x, y in pixels, confidence; NaN where missing.
 * @throws MareyError `LIFT_LAYOUT`.
 */
export function seenStretches(
  data: Float32Array,
  skeleton: Skeleton,
  { frameRate, longestGap = LONGEST_GAP, threshold }: StretchOptions,
): Stretch[] {
  const keypoints = seenJoints(data, skeleton, threshold);
  const frames = keypoints.length / (LIFTED_JOINTS * 2);
  const stretches: Stretch[] = [];
  for (let t = 0; t < frames; t++) {
    if (!isEnough(keypoints, t)) continue;
    const last = stretches.at(-1);
    if (last && t - last.end <= longestGap * frameRate) {
      last.end = t + 1;
      last.seen++;
    } else stretches.push({ start: t, end: t + 1, seen: 1 });
  }
  return stretches;
}

function isEnough(keypoints: Float32Array, frame: number): boolean {
  const isSeen = (j: number) => !Number.isNaN(keypoints[(frame * LIFTED_JOINTS + j) * 2]);
  let seen = 0;
  for (const j of DETECTED_JOINTS) if (isSeen(j)) seen++;
  return 2 * seen >= DETECTED_JOINTS.length && HIPS.some(isSeen) && SHOULDERS.some(isSeen);
}

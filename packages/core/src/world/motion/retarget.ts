import { MareyError } from "../../error.js";
import type { BodyMotion } from "./bodyMotion.js";
import { type Captured, cutCaptured } from "./captured.js";
import { type Figure, JOINT, SIDES } from "./figure.js";
import { planted } from "./plant.js";
import { worldTurns } from "./worldTurns.js";

export interface RetargetOptions {
  /** Frames of the source, [from, to); all when absent. */
  from?: number;
  to?: number;
  /** Hz of the result; the source's when absent. */
  frameRate?: number;
}

/**
 * Gives a captured motion to a body: limbs take the source's directions, ways are scaled by the length of the legs, feet
 * stand still on the floor while they are planted.
 *
 * @throws MareyError `RETARGET_EMPTY` when hips, knees or ankles are missing in the source.
 */
export function retarget(captured: Captured, figure: Figure, options: RetargetOptions = {}): BodyMotion {
  const { from = 0, to = captured.frames, frameRate = captured.frameRate } = options;
  const source = cutCaptured(captured, from, to, frameRate);
  const scale = figure.leg / legOf(captured);
  const turns = worldTurns(source, figure);
  const pelvis = new Float64Array(source.frames * 3);
  const restHips = [0, 1, 2].map(
    (k) => (figure.rest[3 * JOINT.leftHip + k] + figure.rest[3 * JOINT.rightHip + k]) / 2 - figure.rest[k],
  );
  for (let t = 0; t < source.frames; t++) {
    const R = turns.subarray(216 * t, 216 * t + 9);
    for (let k = 0; k < 3; k++) {
      const hips = (source.points[72 * t + 3 + k] + source.points[72 * t + 6 + k]) / 2;
      const up = R[3 * k] * restHips[0] + R[3 * k + 1] * restHips[1] + R[3 * k + 2] * restHips[2];
      pelvis[3 * t + k] = scale * hips - up;
    }
  }
  return planted(figure, turns, pelvis, frameRate);
}

/** The source's leg, in its unit: the mean of thigh and shank over both sides. */
function legOf({ points, frames }: Captured): number {
  let sum = 0;
  let count = 0;
  for (let t = 0; t < frames; t++)
    for (const { hip, knee, ankle } of SIDES) {
      const length = (a: number, b: number) =>
        Math.hypot(...[0, 1, 2].map((k) => points[72 * t + 3 * a + k] - points[72 * t + 3 * b + k]));
      const leg = length(hip, knee) + length(knee, ankle);
      if (!(leg > 0)) continue;
      sum += leg;
      count++;
    }
  if (count > 0) return sum / count;
  throw new MareyError(
    "RETARGET_EMPTY",
    "retarget",
    "no frame has hips, knees and ankles",
    "Fill gaps first, or use a layout with legs",
  );
}

import type { Keypoints } from "@marey/core/motion";
import type { PersonQuality } from "../session/summary.js";
import type { CameraChoice } from "./camera.js";
import type { Skipped } from "./people.js";

/** Share of joints that were interpolated, of frames without the person, and by which limbs vary, that deserve a word. */
const MANY_INFERRED = 0.2;
const MANY_MISSING = 0.2;
const MUCH_VARIATION = 0.2;
/** So many skipped people are named one by one. */
const NAMED = 3;

/** What should be done about a lift, in sentences, most important first. */
export function liftAdvice(
  { focal, calibration }: CameraChoice,
  keypoints: Keypoints,
  assumedRate: boolean,
  people: readonly PersonQuality[],
  skipped: readonly Skipped[],
): string[] {
  const advice: string[] = [];
  if (assumedRate)
    advice.push(
      `The input doesn't say its frame rate: ${keypoints.frameRate} Hz is assumed. Pass --frame-rate.`,
    );
  if (keypoints.times)
    advice.push(
      `The frames are not evenly spaced, but the motion takes them so, at ${Number(keypoints.frameRate.toFixed(2))} Hz: convert the video to a constant frame rate first.`,
    );
  if (focal === undefined && calibration === undefined)
    advice.push(
      "The focal length was guessed, so distances from the camera may be wrong by a constant factor: pass --focal or --calibration.",
    );
  for (const { firstFrame, lastFrame, reason } of skipped.slice(0, NAMED))
    advice.push(
      `Somebody in frames ${firstFrame} to ${lastFrame} was left out: ${reason}. A lift needs the whole body.`,
    );
  if (skipped.length > NAMED) advice.push(`${skipped.length - NAMED} more were left out.`);
  return [...advice, ...people.flatMap((person) => personAdvice(person))];
}

function personAdvice({
  number,
  states,
  frames,
  firstFrame,
  lastFrame,
  boneVariation,
}: PersonQuality): string[] {
  const advice: string[] = [];
  const percent = (share: number) => `${Math.round(100 * share)} %`;
  const inferred = states.inferred / (states.visible + states.inferred);
  const away = lastFrame - firstFrame + 1 - frames;
  if (inferred > MANY_INFERRED)
    advice.push(`Person ${number}: ${percent(inferred)} of the joints were not seen and were interpolated.`);
  if (away > MANY_MISSING * (lastFrame - firstFrame + 1))
    advice.push(
      `Person ${number} is missing in ${away} frames between the first and the last: too little of the body was seen there.`,
    );
  if (boneVariation > MUCH_VARIATION)
    advice.push(
      `Person ${number}'s limbs vary by ${percent(boneVariation)}: look at marey detect INPUT --overlay for limbs that the detector confuses.`,
    );
  return advice;
}

import type { Camera } from "../../camera/camera.js";
import { distortionCoefficients, undistortPoint } from "../../camera/distortion.js";
import type { KeypointTrack } from "../../motion/keypoints.js";
import type { Skeleton } from "../../skeleton/skeleton.js";
import { resample } from "./augment.js";
import { cameraVector, normaliseScreen } from "./camera.js";
import { canonicalView, turnPoses } from "./canonical.js";
import type { Lifter } from "./infer.js";
import { lifterInput } from "./lifterInput.js";
import { LIFTED_JOINTS } from "./sequence.js";
import type { LiftedPerson } from "./world.js";

export interface LiftTrackOptions {
  /** Hz of the track. */
  frameRate: number;
  /** Hz of what the lifter was trained on: the track is played at this rate and the poses are brought back. */
  lifterRate: number;
  /** What the lifter takes: keypoints on the screen as in the paper, or as a camera sees them that looks at the person. */
  input: LifterInput;
  /** Confidence below which a joint counts as missing, 0.2 when absent. */
  threshold?: number;
  progress?(done: number, total: number): void;
}

/** What a lifter was trained on: see `normaliseScreen` and `canonicalView`. */
export type LifterInput = "screen" | "canonical";

/** Frame rates that differ by no more than this share count as the same. */
const SAME_RATE = 0.05;

/**
 * Lifts one person whom one camera saw.
 *
 * @param track T×J×3 in pixels, from the person's first frame to the last; gaps are interpolated.
 * @param camera Its intrinsics; the place doesn't matter. Keypoints are undistorted first.
 * @returns T×17×3, metres from the root, camera axes, with the keypoints it was made from.
 * @throws MareyError those of `lifterInput`.
 */
export async function liftTrack(
  lifter: Lifter,
  { id, data }: Pick<KeypointTrack, "id" | "data">,
  skeleton: Skeleton,
  camera: Camera,
  options: LiftTrackOptions,
): Promise<LiftedPerson> {
  const { frameRate, lifterRate, input, threshold, progress } = options;
  const { keypoints: pixels, measured } = lifterInput(data, skeleton, threshold);
  const frames = measured.length / LIFTED_JOINTS;
  undistort(pixels, camera);
  const keypoints = normaliseScreen(pixels, camera.width, camera.height, pixels);
  const speed = frameRate / lifterRate;
  const alike = Math.abs(speed - 1) <= SAME_RATE;
  const played = alike ? keypoints : resample(keypoints, LIFTED_JOINTS * 2, speed);
  const total = played.length / (LIFTED_JOINTS * 2);
  const pinhole = cameraVector({ ...camera, distortion: [] });
  const lifted = await liftKeypoints(lifter, input, played, pinhole, (done) => progress?.(done, total));
  const poses = alike ? lifted : resampleTo(lifted, LIFTED_JOINTS * 3, 1 / speed, frames);
  return { id, poses, keypoints, measured };
}

/**
 * Lifts keypoints on a camera's screen.
 *
 * @param keypoints T×17×2, screen units, at the lifter's frame rate.
 * @param camera fx, fy, cx, cy in screen units; only canonical lifters ask for it.
 * @returns T×17×3, metres from the root, the camera's axes.
 */
export async function liftKeypoints(
  lifter: Lifter,
  input: LifterInput,
  keypoints: Float32Array,
  camera: ArrayLike<number>,
  progress?: (done: number) => void,
): Promise<Float32Array> {
  if (input === "screen") return fromRoot(await lifter.lift(keypoints, progress));
  const view = canonicalView(keypoints, camera);
  const poses = fromRoot(await lifter.lift(view.keypoints, progress));
  return turnPoses(poses, view.rotations, "from", poses);
}

/** Pixels of the real lens to those of a pinhole with its focal length and centre. */
function undistort(pixels: Float32Array, { fx, fy, cx, cy, distortion }: Camera): void {
  if (distortion.every((k) => k === 0)) return;
  const k = distortionCoefficients(distortion);
  const point = new Float64Array(2);
  for (let i = 0; i < pixels.length; i += 2) {
    undistortPoint((pixels[i] - cx) / fx, (pixels[i + 1] - cy) / fy, k, point);
    pixels[i] = point[0] * fx + cx;
    pixels[i + 1] = point[1] * fy + cy;
  }
}

/** The network also guesses the root itself, which is 0. */
function fromRoot(poses: Float32Array): Float32Array {
  for (let i = 0; i < poses.length; i += LIFTED_JOINTS * 3)
    for (let k = LIFTED_JOINTS * 3 - 1; k >= 0; k--) poses[i + k] -= poses[i + (k % 3)];
  return poses;
}

/** `resample`, with as many frames as asked for: rounding may lose the last one, which then repeats. */
function resampleTo(values: Float32Array, width: number, speed: number, frames: number): Float32Array {
  const played = resample(values, width, speed);
  const out = new Float32Array(frames * width);
  out.set(played.subarray(0, out.length));
  for (let at = played.length; at < out.length; at += width) out.copyWithin(at, at - width, at);
  return out;
}

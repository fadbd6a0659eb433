import type { UpAxis } from "../../motion/motion.js";

/** A floating-point array of either width. */
export type Floats = Float32Array | Float64Array;

/** One recorded motion, in the layout `h36m17`, before any camera has seen it. */
export interface MotionClip {
  name: string;
  /** What the person does, where the data set says: evaluations are averaged by it. */
  action: string;
  frameRate: number;
  up: UpAxis;
  /** T×17×3, metres, world. */
  positions: Float32Array;
}

/** A motion seen by one camera: what a lifter is trained on and judged by. */
export interface LiftSequence {
  name: string;
  action: string;
  frameRate: number;
  /** T. */
  frames: number;
  /** J, joints of the two-dimensional input. */
  joints: number;
  /** T×J×2, normalised to the screen (see `normaliseScreen`). */
  keypoints: Float32Array;
  /** J', joints of the three-dimensional output. */
  poseJoints: number;
  /** T×J'×3, metres, camera frame (x right, y down, z forward); absent for video without three-dimensional truth. */
  positions?: Float32Array;
  /** 9 numbers (see `cameraVector`); absent where the camera is unknown. */
  camera?: Float32Array;
}

/** Joints of the layout `h36m17`. */
export const LIFTED_JOINTS = 17;

/**
 * Subtracts the root (joint 0) from all other joints and leaves the root itself, the trajectory, in place: the form
 * in which the paper's targets are kept.
 *
 * @param positions T×J×3, changed.
 */
export function relativeToRoot(positions: Floats, joints: number): void {
  const width = joints * 3;
  for (let t = 0; t < positions.length; t += width)
    for (let i = t + 3; i < t + width; i++) positions[i] -= positions[t + ((i - t) % 3)];
}

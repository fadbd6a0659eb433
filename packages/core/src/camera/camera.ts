import type { UpAxis } from "../motion/motion.js";

/**
 * A calibrated camera: OpenCV's conventions (x right, y down, z forward; `x_cam = R·X + t`; pixel (0, 0) is the
 * centre of the top-left pixel).
 */
export interface Camera {
  name: string;
  /** Size of the picture in pixels; 0 when the calibration doesn't say. */
  width: number;
  height: number;
  fx: number;
  fy: number;
  cx: number;
  cy: number;
  /** Brown–Conrady, OpenCV's order: k1, k2, p1, p2, k3, k4, k5, k6; missing ones are 0. */
  distortion: readonly number[];
  /** R, 9 numbers, row-major, world → camera. */
  rotation: Float64Array;
  /** t, metres. */
  translation: Float64Array;
}

/** Cameras that share one world. */
export interface Rig {
  cameras: Camera[];
  up: UpAxis;
}

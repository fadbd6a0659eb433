import type { Skeleton } from "../skeleton/skeleton.js";

/** Which axis of the world points up. */
export type UpAxis = "y" | "z";

/** One person's motion in three dimensions. */
export interface MotionPerson {
  id: number;
  /** T×J×3, metres, world frame; NaN where missing. */
  positions: Float32Array;
  /** T×J joint states. */
  state: Uint8Array;
  /** T×J, metres: standard deviation of the position (root mean square of the axes). */
  sigma?: Float32Array;
  /** T×J, pixels: mean reprojection error over the views that were used. */
  reprojection?: Float32Array;
  /** T×J, bit v set when view v was used (32 views at most). */
  views?: Uint32Array;
  /** J×3, metres: each joint's offset from its parent in the rest pose of a fitted skeleton. */
  rest?: Float32Array;
  /** T×J×4, unit quaternions (x, y, z, w), each joint relative to its parent; a root relative to the world. */
  rotations?: Float32Array;
  /** T×3, metres: position of the root joint of a fitted skeleton. */
  root?: Float32Array;
  /** Body shape coefficients (β), where a body was fitted. */
  shape?: Float32Array;
}

/** People's motion in three dimensions: metres, right-handed, in the world of the calibration. */
export interface Motion {
  skeleton: Skeleton;
  frameRate: number;
  up: UpAxis;
  /** Number of the first frame in its source. */
  firstFrame: number;
  /** T. */
  frameCount: number;
  people: MotionPerson[];
}

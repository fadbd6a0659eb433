import type { Skeleton } from "../skeleton/skeleton.js";
import { JointState } from "./state.js";

/** One person found in one picture. */
export interface Detection {
  /** Left, top, right, bottom in pixels; absent when only joints were stored. */
  box?: readonly [number, number, number, number];
  /** Of the person, 0..1. */
  score: number;
  /** Who it is, where people were followed over time. */
  id?: number;
  /** J×3: x, y in pixels, confidence 0..1. A joint that wasn't found is NaN, NaN, 0. */
  joints: Float32Array;
}

/** People found frame by frame in one view, not yet followed over time: `frames[t]` lists them in any order. */
export interface Detections {
  skeleton: Skeleton;
  frameRate: number;
  /** Size of the pictures in pixels; 0 when the source doesn't say. */
  width: number;
  height: number;
  /** Number of the first frame in its source. */
  firstFrame: number;
  frames: Detection[][];
  /** Seconds of each frame, where the source is not evenly spaced. */
  times?: Float64Array;
  /** File name of each frame's picture, where every one is a file of its own. */
  pictures?: string[];
}

/** One person over time in one view. */
export interface KeypointTrack {
  id: number;
  /** T×J×3: x, y in pixels, confidence 0..1; NaN, NaN, 0 where missing. */
  data: Float32Array;
  /** T×J joint states. */
  state: Uint8Array;
}

/** People followed over time in one view. */
export interface Keypoints {
  skeleton: Skeleton;
  frameRate: number;
  width: number;
  height: number;
  firstFrame: number;
  /** T. */
  frameCount: number;
  times?: Float64Array;
  people: KeypointTrack[];
}

/** A track of `frameCount` frames in which every joint is missing. */
export function emptyTrack(id: number, frameCount: number, joints: number): KeypointTrack {
  const data = new Float32Array(frameCount * joints * 3).fill(NaN);
  for (let i = 2; i < data.length; i += 3) data[i] = 0;
  return { id, data, state: new Uint8Array(frameCount * joints).fill(JointState.missing) };
}

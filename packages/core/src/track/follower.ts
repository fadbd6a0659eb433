import type { Rig } from "../camera/camera.js";
import type { Body } from "./bodyFilter.js";
import type { JointSystem } from "./joint.js";

export interface PeopleTrackerOptions {
  /** Joints with less confidence are left out (default 0.15). */
  minConfidence?: number;
  /** Detections with a lower score continue people but don't begin them (default 0.2). */
  minScore?: number;
  /** Mean distance between a detection's rays and the predicted body up to which it may be that person, metres. */
  reach?: number;
  /** Frames with two views in which someone must be seen to be taken for real (default 3). */
  confirmAfter?: number;
  /** Seconds for which someone who isn't seen is followed by prediction alone (default 0.4). */
  coast?: number;
  /** Seconds for which someone who isn't seen keeps the id (default 4). */
  patience?: number;
  /** Fastest that someone unseen is thought to walk, metres per second (default 2). */
  walk?: number;
  /** People seen for a shorter time are ghosts, seconds (default 0.25). */
  minDuration?: number;
}

export const PEOPLE_TRACKER_DEFAULTS: Required<PeopleTrackerOptions> = {
  minConfidence: 0.15,
  minScore: 0.2,
  reach: 0.2,
  confirmAfter: 3,
  coast: 0.4,
  patience: 4,
  walk: 2,
  minDuration: 0.25,
};

/** Someone who is followed. */
export interface Follower {
  id: number;
  body: Body;
  firstFrame: number;
  /** Frames with at least two views. */
  seenFrames: number;
  /** Seconds since the last sighting. */
  unseen: number;
  /** Frames in a row in which an elder was in the same place, and the body before that. */
  doubled: number;
  before?: Body;
  confirmed: boolean;
  /** V numbers for each frame from `firstFrame` on: the index of the detection, −1 for none. */
  detections: number[];
}

/** The state of following people over time; `followFrame` changes it. */
export interface PeopleTracker {
  readonly rig: Rig;
  readonly joints: number;
  readonly frameRate: number;
  readonly options: Required<PeopleTrackerOptions>;
  /** Those followed now. */
  followers: Follower[];
  /** Those given up who were real. */
  gone: Follower[];
  frame: number;
  nextId: number;
  readonly system: JointSystem;
}

/** A fifth of the joints, and no fewer than 4, tell who someone is. */
export const minJoints = (joints: number) => Math.min(joints, Math.max(4, Math.ceil(joints / 5)));

/** Bodies nearer than this are one: even people who embrace are further apart in most joints, metres. */
export const DOUBLE = 0.15;

import { assignWithin } from "../array/assignment.js";
import { boxIou } from "../metric/box.js";
import { extent, poseArea, poseOks } from "../metric/oks.js";
import {
  type Detection,
  type Detections,
  emptyTrack,
  type Keypoints,
  type KeypointTrack,
} from "../motion/keypoints.js";
import { JointState } from "../motion/state.js";

export interface ViewTrackerOptions {
  /** Detections with this score begin people and are matched first (default 0.4). */
  confident?: number;
  /** Detections below it are left out (default 0.1). */
  minScore?: number;
  /** Likeness of pose and box, 0..1, below which a detection isn't the person predicted (default 0.2). */
  minLikeness?: number;
  /** Seconds for which someone who isn't seen keeps the id (default 1.5). */
  patience?: number;
  /** `trackView` drops people who are seen in fewer frames (default 3). */
  minFrames?: number;
}

export const VIEW_TRACKER_DEFAULTS: Required<ViewTrackerOptions> = {
  confident: 0.4,
  minScore: 0.1,
  minLikeness: 0.2,
  patience: 1.5,
  minFrames: 3,
};

/** Someone followed in one view. */
interface ViewTrack {
  id: number;
  /** J×3: the joints moved to the frame at hand; the last known place of those that were missed. */
  joints: Float32Array;
  box: [number, number, number, number];
  /** Of the whole person, pixels per frame. */
  velocity: [number, number];
  /** Frames since the last sighting. */
  unseen: number;
}

/** The state of following people in one view; `followView` changes it. */
export interface ViewTracker {
  readonly sigmas: readonly number[];
  readonly frameRate: number;
  readonly options: Required<ViewTrackerOptions>;
  tracks: ViewTrack[];
  nextId: number;
}

/** A tracker that knows nobody yet. @param sigmas joint constants, `Skeleton.sigmas`. */
export function viewTracker(
  sigmas: readonly number[],
  frameRate: number,
  options: ViewTrackerOptions = {},
): ViewTracker {
  // Tracking compares neighbouring frames, not annotators: twice the constants tolerate a frame's motion.
  const wide = sigmas.map((sigma) => 2 * sigma);
  return {
    sigmas: wide,
    frameRate,
    options: { ...VIEW_TRACKER_DEFAULTS, ...options },
    tracks: [],
    nextId: 0,
  };
}

/**
 * Takes in the next frame and says who is who, from likeness of pose (OKS) and box to where each person should be by
 * now: confident detections first, then the others for those who are left (ByteTrack, Zhang et al. 2022), at last
 * those who come back near where they were lost.
 *
 * @returns The id of each detection; −1 for those below the scores.
 */
export function followView(tracker: ViewTracker, detections: readonly Detection[]): Int32Array {
  const { options, tracks, frameRate } = tracker;
  const ids = new Int32Array(detections.length).fill(-1);
  for (const track of tracks) predict(track);
  const confident = [...detections.keys()].filter((i) => detections[i].score >= options.confident);
  const doubtful = [...detections.keys()].filter(
    (i) => detections[i].score < options.confident && detections[i].score >= options.minScore,
  );
  const unlike = (track: ViewTrack, detection: Detection) => 1 - likeness(track, detection, tracker.sigmas);
  const limit = 1 - options.minLikeness;
  match(tracks, confident, detections, ids, unlike, limit);
  match(tracks, doubtful, detections, ids, unlike, limit);
  match(
    tracks.filter(({ unseen }) => unseen > 1),
    confident,
    detections,
    ids,
    (track, detection) => returnCost(track, detection, frameRate),
    1,
  );
  for (const i of confident) if (ids[i] < 0) ids[i] = begin(tracker, detections[i]);
  tracker.tracks = tracker.tracks.filter(({ unseen }) => unseen <= options.patience * frameRate);
  return ids;
}

/** Moves everyone on by a frame; someone unseen slows down. */
function predict(track: ViewTrack): void {
  if (track.unseen > 0) track.velocity = [0.9 * track.velocity[0], 0.9 * track.velocity[1]];
  shift(track, track.velocity[0], track.velocity[1]);
  track.unseen++;
}

function shift({ joints, box }: ViewTrack, dx: number, dy: number): void {
  for (let i = 0; i < joints.length; i += 3) {
    joints[i] += dx;
    joints[i + 1] += dy;
  }
  box[0] += dx;
  box[1] += dy;
  box[2] += dx;
  box[3] += dy;
}

/** Gives the free ones of the listed detections to the free ones of the tracks, at the least total cost. */
function match(
  tracks: readonly ViewTrack[],
  listed: readonly number[],
  detections: readonly Detection[],
  ids: Int32Array,
  cost: (track: ViewTrack, detection: Detection) => number,
  limit: number,
): void {
  const open = tracks.filter(({ unseen }) => unseen > 0);
  const free = listed.filter((i) => ids[i] < 0);
  const costs = open.flatMap((track) => free.map((i) => cost(track, detections[i])));
  const { rows, columns } = assignWithin(costs, open.length, free.length, limit);
  rows.forEach((row, k) => {
    const i = free[columns[k]];
    ids[i] = open[row].id;
    update(open[row], detections[i]);
  });
}

function likeness(track: ViewTrack, detection: Detection, sigmas: readonly number[]): number {
  const box = boxOf(detection);
  const oks = poseOks(
    track.joints,
    detection.joints,
    poseArea(track.joints, track.box),
    poseArea(detection.joints, box),
    sigmas,
  );
  return 0.6 * oks + 0.4 * boxIou(track.box, box);
}

/** Distance of the middles as a share of what a person can have moved meanwhile; size must be alike. */
function returnCost(track: ViewTrack, detection: Detection, frameRate: number): number {
  const box = boxOf(detection);
  const [a, b] = [track.box, box].map(([left, top, right, bottom]) => Math.hypot(right - left, bottom - top));
  const apart = Math.hypot(
    (box[0] + box[2] - track.box[0] - track.box[2]) / 2,
    (box[1] + box[3] - track.box[1] - track.box[3]) / 2,
  );
  const ratio = a > b ? a / b : b / a;
  return ratio > 1.6 ? Infinity : apart / (Math.max(a, b) * Math.min(0.35 + track.unseen / frameRate, 1));
}

/** Share of a frame's motion that becomes the velocity. */
const VELOCITY_GAIN = 0.4;

function update(track: ViewTrack, detection: Detection): void {
  const { joints } = detection;
  const [dx, dy] = [0, 1].map((axis) => {
    const moves: number[] = [];
    for (let i = axis; i < joints.length; i += 3) {
      const move = joints[i] - track.joints[i];
      if (!Number.isNaN(move)) moves.push(move);
    }
    return moves.length > 0 ? moves.sort((a, b) => a - b)[moves.length >> 1] : 0;
  });
  const gain = VELOCITY_GAIN / track.unseen;
  track.velocity = [track.velocity[0] + gain * dx, track.velocity[1] + gain * dy];
  shift(track, dx, dy);
  for (let i = 0; i < joints.length; i += 3)
    if (!Number.isNaN(joints[i])) track.joints.set(joints.subarray(i, i + 3), i);
  track.box = boxOf(detection);
  track.unseen = 0;
}

function begin(tracker: ViewTracker, detection: Detection): number {
  const track: ViewTrack = {
    id: tracker.nextId++,
    joints: detection.joints.slice(),
    box: boxOf(detection),
    velocity: [0, 0],
    unseen: 0,
  };
  tracker.tracks.push(track);
  return track.id;
}

function boxOf({ box, joints }: Detection): [number, number, number, number] {
  return box ? [...box] : extent(joints);
}

/**
 * Follows the people of one view over a take. People get ids 0, 1 … in the order in which they appear; a joint that
 * wasn't found in a frame, or a person who wasn't, is missing there.
 */
export function trackView(detections: Detections, options: ViewTrackerOptions = {}): Keypoints {
  const { skeleton, frames, ...source } = detections;
  const tracker = viewTracker(skeleton.sigmas, source.frameRate, options);
  const joints = skeleton.joints.length;
  const tracks = new Map<number, { track: KeypointTrack; seen: number }>();
  frames.forEach((frame, t) => {
    followView(tracker, frame).forEach((id, i) => {
      if (id < 0) return;
      const entry = tracks.get(id) ?? { track: emptyTrack(id, frames.length, joints), seen: 0 };
      tracks.set(id, entry);
      entry.seen++;
      const data = frame[i].joints;
      entry.track.data.set(data, t * joints * 3);
      for (let j = 0; j < joints; j++)
        entry.track.state[t * joints + j] = Number.isNaN(data[3 * j])
          ? JointState.missing
          : JointState.visible;
    });
  });
  const least = Math.min(tracker.options.minFrames, frames.length);
  const people = [...tracks.values()]
    .filter(({ seen }) => seen >= least)
    .map(({ track }, id) => ({ ...track, id }));
  return { skeleton, ...source, frameCount: frames.length, people };
}

/** Follows the people of one view over a take and writes into each detection who it is (`id`); all of them are kept. */
export function identifyPeople(detections: Detections, options: ViewTrackerOptions = {}): Detections {
  const tracker = viewTracker(detections.skeleton.sigmas, detections.frameRate, options);
  const frames = detections.frames.map((frame) => {
    const ids = followView(tracker, frame);
    return frame.map((person, i) => (ids[i] < 0 ? person : { ...person, id: ids[i] }));
  });
  return { ...detections, frames };
}

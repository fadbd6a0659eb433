import type { Box } from "../metric/box.js";
import type { Detection } from "../motion/keypoints.js";

/** Someone followed in one view. */
export interface ViewTrack {
  /** −1 until enough is seen of the person. */
  id: number;
  /** J×3: the joints moved to the time at hand; the last known place of those that were missed. */
  readonly joints: Float32Array;
  /** Left, top, right, bottom, moved along. */
  readonly box: [number, number, number, number];
  /** Of the whole person, pixels per second. */
  readonly velocity: [number, number];
  /** The way by which joints and box were moved since the last sighting, pixels. */
  readonly walked: [number, number];
  /** Seconds: the first and the last sighting, and the time at hand. */
  readonly begun: number;
  seen: number;
  now: number;
  /** Frames with a sighting. */
  sightings: number;
}

/** Seconds over which the velocity is averaged. */
const STEADY = 0.2;
/** Seconds in which someone unseen comes to rest: most walk on behind others, some stop there. */
const COAST = 0.4;

export function beginTrack({ joints }: Detection, box: Box, now: number): ViewTrack {
  return {
    id: -1,
    joints: joints.slice(),
    box: [...box],
    velocity: [0, 0],
    walked: [0, 0],
    begun: now,
    seen: now,
    now,
    sightings: 1,
  };
}

/** Moves a person on to a time; someone unseen slows down. */
export function predictTrack(track: ViewTrack, now: number): void {
  const { velocity, walked } = track;
  const step = now - track.now;
  const rest = track.seen < track.now ? Math.exp(-step / COAST) : 1;
  for (let axis = 0; axis < 2; axis++) {
    velocity[axis] *= rest;
    walked[axis] += velocity[axis] * step;
  }
  shift(track, velocity[0] * step, velocity[1] * step);
  track.now = now;
}

/**
 * Takes in a sighting at the time at hand. The velocity follows the mean one since the last sighting: after a gap it is
 * that of the gap, whatever was guessed meanwhile (as OC-SORT, Cao et al. 2023).
 */
export function updateTrack(track: ViewTrack, { joints }: Detection, box: Box): void {
  const { velocity, walked, now } = track;
  const [dx, dy] = [middleMove(track.joints, joints, 0), middleMove(track.joints, joints, 1)];
  const gap = now - track.seen;
  // The first steps are averaged: the velocity that a person begins with is a guess.
  const gain = Math.max(1 - Math.exp(-gap / STEADY), 1 / track.sightings);
  velocity[0] += gain * ((walked[0] + dx) / gap - velocity[0]);
  velocity[1] += gain * ((walked[1] + dy) / gap - velocity[1]);
  shift(track, dx, dy);
  for (let i = 0; i < joints.length; i += 3)
    if (!Number.isNaN(joints[i])) for (let k = i; k < i + 3; k++) track.joints[k] = joints[k];
  for (let k = 0; k < 4; k++) track.box[k] = box[k];
  walked[0] = 0;
  walked[1] = 0;
  track.seen = now;
  track.sightings++;
}

let moves = new Float32Array(64);

/** The middle one of the joints' moves along an axis, pixels; 0 where no joint is in both poses. */
export function middleMove(from: Float32Array, to: Float32Array, axis: 0 | 1): number {
  if (moves.length < to.length / 3) moves = new Float32Array(to.length);
  let count = 0;
  for (let i = axis; i < to.length; i += 3) {
    const move = to[i] - from[i];
    if (!Number.isNaN(move)) moves[count++] = move;
  }
  return count > 0 ? moves.subarray(0, count).sort()[count >> 1] : 0;
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

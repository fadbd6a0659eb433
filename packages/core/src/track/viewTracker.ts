import type { Detection } from "../motion/keypoints.js";
import { isSecond, likeness, matchTracks, returnCost, viewFrame } from "./viewFrame.js";
import { beginTrack, predictTrack, type ViewTrack } from "./viewTrack.js";

export interface ViewTrackerOptions {
  /** Detections with this score can be someone new; others only continue people, and less surely (default 0.25). */
  confident?: number;
  /** Detections below it are left out (default 0.1). */
  minScore?: number;
  /** Likeness of pose and box, 0..1, below which a detection isn't the person predicted (default 0.2). */
  minLikeness?: number;
  /** Seconds for which someone who isn't seen keeps the id (default 2). */
  patience?: number;
  /** Sightings before someone new gets an id, but for the people of the first frame (default 2). */
  minSightings?: number;
  /** `trackView` and `identifyPeople` pass over people who are seen in fewer frames (default 3). */
  minFrames?: number;
}

export const VIEW_TRACKER_DEFAULTS: Required<ViewTrackerOptions> = {
  confident: 0.25,
  minScore: 0.1,
  minLikeness: 0.2,
  patience: 2,
  minSightings: 2,
  minFrames: 3,
};

/** The state of following people in one view; `followView` changes it. */
export interface ViewTracker {
  readonly sigmas: readonly number[];
  readonly frameRate: number;
  readonly options: Required<ViewTrackerOptions>;
  /** Seconds, of the last frame; NaN before the first. */
  time: number;
  tracks: ViewTrack[];
  nextId: number;
}

/** A tracker that knows nobody yet. @param sigmas joint constants, `Skeleton.sigmas`. */
export function viewTracker(
  sigmas: readonly number[],
  frameRate: number,
  options: ViewTrackerOptions = {},
): ViewTracker {
  return {
    sigmas,
    frameRate,
    options: { ...VIEW_TRACKER_DEFAULTS, ...options },
    time: NaN,
    tracks: [],
    nextId: 0,
  };
}

/**
 * Takes in the next frame and says who is who. Ids are 0, 1 … in the order in which people turn out to be there, and are
 * never given again.
 *
 * @param time Seconds, later than the frame before; evenly spaced when absent.
 * @returns The id of each detection; −1 for those below the scores, for second detections of somebody, and for who is
 *   seen for the first time.
 */
export function followView(
  tracker: ViewTracker,
  detections: readonly Detection[],
  time?: number,
): Int32Array {
  return Int32Array.from(followTracks(tracker, detections, time), (track) => track?.id ?? -1);
}

/**
 * As `followView`, but gives the people themselves: whoever turns out later to be there has an id then.
 *
 * People are matched by likeness of pose (OKS) and box to where they should be by now. Doubtful detections continue people
 * too (ByteTrack, Zhang et al. 2022), but in the same assignment, in which they count less: matched afterwards, they leave
 * someone half hidden to whoever's detection is clear. At last come those who return near where they were lost.
 */
export function followTracks(
  tracker: ViewTracker,
  detections: readonly Detection[],
  time = nextTime(tracker),
): readonly (ViewTrack | undefined)[] {
  const { options, sigmas } = tracker;
  const { confident, minLikeness, minSightings } = options;
  const isFirst = Number.isNaN(tracker.time);
  const step = isFirst ? 0 : time - tracker.time;
  tracker.time = time;
  const frame = viewFrame(detections, sigmas, options);
  const tracks = tracker.tracks.filter((track) => isAwaited(track, time, step, options.patience));
  for (const track of tracks) predictTrack(track, time);
  const unlike = (track: ViewTrack, i: number) => 1 - likeness(track, frame, i, confident);
  matchTracks(tracks, frame, frame.listed.length, unlike, 1 - minLikeness);
  matchTracks(tracks, frame, frame.confident, (track, i) => returnCost(track, frame, i), 1);
  for (const i of frame.listed.slice(0, frame.confident)) {
    if (frame.tracks[i] || isSecond(frame, i)) continue;
    const track = beginTrack(detections[i], frame.boxes[i], time);
    frame.tracks[i] = track;
    tracks.push(track);
  }
  for (const track of frame.tracks)
    if (track && track.id < 0 && (isFirst || track.sightings >= minSightings)) track.id = tracker.nextId++;
  tracker.tracks = tracks;
  return frame.tracks;
}

const nextTime = ({ time, frameRate }: ViewTracker) => (Number.isNaN(time) ? 0 : time + 1 / frameRate);

/** Whether someone may still come back. Who was seen for a moment only is soon forgotten: it may have been nobody. */
function isAwaited({ begun, seen }: ViewTrack, time: number, step: number, patience: number): boolean {
  return time - seen <= Math.min(patience, 2.5 * step + 3 * (seen - begun));
}

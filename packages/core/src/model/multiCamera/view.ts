import type { Rig } from "../../camera/camera.js";
import type { Detection, Detections } from "../../motion/keypoints.js";
import type { Skeleton } from "../../skeleton/skeleton.js";
import {
  finishPeople,
  followFrame,
  type People,
  type PeopleTrackerOptions,
  peopleTracker,
} from "../../track/index.js";

/** One camera's detections, read in pieces, so that the memory a take needs doesn't grow with its detections. */
export interface View {
  name: string;
  skeleton: Skeleton;
  /** Hz. */
  frameRate: number;
  /** Size of the pictures, pixels; 0 when the source doesn't say. */
  width: number;
  height: number;
  /** Number of the first frame in its source. */
  firstFrame: number;
  frameCount: number;
  /** People of the frames `[start, end)`, counted from the view's first. */
  read(start: number, end: number): Promise<Detection[][]>;
}

/** Detections in memory as a view. */
export function viewOf(name: string, detections: Detections): View {
  const { skeleton, frameRate, width, height, firstFrame, frames } = detections;
  const read = async (start: number, end: number) => frames.slice(start, end);
  return { name, skeleton, frameRate, width, height, firstFrame, frameCount: frames.length, read };
}

/** A whole view in memory, for methods that need the whole take at once. */
export async function detectionsOf(view: View): Promise<Detections> {
  const { skeleton, frameRate, width, height, firstFrame, frameCount } = view;
  const frames = await view.read(0, frameCount);
  return { skeleton, frameRate, width, height, firstFrame, frames };
}

/** Frames that are in memory at a time. */
const CHUNK = 1024;

/**
 * Who is who over all views and the whole take, by Marey's own association; detections are read once, in order.
 *
 * @param onProgress receives the number of frames done.
 */
export async function followPeople(
  views: readonly View[],
  rig: Rig,
  options: PeopleTrackerOptions = {},
  onProgress: (frames: number) => void = () => {},
): Promise<People> {
  const { skeleton, frameRate, frameCount } = views[0];
  const tracker = peopleTracker(rig, skeleton.joints.length, frameRate, options);
  for (let start = 0; start < frameCount; start += CHUNK) {
    const end = Math.min(start + CHUNK, frameCount);
    const frames = await Promise.all(views.map((view) => view.read(start, end)));
    for (let t = 0; t < end - start; t++)
      followFrame(
        tracker,
        frames.map((view) => view[t] ?? []),
      );
    onProgress(end);
  }
  return finishPeople(tracker);
}

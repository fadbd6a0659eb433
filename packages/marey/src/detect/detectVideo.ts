import { basename } from "node:path";
import type { Detection, Detections } from "@marey/core/motion";
import type { FrameSource } from "@marey/core/seam";
import type { Eyes } from "./sight.js";
import { rateOf, type WatchOptions, watch } from "./watch.js";

export interface DetectOptions extends Omit<WatchOptions, "pictures" | "maps"> {
  /** Told after each frame. `total` is an estimate, absent when the source doesn't know. */
  onProgress?: (done: number, total?: number) => void;
}

/**
 * People in every frame of a video, all at once; `watch` gives them while they come. Several videos run side by side on
 * the same eyes, which is how to use several threads of a runtime.
 *
 * @param source As `watch` wants it.
 * @returns Joints in pixels of the source at its full size. Frames that couldn't be read are there, without people.
 */
export async function detectVideo(
  source: FrameSource,
  eyes: Eyes,
  options: DetectOptions = {},
): Promise<Detections> {
  const frameRate = rateOf(source, options);
  const frames: Detection[][] = [];
  const times: number[] = [];
  const pictures: string[] = [];
  let firstFrame = 0;
  for await (const { index, time, name, people } of watch(source, eyes, options)) {
    if (frames.length === 0) firstFrame = index;
    frames.push(people);
    times.push(time);
    if (name !== undefined) pictures.push(basename(name));
    options.onProgress?.(frames.length, source.frameCount);
  }
  const { width, height } = source;
  const uneven = unevenTimes(times, frameRate);
  const shape = { skeleton: eyes.skeleton, frameRate, width, height, firstFrame };
  const isNamed = pictures.length > 0 && pictures.length === frames.length;
  return { ...shape, frames, ...(uneven && { times: uneven }), ...(isNamed && { pictures }) };
}

/** Times from the first frame on; undefined where the frames are evenly spaced. */
export function unevenTimes(times: readonly number[], frameRate: number): Float64Array | undefined {
  const begin = times[0] ?? 0;
  const isUneven = times.some((time, t) => Math.abs(time - begin - t / frameRate) > 0.5 / frameRate);
  return isUneven ? Float64Array.from(times, (time) => time - begin) : undefined;
}

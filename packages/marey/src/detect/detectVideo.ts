import type { Detection, Detections } from "@marey/core/motion";
import type { FrameSource } from "@marey/core/seam";
import { fillBetween } from "./between.js";
import type { Eyes, Sight } from "./sight.js";

export interface DetectOptions {
  /** At most so many people a frame: the largest and clearest. */
  people?: number;
  /** Search the whole picture at every n-th frame at least; by the frame rate when absent. 1 for unlike pictures. */
  findEvery?: number;
  /** Frames of the source from one that is delivered to the next, as the source was opened; 1 when absent. */
  step?: number;
  /** Told after each frame. `total` is an estimate, absent when the source doesn't know. */
  onProgress?: (done: number, total?: number) => void;
  /** Stops between frames; the promise is then rejected with the signal's reason. */
  signal?: AbortSignal;
}

/** Seconds between searches of the whole picture, at most; people come and go slower than this. */
const searchInterval = 0.07;
/** Looks at once, for eyes that need not know the frame before. */
const depth = 3;

/**
 * People in every frame of a video. Several videos run side by side on the same eyes, which is how to use several
 * threads of a runtime.
 *
 * @param source Opened with `longerSide` as the eyes say (pictures of a folder: without, as they may differ in size);
 *   closed at the end.
 * @returns Joints in pixels of the source at its full size. Frames that couldn't be read are there, without people.
 */
export async function detectVideo(
  source: FrameSource,
  eyes: Eyes,
  options: DetectOptions = {},
): Promise<Detections> {
  const { step = 1, onProgress, signal } = options;
  const frameRate = source.frameRate / step;
  const findEvery = options.findEvery ?? Math.max(1, Math.round(searchInterval * frameRate));
  const every = Math.max(1, Math.floor((eyes.interval ?? 0) * frameRate + 0.01));
  const frames: Detection[][] = [];
  const times: number[] = [];
  let first: number | undefined;
  let done = 0;
  let previous: Sight | undefined;
  const running: Promise<void>[] = [];
  for await (const { index, time, image } of source) {
    signal?.throwIfAborted();
    first ??= index;
    const at = Math.round((index - first) / step);
    while (frames.length <= at) frames.push([]);
    times[at] = time;
    if (at % every !== 0) {
      onProgress?.(++done, source.frameCount);
      continue;
    }
    const look = eyes.look(image, { previous, findEvery, alone: source.frameCount === 1 }).then((sight) => {
      previous = sight;
      frames[at] = foremost(sight.people, options.people).map((person) => enlarged(person, source));
      onProgress?.(++done, source.frameCount);
    });
    running.push(look);
    // A failure is met where it is awaited, in order.
    look.catch(() => undefined);
    if (running.length >= (eyes.follows ? 1 : depth)) await running.shift();
  }
  await Promise.all(running);
  fillBetween(frames, every);
  return {
    skeleton: eyes.skeleton,
    frameRate,
    width: source.width,
    height: source.height,
    firstFrame: first ?? 0,
    frames,
    ...unevenTimes(times, frameRate),
  };
}

/** The people of whom most is seen: by the size of the box and the score. */
function foremost(people: readonly Detection[], count = people.length): Detection[] {
  if (people.length <= count) return [...people];
  const weight = ({ box, score }: Detection) =>
    (box ? Math.hypot(box[2] - box[0], box[3] - box[1]) : 0) * score;
  return [...people].sort((a, b) => weight(b) - weight(a)).slice(0, count);
}

/** From pixels of the delivered picture to those of the source; only what a detection is. */
function enlarged(
  { box, score, joints }: Detection,
  { width, height, deliveredWidth, deliveredHeight }: Omit<FrameSource, "close">,
): Detection {
  const sx = width / deliveredWidth;
  const sy = height / deliveredHeight;
  const x = (value: number) => (value + 0.5) * sx - 0.5;
  const y = (value: number) => (value + 0.5) * sy - 0.5;
  const placed = Float32Array.from(joints, (value, i) =>
    i % 3 === 0 ? x(value) : i % 3 === 1 ? y(value) : value,
  );
  return {
    ...(box && { box: [x(box[0]), y(box[1]), x(box[2]), y(box[3])] as const }),
    score,
    joints: placed,
  };
}

/** Times from the first frame on, given only where the frames aren't evenly spaced; those of lost frames are guessed. */
function unevenTimes(times: readonly number[], frameRate: number): { times?: Float64Array } {
  const begin = times[0] ?? 0;
  const all = Float64Array.from(
    { length: times.length },
    (_, t) => (times[t] ?? begin + t / frameRate) - begin,
  );
  const uneven = all.some((time, t) => Math.abs(time - t / frameRate) > 0.5 / frameRate);
  return uneven ? { times: all } : {};
}

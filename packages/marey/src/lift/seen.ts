import { readdir, stat } from "node:fs/promises";
import { MareyError } from "@marey/core";
import { motionFormats } from "@marey/core/format";
import { bodyDetections, bodyKeypoints, type Detections, type Keypoints } from "@marey/core/motion";
import { identifyPeople, tracksOf } from "@marey/core/track";
import { detectVideo, openEyes, workerRuntime } from "../detect/index.js";
import { readSource } from "../files/index.js";
import type { Progress } from "../progress.js";
import { isPicture, openFrames } from "../video/index.js";

export interface SeenOptions {
  /** Name of the eyes that look at a video. */
  model: string;
  start?: number;
  end?: number;
  /** Hz of stored detections, whose files don't say. */
  frameRate?: number;
  /** Size of the pictures that stored detections were made in, pixels. */
  size?: readonly [number, number];
}

/** People followed over time by one camera, and how they were found. */
export interface Seen {
  keypoints: Keypoints;
  source: "videos" | "detections";
  detector: string;
  /** The frame rate is a guess: the source doesn't say and nobody else did. */
  assumedRate: boolean;
}

/** Hz of detections when nobody says. */
const USUAL_RATE = 30;

/**
 * The people of one view: of a video or folder of pictures through the embedded eyes; of OpenPose files, COCO's or
 * Marey's own JSON as they are.
 *
 * @throws MareyError `LIFT_INPUT` for a motion that already has three dimensions; `LIFT_FRAMES` when no frame is left of
 *   those asked for; `OPTION` for what a video knows itself; and the errors of the readers.
 */
export async function seenPeople(
  input: string,
  options: SeenOptions,
  { progress, signal }: { progress: Progress; signal?: AbortSignal },
): Promise<Seen> {
  const { start = 0, end = Infinity } = options;
  if (end <= start)
    throw new MareyError(
      "OPTION",
      "--end",
      `frame ${end} isn't after --start ${start}`,
      "Correct one of them",
    );
  if (await isStored(input)) return storedPeople(input, options);
  const isPictures = isPicture(input) || (await isFolder(input));
  requireUnknown(input, options, isPictures);
  const runtime = workerRuntime();
  try {
    const eyes = await openEyes({ model: options.model, runtime });
    // Somebody small in a picture is still large enough for a crop.
    const longerSide = isPictures ? undefined : eyes.longerSide;
    const source = await openFrames(input, { start: options.start, end: options.end, longerSide });
    const task = progress.task("looking");
    const looking = { ...(isPictures && { findEvery: 1 }), signal, onProgress: task.update };
    const detections = bodyDetections(await detectVideo(source, eyes, looking));
    task.end();
    const frameRate = options.frameRate ?? detections.frameRate;
    return {
      keypoints: tracksOf(identifyPeople({ ...detections, frameRate })),
      source: "videos",
      detector: options.model,
      assumedRate: isPictures && options.frameRate === undefined && detections.frames.length > 1,
    };
  } finally {
    await runtime.close();
  }
}

/** @throws MareyError `OPTION` for what is asked to be otherwise than a video or pictures say. */
function requireUnknown(input: string, { size, frameRate }: SeenOptions, isPictures: boolean): void {
  if (size === undefined && (isPictures || frameRate === undefined)) return;
  throw new MareyError(
    "OPTION",
    size ? "--size" : "--frame-rate",
    `${input} knows it itself`,
    "Leave the option out; it is for stored keypoints",
  );
}

const isFolder = (path: string) =>
  stat(path).then(
    (entry) => entry.isDirectory(),
    () => false,
  );

/** Whether the input is read as it is: a file of keypoints or motion, or a folder with JSON files in it. */
async function isStored(input: string): Promise<boolean> {
  if (await isFolder(input)) return (await readdir(input)).some((name) => name.endsWith(".json"));
  return motionFormats.some(({ extension }) => input.toLowerCase().endsWith(extension));
}

async function storedPeople(input: string, { start, end, frameRate, size }: SeenOptions): Promise<Seen> {
  // Readers pass on the rate that they are given where the files don't say.
  const file = await readSource(input, { frameRate: frameRate ?? Number.NaN });
  if (file.kind === "motion")
    throw new MareyError(
      "LIFT_INPUT",
      input,
      "it holds a motion in three dimensions",
      "Give a video or two-dimensional keypoints, or use marey convert",
    );
  const source = file.kind === "keypoints" ? file.keypoints : file.detections;
  const [width, height] = size ?? [source.width, source.height];
  if (size && source.width > 0 && (width !== source.width || height !== source.height))
    throw new MareyError(
      "LIFT_PICTURE_SIZE",
      `--size ${width}x${height}`,
      `${input} says ${source.width}×${source.height} itself`,
      "Leave out --size",
    );
  const assumedRate = frameRate === undefined && Number.isNaN(source.frameRate);
  const known = { width, height, frameRate: frameRate ?? (assumedRate ? USUAL_RATE : source.frameRate) };
  const whole: Keypoints =
    file.kind === "keypoints"
      ? { ...bodyKeypoints(file.keypoints), ...known }
      : tracksOf(identified({ ...bodyDetections(file.detections), ...known }));
  const keypoints = cut(whole, start, end);
  if (keypoints.frameCount > 0)
    return { keypoints, source: "detections", detector: "stored detections", assumedRate };
  const last = whole.firstFrame + whole.frameCount - 1;
  throw new MareyError(
    "LIFT_FRAMES",
    input,
    whole.frameCount > 0 ? `it has frames ${whole.firstFrame} to ${last} only` : "it has no frames",
    "Correct --start and --end, or give another file",
  );
}

/** Who is who, as the source says, or by following people. */
function identified(detections: Detections): Detections {
  const isKnown = detections.frames.some((people) => people.some(({ id }) => id !== undefined));
  return isKnown ? detections : identifyPeople(detections);
}

/** The frames from `start` to before `end`, counted as the source numbers them. */
function cut(keypoints: Keypoints, start = keypoints.firstFrame, end = Infinity): Keypoints {
  const { firstFrame, frameCount, skeleton, people } = keypoints;
  const from = Math.max(0, start - firstFrame);
  const to = Math.max(from, Math.min(frameCount, end - firstFrame));
  if (from === 0 && to === frameCount) return keypoints;
  const J = skeleton.joints.length;
  return {
    ...keypoints,
    firstFrame: firstFrame + from,
    frameCount: to - from,
    times: keypoints.times?.slice(from, to),
    people: people.map(({ id, data, state }) => ({
      id,
      data: data.slice(from * J * 3, to * J * 3),
      state: state.slice(from * J, to * J),
    })),
  };
}

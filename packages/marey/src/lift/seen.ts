import { readdir, stat } from "node:fs/promises";
import { extname } from "node:path";
import { MareyError } from "@marey/core";
import { type Detections, emptyTrack, JointState, type Keypoints } from "@marey/core/motion";
import { identifyPeople } from "@marey/core/track";
import { detectVideo, openEyes, workerRuntime } from "../detect/index.js";
import { readSource } from "../files/index.js";
import type { Progress } from "../progress.js";
import { openFrames } from "../video/index.js";

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
}

/**
 * The people of one view: of a video or folder of pictures through the embedded eyes; of OpenPose files, COCO's or
 * Marey's own JSON as they are.
 *
 * @throws MareyError `LIFT_INPUT` for a motion that already has three dimensions, and the errors of the readers.
 */
export async function seenPeople(
  input: string,
  options: SeenOptions,
  { progress, signal }: { progress: Progress; signal?: AbortSignal },
): Promise<Seen> {
  if (await isStored(input)) return storedPeople(input, options);
  const runtime = workerRuntime();
  try {
    const eyes = await openEyes({ model: options.model, runtime });
    const { start, end } = options;
    const source = await openFrames(input, { start, end, longerSide: eyes.longerSide });
    const task = progress.task("looking");
    const detections = await detectVideo(source, eyes, { signal, onProgress: task.update });
    task.end();
    return {
      keypoints: tracksOf(identifyPeople(detections)),
      source: "videos",
      detector: options.model,
    };
  } finally {
    await runtime.close();
  }
}

/** Whether the input holds detections: a JSON file, or a folder with JSON files in it. */
async function isStored(input: string): Promise<boolean> {
  const isFolder = await stat(input).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
  if (!isFolder) return [".json", ".npz"].includes(extname(input).toLowerCase());
  return (await readdir(input)).some((name) => name.endsWith(".json"));
}

async function storedPeople(input: string, { start, end, frameRate, size }: SeenOptions): Promise<Seen> {
  const file = await readSource(input, { frameRate });
  if (file.kind === "motion")
    throw new MareyError(
      "LIFT_INPUT",
      input,
      "it holds a motion in three dimensions",
      "Give a video or two-dimensional keypoints, or use marey convert",
    );
  const whole =
    file.kind === "keypoints"
      ? file.keypoints
      : tracksOf(
          file.detections.frames.some((people) => people.some(({ id }) => id !== undefined))
            ? file.detections
            : identifyPeople(file.detections),
        );
  const [width, height] = size ?? [whole.width, whole.height];
  const rate = frameRate ?? whole.frameRate;
  const keypoints = cut({ ...whole, width, height, frameRate: rate }, start, end);
  return { keypoints, source: "detections", detector: "stored detections" };
}

/** The tracks of people whom detections name. */
function tracksOf({ frames, skeleton, ...source }: Detections): Keypoints {
  const J = skeleton.joints.length;
  const tracks = new Map<number, Keypoints["people"][number]>();
  frames.forEach((people, t) => {
    for (const { id, joints } of people) {
      if (id === undefined) continue;
      const track = tracks.get(id) ?? emptyTrack(id, frames.length, J);
      tracks.set(id, track);
      track.data.set(joints, t * J * 3);
      for (let j = 0; j < J; j++)
        track.state[t * J + j] = Number.isNaN(joints[3 * j]) ? JointState.missing : JointState.visible;
    }
  });
  return { skeleton, ...source, frameCount: frames.length, people: [...tracks.values()] };
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

import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { MareyError } from "@marey/core";
import type { Rig } from "@marey/core/camera";
import type { View } from "@marey/core/model/multiCamera";
import { body25b } from "@marey/core/skeleton";
import { type Eyes, eyeModels, openEyes, type WorkerRuntime, workerRuntime } from "../detect/index.js";
import type { Progress } from "../progress.js";
import { probeVideo } from "../video/index.js";
import { fingerprint, type StageCache } from "./cache.js";
import { camerasOfViews } from "./cameras.js";
import { layoutNamed } from "./config.js";
import { frameFiles, openDetectionFolder, recogniseLayout } from "./detectionFolder.js";
import type { Session, ViewSource } from "./session.js";
import { openVideoView } from "./videoView.js";

export interface ViewSettings {
  /** What to capture from, where a session has both. */
  source: "videos" | "detections";
  /** Method of the eyes. */
  model: string;
  /** First frame, and the frame to stop before. */
  start?: number;
  end?: number;
  /** Hz, for detections; the configuration's when absent, else that of the session's videos, else 30. */
  frameRate?: number;
  /** Capture the frames that all views have when they have different numbers of them. */
  shortest?: boolean;
}

/** The views of a session with the cameras that took them, in the same order. */
export interface OpenedViews {
  views: View[];
  rig: Rig;
  /** What the views are made from, for the cache. */
  identity: unknown;
  /** What found the joints. */
  detector: string;
  source: "videos" | "detections";
  /** Nothing had to be looked at: all came from the cache. */
  cached: boolean;
}

/** Opens a session's views: finds people in its videos, or reads its detections. */
export async function openViews(
  session: Session,
  calibrated: Rig,
  settings: ViewSettings,
  host: { cache: StageCache; progress: Progress; signal?: AbortSignal },
): Promise<OpenedViews> {
  const opened =
    settings.source === "videos"
      ? await openVideos(session, calibrated, settings, host)
      : await openDetections(session, calibrated, settings);
  const views = evenViews(opened.views, settings.shortest ?? false);
  return { ...opened, views };
}

async function openVideos(
  session: Session,
  calibrated: Rig,
  settings: ViewSettings,
  { cache, progress, signal }: { cache: StageCache; progress: Progress; signal?: AbortSignal },
): Promise<OpenedViews> {
  const { videos, calibration } = session;
  const { model } = settings;
  const [start, end] = rangeOf(session, settings);
  const shapes = await Promise.all(
    videos.map(async ({ name, path }) => ({ name, ...(await probeVideo(path)) })),
  );
  requireOneRate(shapes);
  // Whatever is wrong with the cameras should be said before minutes of looking.
  const rig = camerasOfViews(calibrated, shapes, calibration);
  let runtime: WorkerRuntime | undefined;
  let opening: Promise<Eyes> | undefined;
  const eyes = () => {
    runtime ??= workerRuntime();
    opening ??= openEyes({ model, runtime });
    return opening;
  };
  try {
    const views = await allOrNone(
      videos,
      async (video, signal) => {
        const task = progress.task(video.name);
        const onProgress = task.update;
        const view = await openVideoView(video, { eyes, model, cache, start, end, signal, onProgress });
        task.end();
        return view;
      },
      signal,
    );
    const prints = await Promise.all(videos.map(({ path }) => fingerprint(path)));
    return {
      views,
      rig,
      identity: { prints, model, start, end },
      detector: detectorName(model),
      cached: !runtime,
      source: "videos",
    };
  } finally {
    await runtime?.close();
  }
}

/** Works on all things side by side; a failure stops the work on the others, and is told when all have stopped. */
async function allOrNone<Thing, Result>(
  things: readonly Thing[],
  work: (thing: Thing, signal: AbortSignal) => Promise<Result>,
  signal?: AbortSignal,
): Promise<Result[]> {
  const failure = new AbortController();
  const either = signal ? AbortSignal.any([signal, failure.signal]) : failure.signal;
  const results = await Promise.allSettled(
    things.map((thing) =>
      work(thing, either).catch((error) => {
        failure.abort(error);
        throw error;
      }),
    ),
  );
  either.throwIfAborted();
  return results.map((result) => (result as PromiseFulfilledResult<Result>).value);
}

/** The model with the networks that it runs. */
function detectorName(model: string): string {
  const found = Object.entries(eyeModels).find(([name]) => name === model)?.[1];
  return found ? `${model} (${found.networks.join(" + ")})` : model;
}

function requireOneRate(shapes: readonly { name: string; frameRate: number }[]): void {
  const [first] = shapes;
  const other = shapes.find(
    ({ frameRate }) => Math.abs(frameRate - (first?.frameRate ?? 0)) > 0.01 * frameRate,
  );
  if (first && other)
    throw new MareyError(
      "VIDEO_RATE",
      other.name,
      `it has ${other.frameRate.toFixed(2)} frames a second, ${first.name} has ${first.frameRate.toFixed(2)}`,
      "Convert the videos to one frame rate, so that frame i of each is the same instant",
    );
}

async function openDetections(
  session: Session,
  calibrated: Rig,
  settings: ViewSettings,
): Promise<OpenedViews> {
  const { detections: folders, config, calibration } = session;
  const rig = camerasOfViews(calibrated, folders.map(sizeless), calibration);
  const frameRate = requireRate(settings.frameRate ?? (await sessionRate(session)));
  const skeleton = (await recogniseLayout(folders)) ?? layoutNamed(config.pose?.pose_model ?? "") ?? body25b;
  const whole = await Promise.all(
    folders.map((folder) => openDetectionFolder(folder, { frameRate, skeleton })),
  );
  const [start, end] = rangeOf(session, settings);
  const views = start === undefined && end === undefined ? whole : whole.map((view) => cut(view, start, end));
  const prints = await Promise.all(folders.map(({ path }) => folderPrint(path)));
  return {
    views,
    rig,
    identity: { prints, frameRate, start, end },
    detector: `stored ${skeleton.name} detections`,
    cached: false,
    source: "detections",
  };
}

const sizeless = ({ name }: ViewSource) => ({ name, width: 0, height: 0 });

/** The frames to capture: the command's, else the configuration's (both ends included there). */
function rangeOf({ config }: Session, { start, end }: ViewSettings): [number?, number?] {
  const configured = config.project?.frame_range;
  if (start !== undefined || end !== undefined || !Array.isArray(configured) || configured.length !== 2)
    return [start, end];
  return [configured[0] as number, (configured[1] as number) + 1];
}

/** A view's frames whose numbers lie from `start` to before `end`. */
function cut(view: View, start = 0, end = Number.POSITIVE_INFINITY): View {
  const from = Math.max(0, start - view.firstFrame);
  const to = Math.min(view.frameCount, end - view.firstFrame);
  if (to <= from)
    throw new MareyError(
      "FRAME_RANGE",
      view.name,
      `its frames go from ${view.firstFrame} to ${view.firstFrame + view.frameCount - 1}`,
      "Choose a range inside them",
    );
  return {
    ...view,
    firstFrame: view.firstFrame + from,
    frameCount: to - from,
    read: (a, b) => view.read(from + a, Math.min(from + b, to)),
  };
}

/** Frames per second of detections, which their files don't say. */
async function sessionRate({ config, videos }: Session): Promise<number> {
  const configured = config.project?.frame_rate;
  if (typeof configured === "number") return configured;
  const [video] = videos;
  return video ? (await probeVideo(video.path)).frameRate : 30;
}

function requireRate(frameRate: number): number {
  if (frameRate > 0 && frameRate <= 1e5) return frameRate;
  throw new MareyError(
    "OPTION",
    "--frame-rate",
    `${frameRate} is no number of frames a second`,
    "Give the rate of the videos that the detections were made from",
  );
}

/** What identifies a folder of detections: names, sizes and dates of its files. */
async function folderPrint(path: string): Promise<string> {
  const hash = createHash("sha256");
  for (const { file } of await frameFiles(path)) {
    // What can't be looked at is told when it is read.
    const { size, mtimeMs } = await stat(join(path, file)).catch(() => ({ size: 0, mtimeMs: 0 }));
    hash.update(`${file}\0${size}\0${mtimeMs}\n`);
  }
  return hash.digest("hex").slice(0, 32);
}

/** Views of the same frames: other numbers of frames, or others first, are an error unless the common ones are asked for. */
function evenViews(views: readonly View[], shortest: boolean): View[] {
  const firsts = views.map(({ firstFrame }) => firstFrame);
  const ends = views.map(({ firstFrame, frameCount }) => firstFrame + frameCount);
  const [start, end] = [Math.max(...firsts), Math.min(...ends)];
  if (Math.min(...firsts) === start && Math.max(...ends) === end) return [...views];
  const where = views
    .map(({ name, firstFrame, frameCount }) => `${name} ${firstFrame}–${firstFrame + frameCount - 1}`)
    .join(", ");
  if (end <= start)
    throw new MareyError(
      "FRAME_COUNT",
      where,
      "no frame number is in all views",
      "Number the frames of all views from the same instant",
    );
  if (!shortest)
    throw new MareyError(
      "FRAME_COUNT",
      where,
      "the views have different numbers of frames, so frame i of each may not be the same instant",
      "Cut the views to the same instants; if equal numbers are the same instant, pass --shortest",
    );
  return views.map((view) => cut(view, start, end));
}

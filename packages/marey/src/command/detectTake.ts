import type { Detection } from "@marey/core/motion";
import type { FrameSource } from "@marey/core/seam";
import { followView, viewTracker } from "@marey/core/track";
import type { Eyes } from "../detect/index.js";
import { smoother } from "../detect/smooth.js";
import { turned } from "../detect/turned.js";
import { rateOf, type SeenFrame, watch } from "../detect/watch.js";
import { fileSet } from "../files/index.js";
import { type FrameWriter, frameFiles, type Take } from "../output/index.js";
import type { Progress, TaskProgress } from "../progress.js";
import { withoutPassword } from "../video/address.js";
import { openFrames } from "../video/index.js";
import type { DetectCommandOptions } from "./detectOptions.js";
import { drawnSide, hasCanvases, type OutputSet, ownFrames, type Plan } from "./detectPlan.js";
import { openWriters } from "./detectWriters.js";
import { interruption } from "./interrupt.js";

/** What was found in one input. */
export interface Detected {
  input: string;
  /** Files and folders written. */
  outputs: string[];
  model: string;
  frames: number;
  /** Most people seen in one frame. */
  people: number;
  /** Frames in which nobody was found. */
  empty: number;
  seconds: number;
}

export interface DetectHost {
  progress: Progress;
  /** Ends a live input, whose results are kept; stops any other, of which nothing is left, with an `interruption`. */
  signal?: AbortSignal;
}

/** Looks at one input from its first frame to its last and writes what was found while it goes on. */
export async function detectTake(
  plan: Plan,
  eyes: Eyes,
  options: DetectCommandOptions,
  { progress, signal }: DetectHost,
): Promise<Pick<Detected, "frames" | "people" | "empty">> {
  signal?.throwIfAborted();
  const control = takeControl(signal);
  const set = openSet(plan, options);
  const writers: FrameWriter[] = [];
  const found = { frames: 0, people: 0, empty: 0 };
  let source: FrameSource | undefined;
  try {
    source = await openSource(plan, eyes, options, control.signal);
    control.follow(source, options);
    const take = takeOf(plan, source, eyes, options);
    writers.push(...(await openWriters(plan, take, set, options)));
    const seen = people(source, eyes, plan, options, control.signal);
    await writeAll(seen, writers, found, { name: plan.name, total: totalOf(source, options) }, progress);
    for (const writer of writers) await writer.close();
    control.signal.throwIfAborted();
    await set.files.publish();
    // Frames of an earlier, longer run would be taken for this one's.
    if (options.force)
      for (const [path, folder] of set.folders) await folder.removeOthers(await ownFrames(plan, path));
    return found;
  } catch (error) {
    for (const writer of writers) await writer.abort();
    for (const folder of set.folders.values()) await folder.discard();
    throw signal?.aborted ? interrupted(plan, found.frames, source && totalOf(source, options)) : error;
  } finally {
    control.release();
    await source?.close();
    await set.files.discard();
  }
}

/** What became of an input that was being looked at. */
function interrupted({ input, kind }: Plan, done: number, total: number | undefined): DOMException {
  const what = kind === "moving" ? "frame" : "picture";
  const seen = `${total === undefined ? done : `${done} of ${total}`} ${what}${(total ?? done) === 1 ? "" : "s"}`;
  return interruption(`${withoutPassword(input)}: interrupted after ${seen}; nothing of it is kept`);
}

function takeOf(
  { name }: Plan,
  source: FrameSource,
  { skeleton }: Eyes,
  options: DetectCommandOptions,
): Take {
  const { width, height, live = false } = source;
  return { name, skeleton, frameRate: rateOf(source, options), width, height, live };
}

function openSet({ folders }: Plan, { force }: DetectCommandOptions): OutputSet {
  const named = Object.values(folders).map((folder) => [folder, frameFiles(folder, { force })] as const);
  return { files: fileSet({ force }), folders: new Map(named) };
}

function rangeOf({ start, end, step, startTime, endTime }: DetectCommandOptions) {
  return { start, end, step, startTime, endTime };
}

async function openSource(plan: Plan, eyes: Eyes, options: DetectCommandOptions, signal: AbortSignal) {
  const { openPose = {} } = options;
  const [width, height] = openPose.cameraSize ?? [];
  const drawn = drawnSide(plan, options);
  const source = await openFrames(plan.input, {
    ...rangeOf(options),
    // Somebody small in a photograph is still large enough for a crop; and pictures of a folder differ in size.
    longerSide: plan.kind === "moving" ? longestSide(plan, eyes, options) : undefined,
    ...(drawn !== "none" && hasCanvases(plan) && { canvasSide: drawn ?? Infinity }),
    ...(width !== undefined && { camera: { width, height } }),
    signal,
  });
  return turned(source, openPose);
}

/** What brings pictures to draw on needn't bring larger ones than the eyes want. */
function longestSide(plan: Plan, eyes: Eyes, options: DetectCommandOptions): number | undefined {
  // Some eyes want pictures as they are.
  if (!Number.isFinite(eyes.longerSide)) return undefined;
  const drawn = drawnSide(plan, options);
  if (drawn === "none" || hasCanvases(plan)) return eyes.longerSide;
  return drawn && Math.max(drawn, eyes.longerSide);
}

/** Stops a take by the signal; once the source turns out to be live, the signal ends it instead, as does the duration. */
function takeControl(signal: AbortSignal | undefined) {
  const stop = new AbortController();
  let end: (() => void) | undefined;
  let timer: NodeJS.Timeout | undefined;
  const onAbort = () => (end ? end() : stop.abort(signal?.reason));
  signal?.addEventListener("abort", onAbort);
  return {
    signal: stop.signal,
    follow(source: FrameSource, { duration }: DetectCommandOptions): void {
      if (!source.live) return;
      end = () => void source.close();
      // Longer waits than a timer can have would end at once.
      if (duration !== undefined) timer = setTimeout(end, Math.min(duration * 1000, 2 ** 31 - 1));
      if (signal?.aborted) end();
    },
    release(): void {
      signal?.removeEventListener("abort", onAbort);
      clearTimeout(timer);
    },
  };
}

/** The frames with people who are named and smoothed. */
async function* people(
  source: FrameSource,
  eyes: Eyes,
  plan: Plan,
  options: DetectCommandOptions,
  signal: AbortSignal,
): AsyncGenerator<SeenFrame> {
  const { people, step, duration = Infinity, openPose = {} } = options;
  const smooth = options.smooth ?? (options.official ? "none" : "one-euro");
  const still = plan.kind !== "moving";
  const seen = watch(source, eyes, {
    ...(still && { alone: true }),
    people,
    step,
    signal,
    pictures: drawnSide(plan, options) !== "none",
    maps: plan.folders.heatmaps !== undefined || openPose.candidates,
  });
  // Pictures of a folder need not follow one another.
  const name = still ? (_: number, found: Detection[]) => found : namer(eyes, rateOf(source, options));
  const smoothed = still || smooth === "none" ? (_: number, found: Detection[]) => found : smoother();
  let begin: number | undefined;
  for await (const frame of seen) {
    begin ??= frame.time;
    if (frame.time - begin >= duration) return;
    yield { ...frame, people: smoothed(frame.time, name(frame.time, frame.people)) };
  }
}

/** Writes into each person who it is, in frames at their own times: live sources leave some out. */
function namer(eyes: Eyes, frameRate: number): (time: number, people: Detection[]) => Detection[] {
  const tracker = viewTracker(eyes.skeleton.sigmas, frameRate);
  let at = -Infinity;
  return (time, people) => {
    // Damaged videos repeat times or go back in them; nobody can be followed in no time.
    at = Math.max(time, at + 0.1 / frameRate);
    const ids = followView(tracker, people, at);
    return people.map((person, i) => ((ids[i] as number) < 0 ? person : { ...person, id: ids[i] as number }));
  };
}

/** Hands every frame to every writer, and counts. */
async function writeAll(
  frames: AsyncIterable<SeenFrame>,
  writers: readonly FrameWriter[],
  found: Pick<Detected, "frames" | "people" | "empty">,
  { name, total }: { name: string; total?: number },
  progress: Progress,
): Promise<void> {
  const task = progress.task(name);
  const tell = teller(task);
  for await (const frame of frames) {
    for (const writer of writers) await writer.write(frame);
    const here = frame.people.length;
    found.frames++;
    found.people = Math.max(found.people, here);
    if (here === 0) found.empty++;
    tell(found.frames, total, here);
  }
  task.end();
}

/** How many frames will come, where that is known: of a live source some are left out, so it isn't. */
function totalOf(source: FrameSource, options: DetectCommandOptions): number | undefined {
  if (source.live) return undefined;
  const { duration = Infinity } = options;
  const most = Math.ceil(duration * rateOf(source, options));
  const total = Math.min(source.frameCount ?? Infinity, most);
  return Number.isFinite(total) ? total : undefined;
}

/** Tells how far it is, the rate of the last second or so, and how many people are in sight. */
function teller(task: TaskProgress): (done: number, total: number | undefined, people: number) => void {
  let [since, before] = [performance.now(), 0];
  let rate = "";
  return (done, total, people) => {
    const seconds = (performance.now() - since) / 1000;
    if (seconds >= 1) {
      rate = `${((done - before) / seconds).toFixed(1)}/s, `;
      [since, before] = [performance.now(), done];
    }
    task.update(done, total, `${rate}${people} ${people === 1 ? "person" : "people"}`);
  };
}

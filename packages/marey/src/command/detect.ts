import { readdir, rm, stat } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { basename, extname, join } from "node:path";
import { MareyError } from "@marey/core";
import { writeDetectionsJson, writeOpenPose } from "@marey/core/format";
import type { Detections } from "@marey/core/motion";
import { identifyPeople } from "@marey/core/track";
import { Command, Option } from "commander";
import { detectVideo, type Eyes, eyeModels, openEyes, workerRuntime } from "../detect/index.js";
import { drawOverlay } from "../detect/overlay.js";
import { fileSet, requireAbsent } from "../files/index.js";
import { openProgress, type Progress } from "../progress.js";
import { openFrames } from "../video/index.js";
import { interruptible } from "./interrupt.js";
import { wholeNumber } from "./number.js";

/** `marey detect` as a record. */
export interface DetectCommandOptions {
  model?: string;
  /** Multi-pose alone. */
  fast?: boolean;
  /** Folder for the results; the folder of each input when absent. */
  out?: string;
  /** What to write: json, openpose. */
  format?: readonly DetectFormat[];
  /** Draw the people on the picture or video. */
  overlay?: boolean;
  /** First frame, frame to stop before, every n-th frame. */
  start?: number;
  end?: number;
  step?: number;
  /** At most so many people a frame. */
  people?: number;
  force?: boolean;
}

const formats = ["json", "openpose"] as const;
type DetectFormat = (typeof formats)[number];

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

/** `marey detect INPUT…`. */
export function detectCommand(): Command {
  const models = Object.entries(eyeModels)
    .map(([name, { summary }]) => `  ${name.padEnd(18)} ${summary}`)
    .join("\n");
  return new Command("detect")
    .description("Find people and their joints in pictures and videos")
    .argument("<input...>", "videos, pictures, or folders of pictures")
    .addOption(new Option("--model <name>", "method").choices(Object.keys(eyeModels)).default("default"))
    .option("--fast", "the fastest method: multi-pose alone")
    .option("--out <folder>", "where to write; beside each input when absent")
    .option("--format <names>", "what to write, with commas: json, openpose", readFormats, ["json"])
    .option("--overlay", "write a picture or video with the people drawn on it")
    .option("--start <frame>", "first frame", wholeNumber("--start", 0))
    .option("--end <frame>", "frame to stop before", wholeNumber("--end", 1))
    .option("--step <n>", "take every n-th frame", wholeNumber("--step", 1))
    .option("--people <n>", "at most so many people a frame", wholeNumber("--people", 1))
    .option("--force", "replace files that are there")
    .option("--json", "print what was found as JSON")
    .addHelpText("after", `\nMethods:\n${models}`)
    .action(async (inputs: string[], { json, ...options }: DetectCommandOptions & { json?: boolean }) => {
      const progress = openProgress({ silent: json });
      const found = await interruptible((signal) => detect(inputs, options, { progress, signal })).finally(
        () => progress.stop(),
      );
      console.log(json ? JSON.stringify(found, undefined, 2) : found.map(describe).join("\n"));
    });
}

function readFormats(text: string): DetectFormat[] {
  return text.split(",").map((name) => {
    const known = formats.find((format) => format === name.trim().toLowerCase());
    if (!known)
      throw new MareyError(
        "OPTION",
        "--format",
        `"${name}" is unknown`,
        `Use ${formats.join(" or ")}, or both with a comma`,
      );
    return known;
  });
}

function describe({ input, outputs, frames, people, empty, seconds }: Detected): string {
  const who = people === 0 ? "nobody was found" : `${people} ${people === 1 ? "person" : "people"} at most`;
  const some = people > 0 && empty > 0 ? ` (nobody in ${empty})` : "";
  const rate = frames > 1 ? `, ${(frames / seconds).toFixed(1)} a second` : "";
  const head = `${input}: ${who} in ${frames} ${frames === 1 ? "picture" : "frames"}${some}${rate}`;
  return [head, ...outputs.map((path) => `  → ${path}`)].join("\n");
}

/**
 * Finds people in every input, as many at once as there are processors, and writes what the options ask for.
 *
 * @throws MareyError of the inputs and writers; `FILE_EXISTS` before anything is looked at; `DETECT_NAMES` when two
 *   inputs would be written to one file.
 */
export async function detect(
  inputs: readonly string[],
  options: DetectCommandOptions,
  { progress, signal }: { progress: Progress; signal?: AbortSignal },
): Promise<Detected[]> {
  const model = options.fast ? "fast" : (options.model ?? "default");
  const plans = inputs.map((input) => planOutputs(input, options));
  requireDistinct(plans);
  if (!options.force)
    for (const plan of plans) for (const path of Object.values(plan.outputs)) await requireAbsent(path);
  const runtime = workerRuntime();
  try {
    const eyes = await openEyes({ model, runtime });
    return await sideBySide(plans, availableParallelism(), async (plan) => {
      const begin = performance.now();
      const detections = await look(plan, eyes, options, progress, signal);
      await write(plan, detections, options, progress, signal);
      return summary(plan, model, detections, (performance.now() - begin) / 1000);
    });
  } finally {
    await runtime.close();
  }
}

/**
 * Works on all items, `count` at a time; after a failure no other is begun, and it is told when all work has stopped.
 * Results in the order of the items.
 */
async function sideBySide<Item, Result>(
  items: readonly Item[],
  count: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const failures: unknown[] = [];
  let next = 0;
  const lane = async () => {
    while (next < items.length && failures.length === 0) {
      const mine = next++;
      await work(items[mine] as Item).then(
        (result) => {
          results[mine] = result;
        },
        (error) => failures.push(error),
      );
    }
  };
  await Promise.all(Array.from({ length: count }, lane));
  if (failures.length > 0) throw failures[0];
  return results;
}

/** Where the results of an input go. */
interface Plan {
  input: string;
  name: string;
  outputs: { json?: string; openpose?: string; overlay?: string };
}

const pictures = /\.(jpe?g|png|webp|tiff?|gif|avif)$/i;

function planOutputs(input: string, { out, format = ["json"], overlay }: DetectCommandOptions): Plan {
  const name = basename(input, extname(input));
  const place = (ending: string) => join(out ?? join(input, ".."), `${name}${ending}`);
  return {
    input,
    name,
    outputs: {
      ...(format.includes("json") && { json: place(".keypoints.json") }),
      ...(format.includes("openpose") && { openpose: place("_json") }),
      ...(overlay && { overlay: place(pictures.test(input) ? ".overlay.png" : ".overlay.mp4") }),
    },
  };
}

function requireDistinct(plans: readonly Plan[]): void {
  const owner = new Map<string, string>();
  for (const { input, outputs } of plans)
    for (const path of Object.values(outputs)) {
      const other = owner.get(path);
      if (other !== undefined)
        throw new MareyError(
          "DETECT_NAMES",
          path,
          `the results of ${other} and of ${input} would both be written here`,
          "Detect them one by one, with another --out each",
        );
      owner.set(path, input);
    }
}

async function look(
  { input, name }: Plan,
  eyes: Eyes,
  { start, end, step, people }: DetectCommandOptions,
  progress: Progress,
  signal?: AbortSignal,
): Promise<Detections> {
  const task = progress.task(name);
  // Somebody small in a photograph is still large enough for a crop; and pictures of a folder differ in size.
  const still = pictures.test(input) || (await stat(input).catch(() => undefined))?.isDirectory();
  const longerSide = still ? undefined : eyes.longerSide;
  const source = await openFrames(input, { start, end, step, longerSide });
  const detections = await detectVideo(source, eyes, {
    ...(still && { findEvery: 1 }),
    people,
    step,
    signal,
    onProgress: task.update,
  });
  task.end();
  // Pictures of a folder need not follow one another.
  return still ? detections : identifyPeople(detections);
}

/** Writes all results of an input, or none. */
async function write(
  { input, name, outputs }: Plan,
  detections: Detections,
  { force, start, end, step }: DetectCommandOptions,
  progress: Progress,
  signal?: AbortSignal,
): Promise<void> {
  signal?.throwIfAborted();
  const files = fileSet({ force });
  const frames: string[] = [];
  try {
    if (outputs.json) await files.write(outputs.json, writeDetectionsJson(detections));
    if (outputs.openpose)
      for (const { name: file, text } of writeOpenPose(detections, name)) {
        signal?.throwIfAborted();
        await files.write(join(outputs.openpose, file), text);
        frames.push(file);
      }
    if (outputs.overlay) {
      const task = progress.task(`${name} overlay`);
      const range = { start, end, step };
      await drawOverlay(outputs.overlay, detections, input, range, { signal, onProgress: task.update });
      task.end();
    }
    await files.publish();
    if (outputs.openpose) await removeOtherFrames(outputs.openpose, name, new Set(frames));
  } finally {
    await files.discard();
  }
}

/** Frames of an earlier, longer run would be taken for this one's. */
async function removeOtherFrames(folder: string, name: string, frames: ReadonlySet<string>): Promise<void> {
  const isFrame = (file: string) =>
    file.startsWith(`${name}_`) && /^\d{12}_keypoints\.json$/.test(file.slice(name.length + 1));
  for (const file of await readdir(folder))
    if (isFrame(file) && !frames.has(file)) await rm(join(folder, file), { force: true });
}

function summary({ input, outputs }: Plan, model: string, { frames }: Detections, seconds: number): Detected {
  return {
    input,
    outputs: Object.values(outputs),
    model,
    frames: frames.length,
    people: frames.reduce((most, people) => Math.max(most, people.length), 0),
    empty: frames.filter((people) => people.length === 0).length,
    seconds,
  };
}

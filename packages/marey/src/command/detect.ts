import { availableParallelism } from "node:os";
import { MareyError } from "@marey/core";
import { Command, Option } from "commander";
import { eyeModels, workerRuntime } from "../detect/index.js";
import { openProgress, type Progress } from "../progress.js";
import { inputOf, withoutPassword } from "../video/address.js";
import { readTimeCode } from "../video/index.js";
import { modelOf, openDetectEyes } from "./detectEyes.js";
import { type DetectCommandOptions, type DetectFormat, detectFormats } from "./detectOptions.js";
import { planOutputs, requireDistinct, requireFree } from "./detectPlan.js";
import { type Detected, type DetectHost, detectTake } from "./detectTake.js";
import { throwAll } from "./failures.js";
import { interruptible } from "./interrupt.js";
import { positiveNumber, wholeNumber } from "./number.js";
import { openPoseOptions, plainArguments, readOpenPoseFlags } from "./openPoseArguments.js";

export type { DetectCommandOptions } from "./detectOptions.js";
export type { Detected } from "./detectTake.js";

/** `marey detect INPUT…`. */
export function detectCommand(): Command {
  const models = Object.entries(eyeModels)
    .map(([name, { summary }]) => `  ${name.padEnd(18)} ${summary}`)
    .join("\n");
  const command = withRange(new Command("detect"))
    .description("Find people and their joints in pictures, videos, cameras and streams")
    .argument(
      "[input...]",
      "videos, pictures, folders of pictures, @list.txt or - (a list of pictures), camera:0, rtsp:// or http:// addresses",
    )
    .option("--model <name>", "method, network, or the path of a network's card (default: default)")
    .option("--finder <name>", "network that finds people, for one that looks at one person at a time")
    .option("--fast", "the fastest method: multi-pose alone")
    .option("--flip", "look at the mirrored picture as well")
    .option(
      "--scales <factors>",
      "look at these sizes, with commas, relative to the usual one: 1,0.75",
      readScales,
    )
    .option("--official", "do as OpenPose's program does, with a network of OpenPose's (marey models pull)")
    .addOption(
      new Option("--parser <program>", "of OpenPose's programs, with --official")
        .choices(["cpu", "gpu"])
        .default(undefined, "cpu"),
    )
    .option("--hands", "find the joints of hands as well")
    .option("--face", "find the points of faces as well")
    .option("--out <folder>", "where to write; beside each input when absent")
    .option(
      "--format <names>",
      `what to write, with commas: ${detectFormats.join(", ")} (default: json)`,
      readFormats,
    )
    .option("--overlay", "write a picture or video with the people drawn on it")
    .option("--no-audio", "leave the sound out of drawn videos")
    .option("--people <n>", "at most so many people a frame", wholeNumber("--people", 1))
    .addOption(
      new Option("--smooth <filter>", "smoothing of joints in videos")
        .choices(["one-euro", "none"])
        .default(undefined, "one-euro; none with --official"),
    )
    .option("--annotations <file>", "COCO annotations that number the pictures, for --format coco")
    .option("--force", "replace files that are there")
    .option("--json", "print what was found as JSON")
    .addHelpText("after", helpText(models))
    .action(async (inputs: string[], { json, ...given }: DetectCommandOptions & { json?: boolean }) => {
      const progress = openProgress({ silent: json });
      const flags = readOpenPoseFlags({ ...given });
      if (flags.unused.length > 0) progress.log(`without meaning here: ${flags.unused.join(", ")}`);
      const options = { ...given, ...flags.options };
      const all = [...inputs, ...flags.inputs];
      await interruptible(async (signal) =>
        tell(await detectAll(all, options, { progress, signal }), progress, json),
      ).finally(() => progress.stop());
    });
  for (const option of openPoseOptions()) command.addOption(option);
  const parse = command.parseOptions.bind(command);
  command.parseOptions = (args) => parse(plainArguments(args));
  return command;
}

/** What stands below the options in the help. */
const helpText = (models: string) => `
Inputs (docs/inputs.md):
  walk.mp4           a video, whatever FFmpeg reads
  photo.jpg          a picture
  photos/            the pictures of a folder
  @list.txt          the pictures that a text file names, one a line, relative to its folder
  -                  such a list on standard input: find . -name '*.jpg' | marey detect -
  camera:0           a camera of this machine, by number or name; also /dev/video0
  rtsp://…, http://… a stream, or a file on a server
  Several are worked on at once.

Methods:
${models}

OpenPose's flags are understood too: docs/openpose.md.`;

/** The options that say which frames. */
const withRange = (command: Command): Command =>
  command
    .option("--start <frame>", "first frame", wholeNumber("--start", 0))
    .option("--end <frame>", "frame to stop before", wholeNumber("--end", 1))
    .option("--step <n>", "take every n-th frame", wholeNumber("--step", 1))
    .option("--start-time <time>", "first frame by its time: seconds, 1:02 or 0:01:02.5", readTimeCode)
    .option("--end-time <time>", "time to stop before", readTimeCode)
    .option("--duration <seconds>", "stop after so many seconds", positiveNumber("--duration"));

function readFormats(text: string): DetectFormat[] {
  return text.split(",").map((name) => {
    const known = detectFormats.find((format) => format === name.trim().toLowerCase());
    if (!known)
      throw new MareyError(
        "OPTION",
        "--format",
        `"${name}" is unknown`,
        `Use ${detectFormats.join(", ")}, or several with commas`,
      );
    return known;
  });
}

function readScales(text: string): number[] {
  const scales = text.split(",").map(Number);
  if (text.trim() !== "" && scales.every((scale) => scale > 0 && scale <= 4)) return scales;
  throw new MareyError(
    "OPTION",
    "--scales",
    `"${text}" are no numbers from 0 to 4`,
    "Give some such as 1,0.75",
  );
}

function describe({ input, outputs, frames, people, empty, seconds }: Detected): string {
  const who = people === 0 ? "nobody was found" : `${people} ${people === 1 ? "person" : "people"} at most`;
  const some = people > 0 && empty > 0 ? ` (nobody in ${empty})` : "";
  const rate = frames > 1 ? `, ${(frames / seconds).toFixed(1)} a second` : "";
  const head = `${input}: ${who} in ${frames} ${frames === 1 ? "picture" : "frames"}${some}${rate}`;
  return [head, ...outputs.map((path) => `  → ${path}`)].join("\n");
}

/**
 * Finds people in every input, as many files at once as there are processors and all cameras and streams, and writes what
 * the options ask for while it goes. Of an input that fails or is interrupted nothing is left; a camera or stream ends
 * when it is interrupted, and its results are kept.
 *
 * @throws MareyError of the inputs and writers, an `AggregateError` of several; `OPTION` without an input; `FILE_EXISTS`
 *   before anything is looked at; `DETECT_NAMES` when two inputs would be written to one file.
 */
export async function detect(
  inputs: readonly string[],
  options: DetectCommandOptions,
  host: DetectHost,
): Promise<Detected[]> {
  const { found, failures } = await detectAll(inputs, options, host);
  throwAll(failures);
  return found;
}

/** What was found in the inputs that were finished, and why others weren't. */
interface Outcome {
  found: Detected[];
  failures: unknown[];
}

/** Prints what is finished, whatever became of the others. @throws as `throwAll`. */
function tell({ found, failures }: Outcome, progress: Progress, json = false): void {
  progress.stop();
  if (found.length > 0 || failures.length === 0)
    console.log(json ? JSON.stringify(found, undefined, 2) : found.map(describe).join("\n"));
  throwAll(failures);
}

/** As `detect`, with failures of inputs beside what was found in the others. */
async function detectAll(
  inputs: readonly string[],
  options: DetectCommandOptions,
  host: DetectHost,
): Promise<Outcome> {
  const model = modelOf(options);
  if (inputs.length === 0)
    throw new MareyError(
      "OPTION",
      "marey detect",
      "no input is named",
      "Name a video, picture, folder, list (@list.txt, or - for standard input), camera (camera:0) or address",
    );
  const plans = await Promise.all(inputs.map((input) => planOutputs(input, options)));
  requireDistinct(plans);
  if (!options.force) for (const plan of plans) await requireFree(plan);
  const runtime = workerRuntime();
  try {
    const eyes = await openDetectEyes(options, model, runtime, host.progress);
    // Cameras and streams may never end: none may wait for another.
    const endless = plans.filter(({ input }) => ["camera", "stream"].includes(inputOf(input).kind)).length;
    const { results, failures } = await sideBySide(plans, availableParallelism() + endless, async (plan) => {
      const begin = performance.now();
      const found = await detectTake(plan, eyes, options, host);
      const outputs = [...Object.values(plan.files), ...Object.values(plan.folders)];
      const input = withoutPassword(plan.input);
      return { input, outputs, model, ...found, seconds: (performance.now() - begin) / 1000 };
    });
    return { found: results, failures };
  } finally {
    await runtime.close();
  }
}

/**
 * Works on all items, `count` at a time; after a failure no other is begun.
 *
 * @returns Results in the order of the items, and failures in the order of time.
 */
async function sideBySide<Item, Result>(
  items: readonly Item[],
  count: number,
  work: (item: Item) => Promise<Result>,
): Promise<{ results: Result[]; failures: unknown[] }> {
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
  return { results: results.filter(() => true), failures }; // without holes
}

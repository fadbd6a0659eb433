import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { MareyError } from "@marey/core";
import type { Tree } from "@marey/core/nn";
import { Command, Option } from "commander";
import { openProgress, type Progress } from "../progress.js";
import { lastFile, readCheckpoint } from "../train/checkpoint.js";
import type { Trained } from "../train/loop.js";
import { loadRecipe, type Recipe } from "../train/recipe.js";
import { openRun, type Run } from "../train/run.js";
import { applySettings } from "../train/settings.js";
import { interruptible } from "./interrupt.js";
import { positiveNumber, wholeNumber } from "./number.js";

interface TrainFlags {
  set: string[];
  out?: string;
  resume?: boolean;
  force?: boolean;
  device?: Run["device"];
  threads?: number;
  checkpointEvery: number;
  json?: boolean;
}

/** `marey train RECIPE`. */
export function trainCommand(): Command {
  return new Command("train")
    .description("Train a network as a recipe says")
    .argument("<recipe>", "a module (.ts, .js), or the name of a recipe that ships")
    .option("--set <key=value>", "change a setting of the recipe; may be repeated", collect, [])
    .option("--out <folder>", "where logs and checkpoints go; runs/RECIPE when absent")
    .option("--resume", "go on from the folder's checkpoint, exactly")
    .option("--force", "replace the training that the folder holds")
    .addOption(new Option("--device <name>", "where to compute (cpu when absent)").choices(["cpu", "webgpu"]))
    .option("--threads <n>", "threads inside a step; all cores when absent", wholeNumber("--threads", 1))
    .option(
      "--checkpoint-every <seconds>",
      "time between checkpoints, beside one after each epoch",
      positiveNumber("--checkpoint-every"),
      60,
    )
    .option("--json", "print what came out as JSON")
    .action(runTraining);
}

export const collect = (value: string, before: readonly string[]): string[] => [...before, value];

async function runTraining(nameOrPath: string, { json = false, ...flags }: TrainFlags): Promise<void> {
  const recipe = await loadRecipe(nameOrPath);
  const progress = openProgress({ silent: json });
  const run = await runOf(recipe, flags, progress);
  const result = await interruptible(async (signal) => {
    try {
      return await recipe.train({ ...run, signal });
    } catch (error) {
      progress.stop();
      if (canGoOn(error, signal)) tellHowToResume(nameOrPath, run.folder);
      throw error;
    }
  });
  progress.stop();
  if (isTrained(result)) console.log(json ? JSON.stringify(summary(result)) : describe(result));
}

/** The run that the flags ask for. One that goes on does so with the settings, threads and device it had. */
async function runOf(recipe: Recipe, flags: TrainFlags, progress: Progress): Promise<Run> {
  const { set, out, resume = false, force = false, checkpointEvery } = flags;
  const folder = out ?? join("runs", recipe.name);
  const from = resume ? await readCheckpoint(folder) : undefined;
  if (resume)
    progress.log(
      from ? `${folder}: goes on at step ${from.at.step}` : `${folder}: no checkpoint yet, starts at step 0`,
    );
  const before = Object.entries(from?.settings ?? {}).filter(([key]) => key in recipe.settings);
  return openRun({
    name: recipe.name,
    folder,
    settings: applySettings({ ...recipe.settings, ...Object.fromEntries(before) }, set, recipe.file),
    resume,
    force,
    checkpointEvery,
    progress,
    threads: flags.threads ?? from?.threads ?? availableParallelism(),
    device: flags.device ?? (from?.device === "webgpu" ? "webgpu" : "cpu"),
  });
}

/** Whether the same command may succeed when it goes on: after an interruption, a full disk, a mended recipe. */
const canGoOn = (error: unknown, signal: AbortSignal): boolean =>
  signal.aborted || !(error instanceof MareyError) || error.code === "FILE_WRITE";

function tellHowToResume(recipe: string, folder: string): void {
  const word = (text: string) => (/^[\w./:=@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
  if (existsSync(lastFile(folder)))
    process.stderr.write(
      `A checkpoint is in ${folder}. To go on from it: npx marey train ${word(recipe)} --out ${word(folder)} --resume\n`,
    );
}

/** Recipes give what `train` gave, or nothing. */
const isTrained = (result: unknown): result is Trained<Tree> =>
  typeof result === "object" && result !== null && "steps" in result && "folder" in result;

const summary = ({ steps, epochs, seconds, loss, best, folder }: Trained<Tree>) => ({
  steps,
  epochs,
  seconds,
  loss,
  best,
  folder,
});

function describe({ steps, epochs, seconds, loss, best, folder }: Trained<Tree>): string {
  const metrics = Object.entries(best?.metrics ?? {}).map(
    ([name, value]) => `${name} ${value.toPrecision(5)}`,
  );
  return [
    `${steps} steps in ${epochs} epochs, ${seconds.toFixed(1)} s; loss ${loss?.toPrecision(5)}`,
    ...(best ? [`best in epoch ${best.epoch + 1}: ${metrics.join(", ")}`] : []),
    `→ ${folder}`,
  ].join("\n");
}

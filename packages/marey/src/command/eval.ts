import { existsSync } from "node:fs";
import { join } from "node:path";
import { MareyError } from "@marey/core";
import { Command, Option } from "commander";
import { openProgress } from "../progress.js";
import { bestFile, lastFile, readWeights } from "../train/checkpoint.js";
import { type Evaluation, loadRecipe, type Recipe } from "../train/recipe.js";
import { openRun, type Run } from "../train/run.js";
import { applySettings } from "../train/settings.js";
import { interruptible } from "./interrupt.js";
import { wholeNumber } from "./number.js";
import { collect } from "./train.js";

interface EvalFlags {
  set: string[];
  weights?: string;
  device?: Run["device"];
  threads?: number;
  json?: boolean;
}

/** `marey eval RECIPE`. */
export function evalCommand(): Command {
  return new Command("eval")
    .description("Measure trained weights as their recipe says")
    .argument("<recipe>", "a module (.ts, .js), or the name of a recipe that ships")
    .option("--weights <file>", "what to measure; the best or last of runs/RECIPE when absent")
    .option("--set <key=value>", "change a setting of the recipe; may be repeated", collect, [])
    .addOption(new Option("--device <name>", "where to compute (cpu when absent)").choices(["cpu", "webgpu"]))
    .option("--threads <n>", "threads; all cores when absent", wholeNumber("--threads", 1))
    .option("--json", "print the metrics as JSON")
    .action(runEvaluation);
}

async function runEvaluation(nameOrPath: string, { json = false, ...flags }: EvalFlags): Promise<void> {
  const recipe = await loadRecipe(nameOrPath);
  const { evaluate } = recipe;
  if (!evaluate)
    throw new MareyError(
      "RECIPE_INVALID",
      recipe.file,
      "it exports no evaluate",
      "Export one to measure weights",
    );
  const { set, weights, device = "cpu", ...threads } = flags;
  const folder = join("runs", recipe.name);
  const file = weights ?? weightsIn(folder, recipe);
  const settings = applySettings(recipe.settings, set, recipe.file);
  const progress = openProgress({ silent: json });
  const result = await interruptible(async (signal) =>
    evaluate(
      openRun({ name: recipe.name, folder, settings, device, progress, signal, ...threads }),
      await readWeights(file),
    ),
  ).finally(() => progress.stop());
  console.log(json ? JSON.stringify({ weights: file, ...result }) : describe(result));
}

function weightsIn(folder: string, { name }: Recipe): string {
  const file = [bestFile(folder), lastFile(folder)].find((path) => existsSync(path));
  if (file !== undefined) return file;
  throw new MareyError(
    "WEIGHTS_MISSING",
    folder,
    `it holds no weights of ${name}`,
    "Train it first, or name the file with --weights",
  );
}

/** A row per metric, and the recipe's own last line. */
function describe({ metrics, line }: Evaluation): string {
  const width = Math.max(0, ...Object.keys(metrics).map(({ length }) => length));
  const rows = Object.entries(metrics).map(
    ([name, value]) => `${name.padEnd(width)}  ${value.toPrecision(5).padStart(10)}`,
  );
  return [...rows, ...(line === undefined ? [] : [line])].join("\n");
}

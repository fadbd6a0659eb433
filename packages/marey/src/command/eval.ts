import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { MareyError } from "@marey/core";
import { Command, Option } from "commander";
import { measures } from "../evaluation/index.js";
import { openProgress } from "../progress.js";
import { bestFile, lastFile, readWeights } from "../train/checkpoint.js";
import { type Evaluation, loadRecipe, type Recipe } from "../train/recipe.js";
import { openRun, type Run } from "../train/run.js";
import { applySettings } from "../train/settings.js";
import { type EvalPosesFlags, evaluateFiles } from "./evalPoses.js";
import { interruptible } from "./interrupt.js";
import { wholeNumber } from "./number.js";
import { collect } from "./train.js";

interface EvalFlags extends EvalPosesFlags {
  set: string[];
  weights?: string;
  device?: Run["device"];
  threads?: number;
}

/** `marey eval DETECTIONS ANNOTATIONS`, and `marey eval RECIPE`. */
export function evalCommand(): Command {
  const metrics = Object.entries(measures).map(([name, { summary }]) => `  ${name.padEnd(12)}${summary}`);
  return new Command("eval")
    .description(
      "Measure detections against annotations, a motion against the truth, or trained weights as their recipe says",
    )
    .argument(
      "<input>",
      "detections (COCO results, Marey JSON, a folder of OpenPose files), a motion, or a recipe",
    )
    .argument("[truth]", "annotations of a 2D data set, or the true motion; none for a recipe")
    .addOption(
      new Option("--metric <name>", "what to measure; the data set's own when absent").choices(
        Object.keys(measures),
      ),
    )
    .option(
      "--skeleton <name>",
      "joint layout of the detections, or a JSON file of one's own, where theirs doesn't say",
    )
    .option("--report <folder>", "write a page with curves, errors by joint and the worst pictures")
    .option("--images <folder>", "the annotated pictures, for the report")
    .option("--worst <n>", "pictures in the report; 12 when absent", wholeNumber("--worst", 0))
    .option("--force", "replace a report that is there")
    .option("--weights <file>", "of a recipe: what to measure; the best or last of runs/RECIPE when absent")
    .option("--set <key=value>", "of a recipe: change a setting; may be repeated", collect, [])
    .addOption(
      new Option("--device <name>", "of a recipe: where to compute (cpu when absent)").choices([
        "cpu",
        "webgpu",
      ]),
    )
    .option("--threads <n>", "of a recipe: threads; all cores when absent", wholeNumber("--threads", 1))
    .option("--json", "print the figures as JSON")
    .addHelpText("after", `\nMetrics:\n${metrics.join("\n")}`)
    .action(async (input: string, truth: string | undefined, flags: EvalFlags) => {
      if (truth !== undefined) return evaluateFiles(input, truth, flags);
      await requireRecipe(input);
      return runEvaluation(input, flags);
    });
}

/** Detections without annotations are no recipe: say what is missing rather than that they can't be loaded. */
async function requireRecipe(input: string): Promise<void> {
  const isFolder = await stat(input).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
  if (isFolder || (/\.(json|trc|bvh|c3d|csv|npz|glb)$/i.test(input) && existsSync(input)))
    throw new MareyError(
      "EVAL_TRUTH",
      input,
      "there is nothing to measure it against",
      "Name the annotations, or the true motion, after it",
    );
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

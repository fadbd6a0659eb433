import { motionFormats } from "@marey/core/format";
import { Command, Option } from "commander";
import { bodyModels } from "../detect/index.js";
import { openProgress } from "../progress.js";
import { type CaptureSettings, capture } from "../session/capture.js";
import { filterNames } from "../session/config.js";
import { describeSummary } from "../session/summary.js";
import { interruptible } from "./interrupt.js";
import { positiveNumber, wholeNumber } from "./number.js";

interface CaptureFlags extends Omit<CaptureSettings, "method" | "formats" | "model"> {
  pose2sim?: boolean;
  format: string;
  model: string;
  fast?: boolean;
  json?: boolean;
}

/** `marey capture SESSION`. */
export function captureCommand(): Command {
  const formats = motionFormats.map(({ name, summary }) => `  ${name.padEnd(6)} ${summary}`).join("\n");
  return new Command("capture")
    .description("Turn the videos of calibrated cameras into motion of every person")
    .argument("<session>", "folder with videos/ or pose/ and a calibration")
    .option("--calibration <file>", "TOML or Qualisys .qca.txt; found by itself when left out")
    .option("--out <folder>", "where to write; SESSION/motion when left out")
    .option("--format <names>", "what to write, with commas", "trc,bvh,glb")
    .addOption(
      new Option("--source <kind>", "what to capture from, where there are both").choices([
        "videos",
        "detections",
      ]),
    )
    .addOption(new Option("--model <name>", "what finds the joints").choices(bodyModels).default("default"))
    .option("--fast", "the fastest model: MoveNet multi-pose alone")
    .option("--people <n>", "at most so many people: those seen most", wholeNumber("--people", 1))
    .option("--pose2sim", "do it exactly as Pose2Sim does, settings of Config.toml included")
    .addOption(
      new Option("--filter <name>", "body is Marey's own; Pose2Sim's others; or none").choices([
        "body",
        ...filterNames.map((name) => name.replaceAll("_", "-")),
        "none",
      ]),
    )
    .addOption(
      new Option("--fill <method>", "how gaps are filled before Pose2Sim's filters").choices([
        "linear",
        "cubic",
        "none",
      ]),
    )
    .option("--no-hampel", "no outlier rejection before Pose2Sim's filters")
    .option("--keep-last-frame", "with --pose2sim: keep the last frame, which its filter stage loses")
    .option("--start <frame>", "first frame", wholeNumber("--start", 0))
    .option("--end <frame>", "frame to stop before", wholeNumber("--end", 1))
    .option("--frame-rate <hz>", "of stored detections", positiveNumber("--frame-rate"))
    .option("--shortest", "views of different length: capture the frames that all have")
    .option("--force", "replace files that are there")
    .option("--no-cache", "neither use nor keep results of stages")
    .option("--json", "print the summary as JSON")
    .addHelpText("after", `\nFormats:\n${formats}`)
    .action(
      async (folder: string, { pose2sim, format, fast, model, json, hampel, ...flags }: CaptureFlags) => {
        const settings: CaptureSettings = {
          ...flags,
          // Commander gives true when the flag is absent; then the configuration decides.
          hampel: hampel ? undefined : false,
          method: pose2sim ? "pose2sim" : "marey",
          formats: format.split(","),
          model: fast ? "fast" : model,
        };
        const progress = openProgress({ silent: json });
        const summary = await interruptible(
          (signal) => capture(folder, settings, { progress, signal }).finally(() => progress.stop()),
          `${folder}: interrupted; no results were written${flags.cache === false ? "" : ", the stages that were done are remembered"}`,
        );
        console.log(json ? JSON.stringify(summary, undefined, 2) : describeSummary(summary));
      },
    );
}

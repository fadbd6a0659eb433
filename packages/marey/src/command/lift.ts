import { MareyError } from "@marey/core";
import { motionFormats } from "@marey/core/format";
import { Command, Option } from "commander";
import { bodyModels } from "../detect/index.js";
import { type LiftSettings, lift } from "../lift/index.js";
import { openProgress } from "../progress.js";
import { describeSummary } from "../session/summary.js";
import { interruptible } from "./interrupt.js";
import { positiveNumber, wholeNumber } from "./number.js";

interface LiftFlags extends Omit<LiftSettings, "formats"> {
  format: string;
  fast?: boolean;
  json?: boolean;
}

/** `marey lift INPUT`. */
export function liftCommand(): Command {
  const formats = motionFormats.map(({ name, summary }) => `  ${name.padEnd(6)} ${summary}`).join("\n");
  return new Command("lift")
    .description("Turn what one camera saw of people into motion in three dimensions")
    .argument("<input>", "video, folder of pictures, folder of OpenPose files, or keypoints as JSON")
    .option("--out <folder>", "where to write; beside the input when left out")
    .option("--format <names>", "what to write, with commas", "trc,bvh,glb")
    .option("--floor", "stand people on a level floor at height 0")
    .option("--focal <pixels>", "focal length; guessed when left out", positiveNumber("--focal"))
    .option("--calibration <file>", "calibration that holds the camera: TOML or Qualisys")
    .option("--camera <name>", "the camera's name in the calibration")
    .option("--size <WxH>", "size of the pictures, where stored keypoints don't say", readSize)
    .option("--frame-rate <hz>", "of stored keypoints", positiveNumber("--frame-rate"))
    .addOption(
      new Option("--model <name>", "what finds the joints in a video").choices(bodyModels).default("default"),
    )
    .option("--fast", "the fastest model: MoveNet multi-pose alone")
    .option("--people <n>", "at most so many people: those seen most", wholeNumber("--people", 1))
    .option("--start <frame>", "first frame", wholeNumber("--start", 0))
    .option("--end <frame>", "frame to stop before", wholeNumber("--end", 1))
    .option("--lifter <name>", "another lifter: name of a stored one, or folder with card.json and weights")
    .option("--force", "replace files that are there")
    .option("--json", "print the summary as JSON")
    .addHelpText("after", `\nFormats:\n${formats}`)
    .action(async (input: string, { format, fast, model, json, ...flags }: LiftFlags) => {
      const settings: LiftSettings = { ...flags, formats: format.split(","), model: fast ? "fast" : model };
      const progress = openProgress({ silent: json });
      const summary = await interruptible(
        (signal) => lift(input, settings, { progress, signal }).finally(() => progress.stop()),
        `${input}: interrupted; nothing was written`,
      );
      console.log(json ? JSON.stringify(summary, undefined, 2) : describeSummary(summary));
    });
}

function readSize(text: string): [number, number] {
  const [, width, height] = /^(\d+)[x×](\d+)$/.exec(text) ?? [];
  if (Number(width) > 0 && Number(height) > 0) return [Number(width), Number(height)];
  throw new MareyError("OPTION", "--size", `"${text}" is no size`, "Write it like 1920x1080");
}

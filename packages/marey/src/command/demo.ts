import { Command } from "commander";
import { runDemo } from "../demo/demo.js";
import { describeJudgement } from "../demo/judgement.js";
import { openProgress } from "../progress.js";
import { describeSummary } from "../session/summary.js";
import { interruptible } from "./interrupt.js";
import { wholeNumber } from "./number.js";

interface DemoFlags {
  seed: number;
  out: string;
  detections?: boolean;
  force?: boolean;
  json?: boolean;
}

/** `marey demo`. */
export function demoCommand(): Command {
  return new Command("demo")
    .description(
      "Render videos of two people before four cameras, capture them, and compare the motion with its truth",
    )
    .option("--out <folder>", "where to write the session", "demo")
    .option("--seed <n>", "other people in another place", wholeNumber("--seed", 0), 1)
    .option("--detections", "simulate a detector instead of rendering videos: done in seconds")
    .option("--force", "write into a folder that holds other files")
    .option("--json", "print the summary and the comparison as JSON")
    .action(async ({ json, ...settings }: DemoFlags) => {
      const progress = openProgress({ silent: json });
      const { summary, judgement, joints, overlay } = await interruptible((signal) =>
        runDemo(settings, { progress, signal }).finally(() => progress.stop()),
      );
      const { errors, ...counts } = judgement;
      const meanError = errors.reduce((sum, error) => sum + error, 0) / errors.length;
      const lines = [describeSummary(summary), ...(overlay ? [`→ ${overlay}`] : []), ""];
      console.log(
        json
          ? JSON.stringify(
              { summary, ...counts, joints: errors.length, meanError, byJoint: joints, overlay },
              undefined,
              2,
            )
          : [...lines, describeJudgement(judgement, joints)].join("\n"),
      );
    });
}

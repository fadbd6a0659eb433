import { Command } from "commander";
import { describeJudgement, runDemo } from "../demo/demo.js";
import { openProgress } from "../progress.js";
import { describeSummary } from "../session/summary.js";
import { interruptible } from "./interrupt.js";
import { wholeNumber } from "./number.js";

interface DemoFlags {
  seed: number;
  out: string;
  force?: boolean;
  json?: boolean;
}

/** `marey demo`. */
export function demoCommand(): Command {
  return new Command("demo")
    .description("Capture a synthetic session of two people and four cameras, and compare it with its truth")
    .option("--out <folder>", "where to write the session", "demo")
    .option("--seed <n>", "another take", wholeNumber("--seed", 0), 1)
    .option("--force", "write into a folder that holds other files")
    .option("--json", "print the summary and the comparison as JSON")
    .action(async ({ json, ...settings }: DemoFlags) => {
      const progress = openProgress({ silent: json });
      const { summary, judgement } = await interruptible((signal) =>
        runDemo(settings, { progress, signal }).finally(() => progress.stop()),
      );
      const { errors, ...counts } = judgement;
      const meanError = errors.reduce((sum, error) => sum + error, 0) / errors.length;
      console.log(
        json
          ? JSON.stringify({ summary, ...counts, joints: errors.length, meanError }, undefined, 2)
          : `${describeSummary(summary)}\n\n${describeJudgement(judgement)}`,
      );
    });
}

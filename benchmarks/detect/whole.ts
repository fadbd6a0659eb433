import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { DetectCommandOptions } from "../../packages/marey/src/command/detectOptions.js";
import { planOutputs } from "../../packages/marey/src/command/detectPlan.js";
import { type Detected, detectTake } from "../../packages/marey/src/command/detectTake.js";
import type { Eyes } from "../../packages/marey/src/detect/index.js";
import { openProgress, type Progress } from "../../packages/marey/src/progress.js";

const silent = openProgress({ silent: true });

/** All that `marey detect` does with one video once the networks are loaded; what it writes is removed. */
export async function detectWhole(
  video: string,
  eyes: Eyes,
  options: DetectCommandOptions,
  progress: Progress = silent,
): Promise<Pick<Detected, "frames" | "people" | "empty">> {
  const out = join(video, "../results");
  mkdirSync(out, { recursive: true });
  try {
    const all = { ...options, out, force: true };
    return await detectTake(await planOutputs(video, all), eyes, all, { progress });
  } finally {
    rmSync(out, { recursive: true });
  }
}

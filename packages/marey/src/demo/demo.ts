import { join } from "node:path";
import { MareyError } from "@marey/core";
import { readMotionNpz } from "@marey/core/format";
import type { Motion } from "@marey/core/motion";
import { type Judgement, judgeMotion } from "@marey/core/world";
import { readWhole } from "../files/index.js";
import { type CaptureHost, capture } from "../session/capture.js";
import type { CaptureSummary } from "../session/summary.js";
import { demoTake, writeDemoSession } from "./demoSession.js";

export interface DemoSettings {
  /** Decides people, paths and the detector's mistakes. */
  seed: number;
  /** Folder of the session. */
  out: string;
  /** Write into a folder that holds other files. */
  force?: boolean;
  /** 600 when absent. */
  frameCount?: number;
}

/** What the demo did, and how near it came to the truth. */
export interface DemoResult {
  summary: CaptureSummary;
  judgement: Judgement;
}

/**
 * Writes a synthetic session, captures it as any other, and compares the files with the truth.
 *
 * @throws MareyError of `writeDemoSession` and `capture`.
 */
export async function runDemo(
  { seed, out, force, frameCount }: DemoSettings,
  host: CaptureHost,
): Promise<DemoResult> {
  const take = demoTake(seed, frameCount);
  await writeDemoSession(out, take, { force });
  const settings = {
    method: "marey",
    source: "detections",
    model: "default",
    formats: ["trc", "bvh", "glb", "npz"],
    calibration: join(out, "calibration", "Calib_demo.toml"),
    force: true,
    cache: false,
  } as const;
  const summary = await capture(out, settings, host);
  const files = summary.people.flatMap((person) => person.files.filter((file) => file.endsWith(".npz")));
  const motions = await Promise.all(files.map(async (file) => readMotionNpz(await readWhole(file), file)));
  return { summary, judgement: judgeMotion(together(motions, out), take.truth()) };
}

/** Motions of one person each as one. */
function together(motions: readonly Motion[], where: string): Motion {
  const [first] = motions;
  if (!first)
    throw new MareyError(
      "NOBODY",
      where,
      "nobody was captured",
      "Run it again, and report this as a mistake",
    );
  return { ...first, people: motions.flatMap(({ people }) => people) };
}

/** The comparison with the truth as lines; the last one holds the mean error. */
export function describeJudgement({ matches, extra, swaps, errors, missing }: Judgement): string {
  const found = matches.filter((match) => match >= 0).length;
  const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
  const at = (share: number) => mm(errors[Math.min(errors.length - 1, Math.floor(share * errors.length))]);
  return [
    `against the truth: ${found} of ${matches.length} people found, ${extra} too many; identities swapped ${swaps} times`,
    `median ${at(0.5)} mm, 95 % below ${at(0.95)} mm; ${missing} of ${errors.length + missing} joints missing`,
    `mean joint error ${mm(mean)} mm over ${errors.length} joints`,
  ].join("\n");
}

const mm = (metres = Number.NaN) => (1000 * metres).toFixed(1);

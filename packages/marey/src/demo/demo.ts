import { join } from "node:path";
import { MareyError } from "@marey/core";
import { readMotionNpz } from "@marey/core/format";
import type { Motion } from "@marey/core/motion";
import { type Judgement, judgeMotion } from "@marey/core/world";
import { readWhole } from "../files/index.js";
import { type CaptureHost, capture } from "../session/capture.js";
import type { CaptureSummary } from "../session/summary.js";
import type { WorldSettings } from "../world/index.js";
import { demoTake, writeDemoSession } from "./demoSession.js";
import { type JointError, jointErrors } from "./judgement.js";
import { drawOverlay } from "./overlay.js";
import { demoScene, renderDemo } from "./rendered.js";

export interface DemoSettings {
  /** Decides people, place, light and cameras; without pictures paths and the detector's mistakes. */
  seed: number;
  /** Folder of the session. */
  out: string;
  /** Write into a folder that holds other files. */
  force?: boolean;
  /** Simulate a detector instead of rendering and looking: ten seconds in a few. */
  detections?: boolean;
  /** Of the simulated detections; 600 when absent. */
  frameCount?: number;
  /** What is rendered differently. */
  scene?: Partial<WorldSettings>;
}

/** What the demo did, and how near it came to the truth. */
export interface DemoResult {
  summary: CaptureSummary;
  judgement: Judgement;
  joints: JointError[];
  /** A video with the motion drawn on it. */
  overlay?: string;
}

/**
 * Renders a take to video files, captures it as any other session, and compares the files with the truth.
 *
 * @throws MareyError of `renderDemo` or `writeDemoSession`, and `capture`.
 */
export async function runDemo(settings: DemoSettings, host: CaptureHost): Promise<DemoResult> {
  return settings.detections ? simulated(settings, host) : rendered(settings, host);
}

async function rendered({ seed, out, force, scene }: DemoSettings, host: CaptureHost): Promise<DemoResult> {
  const truth = await renderDemo(out, demoScene(seed, scene), { force }, host);
  const calibration = join(out, "calibration", "Calib_scene.toml");
  const { summary, motion } = await captured(out, calibration, "videos", host);
  const overlay = await drawOverlay(out, calibration, motion, 0, host);
  return { summary, overlay, ...judged(motion, readMotionNpz(await readWhole(truth), truth)) };
}

async function simulated(
  { seed, out, force, frameCount }: DemoSettings,
  host: CaptureHost,
): Promise<DemoResult> {
  const take = demoTake(seed, frameCount);
  await writeDemoSession(out, take, { force });
  const calibration = join(out, "calibration", "Calib_demo.toml");
  const { summary, motion } = await captured(out, calibration, "detections", host);
  return { summary, ...judged(motion, take.truth()) };
}

/** Captures the session and reads what was written. */
async function captured(
  out: string,
  calibration: string,
  source: "videos" | "detections",
  host: CaptureHost,
): Promise<{ summary: CaptureSummary; motion: Motion }> {
  const settings = {
    ...({ method: "marey", source, model: "default" } as const),
    ...{ formats: ["trc", "bvh", "glb", "npz"], calibration, force: true, cache: false },
  };
  const summary = await capture(out, settings, host);
  const files = summary.people.flatMap((person) => person.files.filter((file) => file.endsWith(".npz")));
  const motions = await Promise.all(files.map(async (file) => readMotionNpz(await readWhole(file), file)));
  return { summary, motion: together(motions, out) };
}

function judged(motion: Motion, truth: Motion): { judgement: Judgement; joints: JointError[] } {
  const judgement = judgeMotion(motion, truth);
  return { judgement, joints: jointErrors(motion, truth, judgement) };
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

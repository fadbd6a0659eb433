import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeCalibrationToml, writeOpenPose } from "@marey/core/format";
import type { Detection } from "@marey/core/motion";
import { type SyntheticTakeOptions, syntheticTake } from "@marey/core/world";
import { type CaptureSettings, capture } from "../../packages/marey/src/session/capture.js";
import type { CaptureSummary } from "../../packages/marey/src/session/summary.js";

/** A session of detections on disk, which a test may damage. */
export interface SmallSession {
  folder: string;
  calibration: string;
  /** The folder of a view's OpenPose files, from 0. */
  pose(view: number): string;
  /** The OpenPose file of a view's frame. */
  frame(view: number, frame: number): string;
  /** Where results go. */
  out: string;
  /** Captures it with `settings`, by another path when one is given; without a cache unless it is asked for. */
  capture(settings?: Partial<CaptureSettings>, signal?: AbortSignal, path?: string): Promise<CaptureSummary>;
  /** Names in the folder of results, hidden ones too; empty when there is none. */
  results(): string[];
}

export interface SmallSessionOptions extends Partial<SyntheticTakeOptions> {
  /** The folder's name. */
  name?: string;
  /** What a view's detections become before they are written. */
  change?: (frames: Detection[][], view: number) => Detection[][];
}

const silent = { task: () => ({ update: () => {}, end: () => {} }), log: () => {}, stop: () => {} };

/** A new folder for one test file, and what makes sessions in it. `remove` deletes all. */
export function sessionMaker() {
  const root = mkdtempSync(join(tmpdir(), "marey-capture-"));
  process.env.MAREY_CACHE = join(root, "cache");
  let count = 0;
  return {
    root,
    remove: () => rmSync(root, { recursive: true, force: true }),
    async session({ name = "walk", change, ...options }: SmallSessionOptions = {}): Promise<SmallSession> {
      const take = syntheticTake({ frameCount: 12, frameRate: 30, people: 1, ...options });
      // A level of its own, and two above that hold neither configuration nor calibration of others.
      const folder = join(root, `${count++}`, "a", name);
      const pose = (view: number) => join(folder, "pose", `${take.rig.cameras[view]!.name}_json`);
      mkdirSync(join(folder, "calibration"), { recursive: true });
      const calibration = join(folder, "calibration", "Calib.toml");
      writeFileSync(calibration, writeCalibrationToml(take.rig));
      for (const [v, view] of take.views.entries()) {
        const seen = await view.read(0, take.frameCount);
        const frames = change?.(seen, v) ?? seen;
        mkdirSync(pose(v), { recursive: true });
        for (const file of writeOpenPose({ ...view, frames }, view.name))
          writeFileSync(join(pose(v), file.name), file.text);
      }
      const out = join(folder, "motion");
      return {
        folder,
        calibration,
        pose,
        frame: (view, frame) => join(pose(view), readdirSync(pose(view)).sort()[frame]!),
        out,
        results: () => namesIn(out),
        capture: (settings = {}, signal, path = folder) =>
          capture(
            path,
            { method: "marey", formats: ["trc"], model: "default", cache: false, ...settings },
            { progress: silent, signal },
          ),
      };
    },
  };
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true }).map(String).sort();
  } catch {
    return [];
  }
}

/** What the experiments train on: motion of the CMU database before virtual cameras, as detectors might see it. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { random } from "@marey/core/array";
import {
  addDetectorNoise,
  type DetectorNoise,
  type LiftSequence,
  type MotionClip,
  readMotion17,
  viewClip,
  virtualCamera,
} from "@marey/core/model/videoPose3d";
import { h36m17 } from "@marey/core/skeleton";

/** Where the clips are, seen from the root of the repository. */
export const CMU = "../shared/data/cmu/motion17";

export const mirrors = { keypoints: h36m17.mirror, positions: h36m17.mirror };

/** The clips of a part of the set; none, and a line that says so, where the set isn't there. */
export async function clipsOf(part: "train" | "test", folder = CMU): Promise<MotionClip[]> {
  const file = join(folder, `motion17_${part}`);
  if (existsSync(`${file}.json`))
    return readMotion17(await readFile(`${file}.i16.gz`), await readFile(`${file}.json`), file);
  console.log(`skipped: ${file}.json isn't there`);
  return [];
}

/** About where Human3.6M's cameras stand, and as they see: 1000 pixels, a focal length of 1145. */
const cameras = {
  height: [1.2, 1.9],
  distance: [4, 6],
  focal: [1.145, 1.145],
  roll: 0.02,
  aim: 0.2,
  pictures: [[1000, 1000]],
  margin: 0.02,
} as const;

/** Errors of 4 pixels, in one joint of twenty of 25. */
export const PIXEL_NOISE: DetectorNoise = {
  jitter: 4,
  outliers: 0.05,
  outlierSpread: 25,
  drift: 0,
  driftFrames: 1,
  bias: 0,
  missing: 0,
  missingFrames: 1,
};

/** Each clip before `count` cameras of its own; with noise, which is in pixels. The same seed gives the same views. */
export function seenBy(
  count: number,
  clips: readonly MotionClip[],
  seed: number,
  noise?: DetectorNoise,
): LiftSequence[] {
  const draw = random(seed);
  return clips.flatMap((clip) =>
    Array.from({ length: count }, () => {
      const view = viewClip(clip, virtualCamera(clip.positions, clip.up, draw, cameras));
      const pixel = new Float32Array(view.frames).fill(2 / 1000);
      if (noise) addDetectorNoise(view.keypoints, pixel, view.joints, noise, draw, view.keypoints);
      return view;
    }),
  );
}

import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeCalibrationToml, writeOpenPose } from "@marey/core/format";
import { type SyntheticTake, syntheticTake } from "@marey/core/world";
import { writeWhole } from "../files/index.js";
import { clearDemo, SIGN, unusable } from "./folder.js";

/**
 * Two people who walk, turn and cross closely for ten seconds among four cameras, and a detector with a bad day: 2 px
 * of noise, 15 % of the joints missed, 5 % grossly wrong; people in random order.
 */
export function demoTake(seed: number, frameCount = 600): SyntheticTake {
  return syntheticTake({
    seed,
    frameCount,
    paths: { pauses: 0.3, pauseEvery: 7 },
    flaws: { noise: 2, missedJoints: 0.15, outliers: 0.05 },
  });
}

const config = ({ frameRate }: SyntheticTake) => `${SIGN}
[project]
multi_person = true
frame_rate = ${frameRate}

[pose]
pose_model = "BODY_25B"
`;

/**
 * Writes a take as a session in Pose2Sim's layout: `calibration/`, `pose/camNN_json/` and `Config.toml`. An earlier
 * demo in the folder is replaced.
 *
 * @throws MareyError of `clearDemo`; `FILE_WRITE`.
 */
export async function writeDemoSession(
  folder: string,
  take: SyntheticTake,
  { force = false }: { force?: boolean } = {},
): Promise<void> {
  await clearDemo(folder, force);
  await writeWhole(join(folder, "Config.toml"), config(take), { force: true });
  await writeWhole(join(folder, "calibration", "Calib_demo.toml"), writeCalibrationToml(take.rig), {
    force: true,
  });
  await Promise.all(take.views.map((_, view) => writeView(folder, take, view)));
}

/** A view's files, in a folder that gets its name when it is complete. */
async function writeView(folder: string, { views, sightings }: SyntheticTake, view: number): Promise<void> {
  const shape = views[view] as SyntheticTake["views"][number];
  const frames = Array.from({ length: shape.frameCount }, (_, frame) =>
    sightings(view, frame).map(({ detection }) => detection),
  );
  const target = join(folder, "pose", `${shape.name}_json`);
  const unfinished = `${target}.unfinished`;
  try {
    await mkdir(unfinished, { recursive: true });
    const files = [...writeOpenPose({ ...shape, frames }, shape.name)];
    for (let i = 0; i < files.length; i += BATCH)
      await Promise.all(
        files.slice(i, i + BATCH).map(({ name, text }) => writeFile(join(unfinished, name), text)),
      );
    await rm(target, { recursive: true, force: true });
    await rename(unfinished, target);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true }).catch(() => undefined);
    throw unusable(target, error as NodeJS.ErrnoException);
  }
}

/** Files that are open at a time. */
const BATCH = 32;

import { join } from "node:path";
import { type Camera, project } from "@marey/core/camera";
import { readCalibrationToml } from "@marey/core/format";
import { drawPeople, personColour } from "@marey/core/image";
import type { Motion } from "@marey/core/motion";
import { fileSet, readWhole } from "../files/index.js";
import { claimed } from "../output/claimed.js";
import { openFrames, writeVideo } from "../video/index.js";
import type { RenderHost } from "../world/index.js";

/**
 * Draws a motion on the video of a session's camera.
 *
 * @param camera Index in the calibration.
 * @returns The drawn video's path.
 */
export async function drawOverlay(
  folder: string,
  calibration: string,
  motion: Motion,
  camera: number,
  { progress, signal }: RenderHost,
): Promise<string> {
  const rig = readCalibrationToml(await readWhole(calibration), calibration);
  const view = rig.cameras[camera] as Camera;
  const out = join(folder, "overlay", `${view.name}.mp4`);
  const files = fileSet({ force: true });
  const task = progress.task("overlay");
  try {
    const file = await claimed(files, out);
    const { width, height } = view;
    const shape = { width, height, frameRate: motion.frameRate };
    const video = await file.written(writeVideo(file.temporary, shape));
    try {
      for await (const { image, index } of await openFrames(join(folder, "videos", `${view.name}.mp4`), {
        signal,
      })) {
        drawPeople(image, peopleOf(motion, index, view), motion.skeleton);
        await file.written(video.write(image));
        task.update(index + 1, motion.frameCount);
      }
      await file.written(video.close());
    } catch (error) {
      await video.abort();
      throw error;
    }
    await files.publish();
  } finally {
    await files.discard();
  }
  task.end();
  return out;
}

/** The people of a frame as the camera sees them: J×3, x and y in pixels and 1 where the joint is known. */
function peopleOf({ people, skeleton, firstFrame }: Motion, frame: number, camera: Camera) {
  const width = 3 * skeleton.joints.length;
  return people.map(({ positions }, n) => {
    const from = (frame - firstFrame) * width;
    const pixels = project(positions.subarray(from, from + width), camera);
    const joints = Array.from({ length: width }, (_, k) =>
      k % 3 === 2 ? 1 : (pixels[2 * ((k / 3) | 0) + (k % 3)] as number),
    );
    return { joints, colour: personColour(n), label: `P${n + 1}` };
  });
}

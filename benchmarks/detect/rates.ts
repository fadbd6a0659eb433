import { cpus } from "node:os";
import { openEyes, workerRuntime } from "../../packages/marey/src/detect/index.js";
import { rowScene } from "./scenes.js";
import { median, row, type Timing, timed } from "./timing.js";
import { detectWhole } from "./whole.js";

/** Frames a second of `detect` by the number of people; start-up and loading are left out. */
export async function rates(folder: string, frames: number, rounds: number): Promise<void> {
  const threads = workerRuntime();
  console.log(`\nFrames a second of the default, ${frames} frames of 1280×720, ${cpus().length} cores`);
  console.log(row("people in the scene, seen", ["keypoints", "ms processor", "drawn too", "ms processor"]));
  const eyes = await openEyes({ runtime: threads });
  for (const people of [1, 2, 3, 4]) {
    const video = await rowScene(folder, people, frames);
    const cells: string[] = [];
    let seen = 0;
    for (const overlay of [false, true]) {
      const timings: Timing[] = [];
      for (let round = 0; round < rounds; round++)
        timings.push(
          await timed(async () => {
            seen = (await detectWhole(video, eyes, { overlay })).people;
          }),
        );
      const middle = (kind: keyof Timing) => median(timings.map((timing) => timing[kind]));
      cells.push(((1000 * frames) / middle("clock")).toFixed(1), (middle("processor") / frames).toFixed(1));
    }
    console.log(row(`  ${people}, ${seen}`, cells));
  }
  await threads.close();
}

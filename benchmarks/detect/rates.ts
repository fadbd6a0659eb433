import { cpus } from "node:os";
import { openEyes, workerRuntime } from "../../packages/marey/src/detect/index.js";
import { rowScene } from "./scenes.js";
import { median, row, type Timing, timed } from "./timing.js";
import { detectWhole } from "./whole.js";

/** Ways of seeing people in a video, the most careful first. */
const METHODS = ["default", "movenet-lightning", "fast"] as const;

/** Frames a second of `detect` by the number of people; start-up and loading are left out. */
export async function rates(folder: string, frames: number, rounds: number): Promise<void> {
  const threads = workerRuntime();
  console.log(`\nFrames a second, ${frames} frames of 1280×720, ${cpus().length} cores`);
  console.log(row("people in the scene", ["default drawn", ...METHODS]));
  const eyes = await Promise.all(METHODS.map((model) => openEyes({ model, runtime: threads })));
  for (const people of [1, 2, 3, 4]) {
    const video = await rowScene(folder, people, frames);
    const rate = async (own: (typeof eyes)[number], overlay: boolean) => {
      const timings: Timing[] = [];
      for (let round = 0; round < rounds; round++)
        timings.push(await timed(async () => void (await detectWhole(video, own, { overlay }))));
      const middle = (kind: keyof Timing) => median(timings.map((timing) => timing[kind])) / frames;
      return `${(1000 / middle("clock")).toFixed(1)} (${middle("processor").toFixed(0)} ms)`;
    };
    const cells = [await rate(eyes[0] as (typeof eyes)[number], true)];
    for (const own of eyes) cells.push(await rate(own, false));
    console.log(row(`  ${people}`, cells));
  }
  await threads.close();
}

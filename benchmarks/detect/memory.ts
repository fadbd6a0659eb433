import { detectFormats } from "../../packages/marey/src/command/detectOptions.js";
import { openEyes, workerRuntime } from "../../packages/marey/src/detect/index.js";
import { longScene } from "./scenes.js";
import { timed } from "./timing.js";
import { detectWhole } from "./whole.js";

const frameRate = 10;
const perMinute = 60 * frameRate;

/** Resident memory of `detect --fast` at each minute of a long video, everything written that there is. */
export async function memory(folder: string, minutes: number): Promise<void> {
  const video = await longScene(folder, minutes);
  const threads = workerRuntime();
  const eyes = await openEyes({ model: "fast", runtime: threads });
  const resident: number[] = [];
  const update = (done: number) => {
    if (done % perMinute === 0) resident.push(process.memoryUsage.rss() / 1e6);
  };
  const progress = { task: () => ({ update, end() {} }), log() {}, stop() {} };
  const time = await timed(() =>
    detectWhole(video, eyes, { format: detectFormats, overlay: true }, progress),
  );
  await threads.close();
  console.log(
    `\n${minutes} minutes of 1280×720 at ${frameRate} Hz with ${detectFormats.join(", ")} and drawn video, method fast: ` +
      `${(time.clock / 60e3).toFixed(1)} minutes; resident MB at each minute: ${resident.map((mb) => mb.toFixed(0)).join(" ")}`,
  );
}

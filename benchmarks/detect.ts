/**
 * What `marey detect` costs on video of 1280×720, made of real recordings: what surrounds the networks as a share of their
 * own time and where it goes; frames a second by the number of people; memory over ten minutes; and the whole against
 * TensorFlow.js's pose-detection. Processor time is disturbed less by other programs than the clock.
 *
 * `POSE_DETECTION` names a folder, outside the repository, in which
 * `npm install @tensorflow-models/pose-detection@2.1.3 @tensorflow/tfjs-core@4.22.0 @tensorflow/tfjs-converter@4.22.0
 * @tensorflow/tfjs-backend-wasm@4.22.0` was run; without it that comparison is left out.
 *
 *     POSE_DETECTION=FOLDER npx tsx --conditions=marey-source benchmarks/detect.ts \
 *       [--frames N] [--rounds N] [--minutes N] [overhead] [rates] [versus] [memory]
 */
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { memory } from "./detect/memory.js";
import { overhead } from "./detect/overhead.js";
import { rates } from "./detect/rates.js";
import { scenesThere } from "./detect/scenes.js";
import { versus } from "./detect/versus.js";

const { values, positionals: wanted } = parseArgs({
  allowPositionals: true,
  options: {
    frames: { type: "string", default: "98" },
    rounds: { type: "string", default: "3" },
    minutes: { type: "string", default: "10" },
  },
});
const [frames, rounds, minutes] = [values.frames, values.rounds, values.minutes].map(Number) as [
  number,
  number,
  number,
];
const peer = process.env.POSE_DETECTION;
const sections: Record<string, (folder: string) => Promise<void>> = {
  overhead: (folder) => overhead(folder, frames, rounds),
  rates: (folder) => rates(folder, frames, rounds),
  versus: async (folder) =>
    peer ? versus(folder, frames, rounds, peer) : console.log("\nversus: skipped, POSE_DETECTION isn't set"),
  memory: (folder) => memory(folder, minutes),
};

if (!scenesThere) {
  console.log("detect: skipped, the videos aren't there");
  process.exit(0);
}
console.log(`${cpus()[0]?.model}, ${cpus().length} cores, Node ${process.version}`);
const folder = mkdtempSync(join(tmpdir(), "marey-benchmark-"));
try {
  for (const [name, run] of Object.entries(sections))
    if (wanted.length === 0 || wanted.includes(name)) await run(folder);
} finally {
  rmSync(folder, { recursive: true });
}

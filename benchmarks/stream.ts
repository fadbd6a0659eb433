/**
 * Labelled training crops per second of the studio's stream, 192 × 256 pixels with 17 keypoints and their visibility, of
 * one thread and of as many as the processor has cores; and, with --memory, the memory of a long stream, which shall not
 * grow.
 *
 *     npx tsx --conditions=marey-source benchmarks/stream.ts [--scenes 8] [--memory 20000] [--mesh full]
 *         [--samples 144] [--variants 3] [--width 192]
 */
import { availableParallelism, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { coco17 } from "@marey/core/skeleton";
import { type StudioStreamOptions, studioStream } from "marey";

const { values } = parseArgs({
  options: {
    scenes: { type: "string", default: "8" },
    memory: { type: "string", default: "0" },
    mesh: { type: "string", default: "lite" },
    variants: { type: "string", default: "3" },
    samples: { type: "string", default: "144" },
    width: { type: "string", default: "192" },
  },
});
const SAMPLES = Number(values.samples);
const width = Number(values.width);
const EVERY = 2000;
const options = (threads: number): StudioStreamOptions => ({
  ...{ seed: 1, threads, skeleton: coco17, samples: SAMPLES, variants: Number(values.variants), together: 2 },
  crop: { width, height: (4 / 3) * width },
  mesh: values.mesh === "full" ? "full" : "lite",
});

/** Crops per second by the clock, and the processor's milliseconds for each, after a first group of scenes to warm up. */
async function rate(threads: number): Promise<{ rate: number; processor: number }> {
  const stream = await studioStream(options(threads));
  const wanted = SAMPLES * Math.max(2, Number(values.scenes));
  let [start, used, count] = [0, process.cpuUsage(), -2 * SAMPLES];
  for await (const _ of stream.from(0)) {
    if (count === 0) [start, used] = [performance.now(), process.cpuUsage()];
    if (count++ === wanted) break;
  }
  const { user, system } = process.cpuUsage(used);
  await stream.close();
  return { rate: (1000 * wanted) / (performance.now() - start), processor: (user + system) / 1000 / wanted };
}

const megabytes = () => (process.memoryUsage().rss / 2 ** 20).toFixed(0);

async function memory(wanted: number): Promise<void> {
  const stream = await studioStream(options(availableParallelism()));
  let count = 0;
  for await (const _ of stream.from(0)) {
    if (++count % EVERY === 0) console.log(`${count} crops: ${megabytes()} MB`);
    if (count >= wanted) break;
  }
  await stream.close();
}

if (Number(values.memory) > 0) await memory(Number(values.memory));
else
  for (const threads of [...new Set([1, availableParallelism()])]) {
    const load = loadavg()[0]!.toFixed(1);
    const { rate: crops, processor } = await rate(threads);
    console.log(
      `${threads} thread${threads > 1 ? "s" : ""}: ${crops.toFixed(0)} labelled crops/s, ${processor.toFixed(1)} ms of the processor each; load of the machine before: ${load}`,
    );
  }

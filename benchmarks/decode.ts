/**
 * Speed of decoding: frames a second from the real four-camera trial (or the videos given as arguments), at full size
 * and with the longer side at 512, one file and four at once, for one and two decoder threads. The limit beside it is
 * FFmpeg's decoder alone, without scaling or copying. Medians of five runs after one to warm up.
 *
 *     npx tsx --conditions=marey-source benchmarks/decode.ts [VIDEO…]
 */
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { openDecoder } from "../packages/marey/src/video/decoder.js";
import { openFrames, type SourceOptions } from "../packages/marey/src/video/index.js";

const folder = join(import.meta.dirname, "../../shared/data/pose2sim-single/videos");
const given = process.argv.slice(2);
const videos = given.length > 0 ? given : [1, 2, 3, 4].map((n) => join(folder, `cam0${n}.mp4`));
if (!videos.every((path) => existsSync(path))) {
  console.log("decode: skipped, the videos aren't there");
  process.exit(0);
}

async function frames(path: string, options: SourceOptions): Promise<number> {
  let count = 0;
  for await (const _ of await openFrames(path, options)) count++;
  return count;
}

async function bare(path: string, { threads = 1 }: SourceOptions): Promise<number> {
  const decoder = await openDecoder(path, threads);
  let count = 0;
  while (await decoder.next()) count++;
  await decoder.close();
  return count;
}

/** Median frames a second over all files at once. */
async function measure(run: typeof frames, paths: string[], options: SourceOptions): Promise<number> {
  const rates: number[] = [];
  for (let i = 0; i < 6; i++) {
    const begin = performance.now();
    const counts = await Promise.all(paths.map((path) => run(path, options)));
    const seconds = (performance.now() - begin) / 1000;
    if (i > 0) rates.push(counts.reduce((sum, n) => sum + n, 0) / seconds);
  }
  return rates.sort((a, b) => a - b)[2] ?? 0;
}

console.log(`frames a second, ${availableParallelism()} cores, Node ${process.version}`);
console.log("files  threads  decoder alone  longer side 512  full size");
for (const paths of [videos.slice(0, 1), videos])
  for (const threads of [1, 2]) {
    const cells = [
      await measure(bare, paths, { threads }),
      await measure(frames, paths, { threads, longerSide: 512 }),
      await measure(frames, paths, { threads }),
    ].map((rate) => rate.toFixed(0).padStart(13));
    console.log(`${String(paths.length).padStart(5)}  ${String(threads).padStart(7)}  ${cells.join("  ")}`);
  }
console.log(`memory at the end: ${(process.memoryUsage.rss() / 2 ** 20).toFixed(0)} MB`);

/**
 * The embedded networks against the same networks in TensorFlow.js (backend wasm with SIMD), one thread each, in one
 * run with turns taken, so that a busy machine slows both. Prints medians of milliseconds and of the rounds' ratios, of
 * the clock and of processor time (which other programs on the machine disturb less).
 *
 * npx tsx --conditions=marey-source benchmarks/detector.ts [ROUNDS]
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus } from "node:os";
import { loadGraphModel } from "@tensorflow/tfjs-converter";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-wasm";
import type { Tensor } from "@marey/core/seam";
import { findCard, loadNetwork, onnxRuntime } from "marey";

const require = createRequire(import.meta.url);
const rounds = Number(process.argv[2] ?? 30);
const warmUp = 3;

/** Network, height, width. The first is the detector of the default pipeline. */
const cases: [string, number, number][] = [
  ["movenet-multipose", 192, 320],
  ["movenet-multipose", 256, 256],
  ["movenet-lightning", 192, 192],
  ["movenet-thunder", 256, 256],
  ["blazepose-detector", 224, 224],
  ["blazepose-full", 256, 256],
];

/** The network in TensorFlow.js, from the package's own files. */
async function peer(name: string): Promise<tf.io.IOHandler> {
  const { source } = findCard(name);
  const json = require.resolve(`${source.package}/${source.model}`);
  const { modelTopology, weightsManifest, signature, userDefinedMetadata } = JSON.parse(
    readFileSync(json, "utf8"),
  );
  const weightData = new Uint8Array(readFileSync(json.replace(/json$/, "bin"))).buffer;
  return {
    load: async () => ({
      modelTopology,
      signature,
      userDefinedMetadata,
      weightSpecs: weightsManifest.flatMap((group: { weights: object[] }) => group.weights),
      weightData,
    }),
  };
}

const median = (times: number[]) => times.toSorted((a, b) => a - b)[times.length >> 1]!;

interface Time {
  clock: number;
  processor: number;
}

/** Milliseconds of one run. */
async function timed(work: () => Promise<unknown>): Promise<Time> {
  const start = performance.now();
  const used = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(used);
  return { clock: performance.now() - start, processor: (user + system) / 1000 };
}

const row = (title: string, cells: string[]) =>
  title.padEnd(28) + cells.map((cell) => cell.padStart(9)).join("");

async function compare([name, height, width]: [string, number, number]): Promise<void> {
  const { input } = findCard(name);
  const dims = [1, height, width, 3];
  const integer = input.type === "int32";
  const bytes = Array.from({ length: height * width * 3 }, (_, i) => (i * 7919) % 256);
  // The networks of this table have one number for all channels.
  const data = integer
    ? Int32Array.from(bytes)
    : Float32Array.from(bytes, (byte) => byte * Number(input.scale) + Number(input.offset));
  const feed: Tensor = { type: integer ? "int32" : "float32", dims, data };
  const ours = await loadNetwork(onnxRuntime, name);
  const theirs = await loadGraphModel(await peer(name));
  const runOurs = () => ours.run({ [input.name]: feed });
  const runTheirs = async () => {
    const picture = tf.tensor(data, dims, integer ? "int32" : "float32");
    const results = [theirs.execute(picture)].flat();
    for (const result of results) result.dataSync();
    tf.dispose([picture, ...results]);
  };
  const pairs: [Time, Time][] = [];
  for (let round = -warmUp; round < rounds; round++) {
    const pair: [Time, Time] = [await timed(runOurs), await timed(runTheirs)];
    if (round >= 0) pairs.push(pair);
  }
  const columns = (["clock", "processor"] as const).flatMap((key) => [
    median(pairs.map(([mine]) => mine[key])),
    median(pairs.map(([, peer]) => peer[key])),
    median(pairs.map(([mine, peer]) => peer[key] / mine[key])),
  ]);
  console.log(
    row(
      `${name} ${height}x${width}`,
      columns.map((value) => value.toFixed(1)),
    ),
  );
  await ours.close();
  theirs.dispose();
}

await tf.setBackend("wasm");
console.log(
  `${cpus()[0]?.model}, ${cpus().length} cores, Node ${process.version}, ${rounds} rounds, one thread each`,
);
console.log(row("", ["clock", "", "", "processor"]));
console.log(row("ms", ["marey", "tfjs", "ratio", "marey", "tfjs", "ratio"]));
for (const entry of cases) await compare(entry);

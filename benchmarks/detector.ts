/**
 * The embedded networks against the same networks in TensorFlow.js (backend wasm with SIMD), one thread each, in one
 * run with turns taken, so that a busy machine slows both. Prints medians, milliseconds, and their ratio.
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

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function compare([name, height, width]: [string, number, number]): Promise<void> {
  const { input } = findCard(name);
  const dims = [1, height, width, 3];
  const integer = input.type === "int32";
  const bytes = Array.from({ length: height * width * 3 }, (_, i) => (i * 7919) % 256);
  const data = integer
    ? Int32Array.from(bytes)
    : Float32Array.from(bytes, (byte) => byte * input.scale + input.offset);
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
  const [mine, peers]: [number[], number[]] = [[], []];
  for (let round = -warmUp; round < rounds; round++) {
    const pair = [await timed(runOurs), await timed(runTheirs)];
    if (round < 0) continue;
    mine.push(pair[0]!);
    peers.push(pair[1]!);
  }
  const ratio = median(peers.map((time, i) => time / mine[i]!));
  const title = `${name} ${height}x${width}`.padEnd(28);
  const numbers = [median(mine), median(peers), ratio].map((value) => value.toFixed(1).padStart(8));
  console.log(`${title}${numbers.join("")}`);
  await ours.close();
  theirs.dispose();
}

await tf.setBackend("wasm");
console.log(
  `${cpus()[0]?.model}, ${cpus().length} cores, Node ${process.version}, ${rounds} rounds, one thread each`,
);
console.log(`${"median, ms".padEnd(28)}   marey   tfjs   ratio`);
for (const entry of cases) await compare(entry);

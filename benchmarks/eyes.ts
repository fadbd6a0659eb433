/**
 * How well the embedded methods see: people of annotated photographs found (OKS, COCO's definition, greedy matching;
 * people with at least 5 annotated joints), and joints in real video (four calibrated cameras, one person: the error
 * with which triangulated joints are seen again). With milliseconds a picture, one thread.
 *
 * npx tsx --conditions=marey-source benchmarks/eyes.ts [METHOD…]
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  type Camera,
  projectionMatrices,
  reprojectionErrors,
  triangulate,
  triangulator,
} from "@marey/core/camera";
import { readCalibrationToml, readTrc } from "@marey/core/format";
import type { Detection, Detections } from "@marey/core/motion";
import { coco17, type Skeleton } from "@marey/core/skeleton";
import { onnxRuntime } from "marey";
import { bodyModels, detectVideo, type Eyes, openEyes } from "../packages/marey/src/detect/index.js";
import { openFrames, readImage } from "../packages/marey/src/video/index.js";

const data = join(import.meta.dirname, "../../shared/data");
const photographs = join(data, "images");
const trial = join(data, "pose2sim-single");
const methods = process.argv.length > 2 ? process.argv.slice(2) : bodyModels;
const fewestJoints = 5;
const sureJoint = 0.3;

interface Annotation {
  image_id: number;
  area: number;
  num_keypoints: number;
  /** 17 × x, y, 0 (not annotated), 1 (hidden) or 2. */
  keypoints: number[];
}

/** COCO's joints of a detection in another layout, by name. */
function asCoco(joints: Float32Array, { joints: names }: Skeleton): Float32Array {
  return Float32Array.from(
    coco17.joints.flatMap((name) => {
      const j = names.indexOf(name);
      return j < 0 ? [Number.NaN, Number.NaN, 0] : [...joints.subarray(3 * j, 3 * j + 3)];
    }),
  );
}

/** COCO counts from pixel corners: annotations lie half a pixel further. */
function oks(joints: Float32Array, { keypoints, area }: Annotation): number {
  let sum = 0;
  let count = 0;
  for (const [j, sigma] of coco17.sigmas.entries()) {
    if (keypoints[3 * j + 2] === 0) continue;
    count++;
    const dx = joints[3 * j] + 0.5 - keypoints[3 * j];
    const dy = joints[3 * j + 1] + 0.5 - keypoints[3 * j + 1];
    const similar = Math.exp(-(dx * dx + dy * dy) / (2 * area * (2 * sigma) ** 2));
    if (!Number.isNaN(similar)) sum += similar;
  }
  return sum / count;
}

/** For each annotated person the OKS of the detection that goes with them; 0 for whoever wasn't found. */
function match(people: readonly Detection[], truth: readonly Annotation[], skeleton: Skeleton): number[] {
  const best = truth.map(() => 0);
  for (const { joints } of [...people].sort((a, b) => b.score - a.score)) {
    const scores = truth.map((one, i) => (best[i] > 0 ? 0 : oks(asCoco(joints, skeleton), one)));
    const winner = scores.indexOf(Math.max(...scores));
    if (winner >= 0 && scores[winner] > 0.1) best[winner] = scores[winner];
  }
  return best;
}

async function seePhotographs(eyes: Eyes): Promise<string[]> {
  const { images, annotations } = JSON.parse(readFileSync(join(photographs, "coco_real.json"), "utf8"));
  const scores: number[] = [];
  const times: number[] = [];
  for (const { id, file_name, width, height } of images) {
    const truth = annotations.filter(
      (one: Annotation) => one.image_id === id && one.num_keypoints >= fewestJoints,
    );
    if (truth.length === 0) continue;
    const image = await readImage(join(photographs, file_name));
    const begin = performance.now();
    const { people } = await eyes.look(image, { alone: true });
    times.push(performance.now() - begin);
    const [sx, sy] = [width / image.width, height / image.height];
    const placed = people.map(({ score, joints }) => ({
      score,
      joints: joints.map((v, i) =>
        i % 3 === 0 ? (v + 0.5) * sx - 0.5 : i % 3 === 1 ? (v + 0.5) * sy - 0.5 : v,
      ),
    }));
    scores.push(...match(placed, truth, eyes.skeleton));
  }
  const share = (least: number) => `${scores.filter((score) => score > least).length}/${scores.length}`;
  const mean = scores.reduce((a, b) => a + b, 0) / scores.length;
  return [share(0.1), mean.toFixed(3), share(0.5), share(0.75), quantile(times, 0.5).toFixed(0)];
}

async function seeVideos(eyes: Eyes): Promise<string[]> {
  const { cameras } = readCalibrationToml(
    readFileSync(join(trial, "calibration/Calib_qualisys.toml")),
    "calibration",
  );
  const views: Detections[] = [];
  let milliseconds = 0;
  for (const { name } of cameras) {
    const source = await openFrames(join(trial, `videos/${name}.mp4`), { longerSide: eyes.longerSide });
    const begin = performance.now();
    views.push(await detectVideo(source, eyes, { people: 1 }));
    milliseconds += performance.now() - begin;
  }
  const { errors, distances } = judge(views, cameras, eyes.skeleton);
  const close = errors.filter((error) => error < 20).length / errors.length;
  const frames = views.reduce((sum, view) => sum + view.frames.length, 0);
  return [
    quantile(errors, 0.5).toFixed(1),
    quantile(errors, 0.9).toFixed(1),
    `${Math.round(100 * close)} %`,
    quantile(distances, 0.5).toFixed(0),
    (milliseconds / frames).toFixed(0),
  ];
}

/** Joints that all cameras are sure of: pixels from where they are seen again, millimetres from the reference. */
function judge(views: readonly Detections[], cameras: Camera[], { joints }: Skeleton) {
  const reference = readTrc(readFileSync(join(trial, "reference/p2s_head_raw.trc")), "reference");
  const solver = triangulator(projectionMatrices(cameras));
  const errors: number[] = [];
  const distances: number[] = [];
  const observations = new Float64Array(3 * cameras.length);
  for (let t = 0; t < Math.min(...views.map(({ frames }) => frames.length)); t++)
    for (const name of coco17.joints) {
      const j = joints.indexOf(name);
      for (const [v, { frames }] of views.entries())
        observations.set(frames[t][0]?.joints.subarray(3 * j, 3 * j + 3) ?? [0, 0, 0], 3 * v);
      if (!cameras.every((_, v) => observations[3 * v + 2] >= sureJoint)) continue;
      const point = triangulate(solver, observations);
      errors.push(...reprojectionErrors(solver, point, observations));
      const marker = reference.names.indexOf(pose2simName(name));
      if (marker < 0) continue;
      const at = 3 * (t * reference.names.length + marker);
      // The reference stands Y up: its axes are the calibration's y, z, x.
      const [y, z, x] = reference.points.subarray(at, at + 3);
      const distance = 1000 * Math.hypot(point[0] - x, point[1] - y, point[2] - z);
      if (!Number.isNaN(distance)) distances.push(distance);
    }
  return { errors, distances };
}

/** `left_hip` → `LHip`. */
const pose2simName = (joint: string) =>
  joint.replace(/^(left|right)_(.)/, (_, side, letter) => side[0].toUpperCase() + letter.toUpperCase());

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
}

if (!existsSync(photographs) || !existsSync(trial)) {
  console.log("eyes: skipped, the pictures aren't there");
  process.exit(0);
}
const columns = [
  "method",
  "found",
  "mean OKS",
  "> 0.5",
  "> 0.75",
  "ms",
  "px",
  "px 90 %",
  "< 20 px",
  "mm",
  "ms/frame",
];
console.log(columns.map((title, i) => (i === 0 ? title.padEnd(20) : title.padStart(9))).join(""));
for (const method of methods) {
  const eyes = await openEyes({ model: method, runtime: onnxRuntime });
  const row = [method, ...(await seePhotographs(eyes)), ...(await seeVideos(eyes))];
  console.log(row.map((cell, i) => (i === 0 ? cell.padEnd(20) : cell.padStart(9))).join(""));
  await eyes.close();
}

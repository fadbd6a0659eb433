/**
 * How well one camera alone gives motion, and how fast. Each of four calibrated cameras that filmed one person is lifted
 * from its video and from another detector's joints (BODY_25B), and compared with what all four give together: hips,
 * knees, ankles, shoulders, elbows, wrists. Then keypoints of a quarter, a half and a whole hour, each in a process of
 * its own, to show how cost and memory grow.
 *
 * npx tsx --conditions=marey-source benchmarks/lift.ts [--lifter FOLDER] [--minutes N]
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { procrustes, transformPoints } from "@marey/core/array";
import { type Markers, readMareyJson, readTrc } from "@marey/core/format";
import { mpjpe, pMpjpe } from "@marey/core/metric";
import { liftedMotion } from "@marey/core/model/videoPose3d";
import { emptyTrack, type Keypoints, type Motion } from "@marey/core/motion";
import { lift, onnxRuntime, openDefaultLifter, readOpenPoseFolder } from "marey";
import { cameraOf } from "../packages/marey/src/lift/camera.js";
import { liftPeople, peopleInView } from "../packages/marey/src/lift/people.js";

const { values } = parseArgs({
  options: {
    lifter: { type: "string" },
    minutes: { type: "string", default: "60" },
    once: { type: "boolean", default: false },
  },
});
const trial = join(import.meta.dirname, "../../shared/data/pose2sim-single");
const frameRate = 60;
const silent = { task: () => ({ update: () => {}, end: () => {} }), log: () => {}, stop: () => {} };

if (!existsSync(trial)) {
  console.log("lift: skipped, the recording isn't there");
  process.exit(0);
}
async function compareCameras(): Promise<void> {
  const reference = readTrc(
    new Uint8Array(readFileSync(join(trial, "reference/p2s_head_filt_butterworth.trc"))),
    "reference",
  );
  const columns = ["PA", "clip PA", "root mm", "placed mm", "limbs vary", "slide", "on floor"];
  row("camera", "joints", columns);
  for (const source of ["video", "BODY_25B"])
    for (const camera of ["cam01", "cam02", "cam03", "cam04"]) {
      const input = join(trial, source === "video" ? `videos/${camera}.mp4` : `pose/${camera}_json`);
      const free = judge(await liftedFrom(input, source, camera, false), reference);
      const floor = judge(await liftedFrom(input, source, camera, true), reference);
      row(camera, source, [
        ...[free.perFrame, free.once, free.fromRoot, free.placed].map((metres) => millimetres(metres)),
        `${(100 * free.variation).toFixed(1)} %`,
        millimetres(free.slide),
        millimetres(floor.slide),
      ]);
    }
  console.log(
    "mm; PA: each frame moved, turned and scaled; clip PA: the whole clip once; root: from the middle of the hips, in the\n" +
      "calibrated axes; placed: nothing aligned; slide: mm a second of ankles that stand in the reference",
  );
}

const millimetres = (metres: number) => (1000 * metres).toFixed(0);
const row = (camera: string, source: string, cells: readonly string[]) =>
  console.log(`${camera.padEnd(8)}${source.padEnd(10)}${cells.map((cell) => cell.padStart(11)).join("")}`);

async function liftedFrom(input: string, source: string, camera: string, floor: boolean): Promise<Motion[]> {
  const out = mkdtempSync(join(tmpdir(), "marey-lift-"));
  try {
    const { people } = await lift(
      input,
      {
        out,
        formats: ["json"],
        model: "default",
        calibration: join(trial, "calibration/Calib_qualisys.toml"),
        camera,
        floor,
        lifter: values.lifter,
        ...(source !== "video" && { frameRate }),
      },
      { progress: silent },
    );
    return people.flatMap(({ files: [file = ""] }) => {
      const read = readMareyJson(new Uint8Array(readFileSync(file)), file);
      return read.kind === "motion" ? [read.motion] : [];
    });
  } finally {
    rmSync(out, { recursive: true });
  }
}

const joints = ["hip", "knee", "ankle", "shoulder", "elbow", "wrist"].flatMap((joint) => [
  `left_${joint}`,
  `right_${joint}`,
]);
const ankles = [joints.indexOf("left_ankle"), joints.indexOf("right_ankle")];

/** Errors in metres; of several lifted people the one who stands nearest to the reference's. */
function judge(motions: readonly Motion[], reference: Markers) {
  const truth = Float64Array.from(truthOf(reference));
  const judged = motions.map((motion) => {
    // Pose2Sim's last frame is left out of its files.
    const poses = posesOf(motion).subarray(0, truth.length);
    return {
      perFrame: pMpjpe(poses, truth, joints.length).mean,
      once: mpjpe(transformPoints(procrustes(poses, truth), poses), truth).mean,
      fromRoot: mpjpe(fromHips(poses), fromHips(truth)).mean,
      placed: mpjpe(poses, truth).mean,
      variation: variationOf(poses),
      slide: slideOf(poses, truth),
    };
  });
  return judged.sort((a, b) => a.placed - b.placed)[0]!;
}

/** T×12×3, metres, in the world of the calibration: the reference's axes are its y, z, x. */
function truthOf({ names, points }: Markers): number[] {
  const frames = points.length / (3 * names.length);
  return Array.from({ length: frames }, (_, t) =>
    joints.flatMap((joint) => {
      const at = 3 * (t * names.length + names.indexOf(pose2simName(joint)));
      return [points[at + 2]!, points[at]!, points[at + 1]!];
    }),
  ).flat();
}

/** `left_hip` → `LHip`. */
const pose2simName = (joint: string) =>
  joint.replace(/^(left|right)_(.)/, (_, side, letter) => side[0].toUpperCase() + letter.toUpperCase());

/** T×12×3 of the only person. */
function posesOf({ skeleton, people: [person], frameCount }: Motion): Float64Array {
  const at = joints.map((joint) => skeleton.joints.indexOf(joint));
  return Float64Array.from({ length: frameCount * joints.length * 3 }, (_, i) => {
    const t = Math.floor(i / (3 * at.length));
    const j = at[Math.floor(i / 3) % at.length]!;
    return person!.positions[(t * skeleton.joints.length + j) * 3 + (i % 3)]!;
  });
}

/** From the middle of the hips, which stand first. */
function fromHips(poses: Float64Array): Float64Array {
  const width = joints.length * 3;
  return poses.map((x, i) => {
    const [frame, axis] = [i - (i % width), i % 3];
    return x - (poses[frame + axis]! + poses[frame + 3 + axis]!) / 2;
  });
}

/** Mean over the limbs of standard deviation by mean. */
function variationOf(poses: Float64Array): number {
  const limbs = [
    ["hip", "knee"],
    ["knee", "ankle"],
    ["shoulder", "elbow"],
    ["elbow", "wrist"],
  ].flatMap((ends) =>
    ["left", "right"].map((side) => ends.map((joint) => joints.indexOf(`${side}_${joint}`))),
  );
  const variations = limbs.map(([a, b]) => {
    const lengths = apart(poses, 0, a!, 0, b!);
    const mean = lengths.reduce((sum, l) => sum + l, 0) / lengths.length;
    return Math.sqrt(lengths.reduce((sum, l) => sum + (l - mean) ** 2, 0) / lengths.length) / mean;
  });
  return variations.reduce((sum, v) => sum + v, 0) / variations.length;
}

/** Distances, frame by frame, from joint `a` some frames later to joint `b`; where both are known. */
function apart(poses: Float64Array, later: number, a: number, earlier: number, b: number): number[] {
  const width = joints.length * 3;
  return Array.from({ length: poses.length / width - later }, (_, t) => {
    const [p, q] = [(t + later) * width + 3 * a, (t + earlier) * width + 3 * b];
    return Math.hypot(...[0, 1, 2].map((k) => poses[p + k]! - poses[q + k]!));
  });
}

/** Metres a second below which an ankle of the reference stands. */
const STANDING = 0.2;

/** Metres a second of ankles while they stand in the reference. */
function slideOf(poses: Float64Array, truth: Float64Array): number {
  const speeds = ankles.flatMap((j) => {
    const [lifted, real] = [apart(poses, 1, j, 0, j), apart(truth, 1, j, 0, j)];
    return lifted.filter((way, t) => real[t]! * frameRate < STANDING && !Number.isNaN(way));
  });
  return (frameRate * speeds.reduce((sum, way) => sum + way, 0)) / speeds.length;
}

interface Long {
  frames: number;
  lift: number;
  place: number;
  floor: number;
  megabytes: number;
}

/** So that neither memory nor compiled code of one length helps or harms the next. */
function inProcess(minutes: number): Long {
  const { stdout, status } = spawnSync(
    process.execPath,
    [
      ...process.execArgv,
      process.argv[1]!,
      "--once",
      "--minutes",
      `${minutes}`,
      ...(values.lifter ? ["--lifter", values.lifter] : []),
    ],
    { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] },
  );
  if (status !== 0) throw new Error(`the run of ${minutes} minutes failed`);
  return JSON.parse(stdout.trim().split("\n").at(-1)!);
}

/** Seconds for the recording's joints, played there and back again, until the minutes are over. */
async function liftLong(minutes: number): Promise<Long> {
  const frameCount = Math.round(minutes * 60 * frameRate);
  const { frames, skeleton } = await readOpenPoseFolder(join(trial, "pose/cam02_json"));
  const track = emptyTrack(0, frameCount, skeleton.joints.length);
  for (let t = 0; t < frameCount; t++) {
    const back = t % (2 * frames.length);
    const person = frames[back < frames.length ? back : 2 * frames.length - 1 - back]![0];
    if (person) track.data.set(person.joints, t * person.joints.length);
  }
  const source = { skeleton, frameRate, width: 1088, height: 1920, firstFrame: 0, frameCount };
  const keypoints: Keypoints = { ...source, people: [track] };
  const { camera } = cameraOf(keypoints, {});
  const opened = await openDefaultLifter(onnxRuntime, { folder: values.lifter });
  const seconds = [performance.now()];
  const { lifted } = await liftPeople(opened, peopleInView(keypoints).people, keypoints, camera, {
    progress: silent,
  });
  seconds.push(performance.now());
  const vector = [camera.fx, camera.fy, camera.cx, camera.cy].map(
    (v, i) => (2 * v) / camera.width - (i === 2 ? 1 : i === 3 ? camera.height / camera.width : 0),
  );
  for (const floor of [false, true]) {
    liftedMotion(lifted, { ...source, camera: vector, floor });
    seconds.push(performance.now());
  }
  await opened.lifter.close();
  const [lift = 0, place = 0, floor = 0] = seconds.slice(1).map((end, i) => (end - seconds[i]!) / 1000);
  return { frames: frameCount, lift, place, floor, megabytes: process.resourceUsage().maxRSS / 1024 };
}

function reportLong(results: readonly Long[]): void {
  const line = (title: string, value: (result: Long) => string) =>
    console.log(title.padEnd(26) + results.map((result) => value(result).padStart(12)).join(""));
  console.log("\none person, keypoints at 60 Hz; a process each");
  line("frames", ({ frames }) => `${frames}`);
  line("lift, frames/s", ({ frames, lift }) => `${Math.round(frames / lift)}`);
  line("place, frames/s", ({ frames, place }) => `${Math.round(frames / place)}`);
  line("place on floor, frames/s", ({ frames, floor }) => `${Math.round(frames / floor)}`);
  line("peak memory, MB", ({ megabytes }) => megabytes.toFixed(0));
}

if (values.once) console.log(JSON.stringify(await liftLong(Number(values.minutes))));
else {
  await compareCameras();
  reportLong([1 / 4, 1 / 2, 1].map((share) => inProcess(share * Number(values.minutes))));
}

/**
 * Errors against known truth on simulated detections: Pose2Sim's own figures, Marey's compatible mode and Marey's own
 * default, per person and filter, with identity swaps. Millimetres.
 *
 * npx tsx --conditions=marey-source benchmarks/synthetic.ts [FOLDER]
 *
 * FOLDER (default ../shared/data/pose2sim-synthetic) holds takes: camNN.json.gz and truth.json, as its README says. The
 * calibration, without distortion, is that of pose2sim-single beside it.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Rig } from "@marey/core/camera";
import { readCalibrationToml } from "@marey/core/format";
import {
  adjustTracked,
  emptyTally,
  followPeople,
  pose2simMotion,
  viewOf,
} from "@marey/core/model/multiCamera";
import type { Detection, Detections, Motion } from "@marey/core/motion";
import { body25b, skeleton } from "@marey/core/skeleton";
import { judgeMotion } from "@marey/core/world";

interface TruthFile {
  fps: number;
  /** Indices in BODY_25B of the known points. */
  body25b_index: number[];
  /** [person][frame][point][3], metres. */
  persons: number[][][][];
  pose2sim?: Record<string, { person: number; error: string }>;
}

const folder = process.argv[2] ?? join(import.meta.dirname, "../../shared/data/pose2sim-synthetic");
const calibration = join(folder, "../pose2sim-single/calibration/Calib_qualisys.toml");
if (!existsSync(calibration)) throw new Error(`there is no ${calibration}`);
const rig = withoutDistortion(readCalibrationToml(readFileSync(calibration), calibration));
const takes = readdirSync(folder).filter((name) => existsSync(join(folder, name, "truth.json")));
const columns = ["mean", "median", "95 %", "missing", "swaps", "too many", "seconds"];
console.log("take  person  method".padEnd(42) + columns.map((title) => title.padStart(9)).join(""));
for (const take of takes) await compare(take);

function withoutDistortion({ cameras, up }: Rig): Rig {
  return { up, cameras: cameras.map((camera) => ({ ...camera, distortion: [] })) };
}

async function compare(take: string) {
  const file: TruthFile = JSON.parse(readFileSync(join(folder, take, "truth.json"), "utf8"));
  const truth = trueMotion(file);
  const views = readViews(take, file.fps);
  printStated(take, file);
  const methods: Record<string, () => Motion | Promise<Motion>> = {
    "compatible, raw": () => pose2simMotion(views, rig, several(truth, { filter: undefined })),
    "compatible, filtered": () => pose2simMotion(views, rig, several(truth)),
    "Marey's own": () => own(views),
  };
  for (const [name, run] of Object.entries(methods)) {
    const begin = performance.now();
    const found = await run();
    const seconds = (performance.now() - begin) / 1000;
    const all = judgeMotion(found, truth);
    truth.people.forEach((person, p) => {
      const match = all.matches[p]!;
      const { errors, missing } = judgeMotion(
        { ...found, people: match < 0 ? [] : [found.people[match]!] },
        { ...truth, people: [person] },
      );
      const at = (share: number) => mm(errors[Math.floor(share * errors.length)] ?? NaN);
      const mean = mm(errors.reduce((sum, error) => sum + error, 0) / errors.length);
      const cells = [
        mean,
        at(0.5),
        at(0.95),
        `${missing}`,
        `${all.swaps}`,
        `${all.extra}`,
        seconds.toFixed(2),
      ];
      print(take, p, name, cells);
    });
  }
}

function several(truth: Motion, more = {}) {
  return { people: { several: truth.people.length > 1 }, ...more };
}

function mm(metres: number): string {
  return (1000 * metres).toFixed(1);
}

function print(take: string, person: number, method: string, cells: string[]) {
  const head = `${take.padEnd(6)}${String(person).padEnd(8)}${method}`.padEnd(42);
  console.log(head + cells.map((cell) => cell.padStart(9)).join(""));
}

/** What the reference tool reached, as the truth's file says. */
function printStated(take: string, { pose2sim = {} }: TruthFile) {
  for (const [name, { person, error }] of Object.entries(pose2sim)) {
    const cells = ["mean", "median", "p95"].map((key) => error.match(`${key} ([\\d.]+)`)?.[1] ?? "–");
    print(take, person, `Pose2Sim, ${name.includes("filt") ? "filtered" : "raw"}`, cells);
  }
}

/** Marey's default from detections to joints, as `marey capture` runs it. */
async function own(detections: Detections[]): Promise<Motion> {
  const views = detections.map((view, v) => viewOf(rig.cameras[v]!.name, view));
  const { people, frameCount } = await followPeople(views, rig);
  const tallies = views.map(emptyTally);
  const placed = [];
  for (const person of people) placed.push(await adjustTracked(person, views, rig, tallies));
  const [{ skeleton, frameRate }] = detections as [Detections];
  const found = placed.filter((person) => person !== undefined);
  return { skeleton, frameRate, up: rig.up, firstFrame: 0, frameCount, people: found };
}

/** The truth as a motion of its own small skeleton. */
function trueMotion({ fps, body25b_index, persons }: TruthFile): Motion {
  const rows = body25b_index.map((joint) => [body25b.joints[joint]!, null, body25b.sigmas[joint]!] as const);
  return {
    skeleton: skeleton("truth", rows),
    frameRate: fps,
    up: "z",
    firstFrame: 0,
    frameCount: persons[0]!.length,
    people: persons.map((frames, id) => ({
      id,
      positions: Float32Array.from(frames.flat(2)),
      state: new Uint8Array(frames.length * rows.length).fill(1),
    })),
  };
}

function readViews(take: string, frameRate: number): Detections[] {
  const files = readdirSync(join(folder, take)).filter((name) => name.endsWith(".json.gz"));
  return files.sort().map((name) => {
    const stored: number[][][] = JSON.parse(
      gunzipSync(readFileSync(join(folder, take, name))).toString("utf8"),
    );
    const frames = stored.map((people) => people.map(detection));
    return { skeleton: body25b, frameRate, width: 1088, height: 1920, firstFrame: 0, frames };
  });
}

/** An OpenPose row; a point of zero confidence was not found. */
function detection(row: number[]): Detection {
  const joints = Float32Array.from(row);
  for (let i = 0; i < joints.length; i += 3) if (!(joints[i + 2]! > 0)) joints.set([NaN, NaN, 0], i);
  return { score: 1, joints };
}

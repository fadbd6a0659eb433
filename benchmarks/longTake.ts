/**
 * A long take in flat memory: a synthetic hour at 60 fps, 4 cameras and 2 people, from detections to TRC, BVH, GLB and
 * NPZ by the stages of `marey capture`. Detections are made when they are read; the time for that is left out. Runs a
 * quarter, a half and the whole, each in a process of its own, to show how cost and memory grow.
 *
 * npx tsx --conditions=marey-source benchmarks/longTake.ts [--minutes N] [--filter butterworth]
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { emptyTally, POSE2SIM_DEFAULTS, type View } from "@marey/core/model/multiCamera";
import type { Motion, MotionPerson } from "@marey/core/motion";
import { judgeMotion, type SyntheticTake, syntheticTake } from "@marey/core/world";
import { fileSet } from "../packages/marey/src/files/index.js";
import { openProgress } from "../packages/marey/src/progress.js";
import { noCache } from "../packages/marey/src/session/cache.js";
import { stageClock } from "../packages/marey/src/session/clock.js";
import { exportPerson, formatsNamed } from "../packages/marey/src/session/exportPerson.js";
import { associate, type Method, placePeople } from "../packages/marey/src/session/people.js";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "60" },
    filter: { type: "string", default: "body" },
    once: { type: "boolean", default: false },
  },
});
const frameRate = 60;
const frameCount = Math.round(Number(values.minutes) * 60 * frameRate);

interface Result {
  frames: number;
  /** Seconds by stage, without making detections. */
  stages: Record<string, number>;
  making: number;
  /** Of the processor, with start-up and making detections. */
  processorSeconds: number;
  megabytes: number;
  errorMillimetres: number;
  exchanged: boolean;
  fileMegabytes: number;
}

if (values.once) console.log(JSON.stringify(await captureOnce()));
else report([1 / 4, 1 / 2, 1].map((share) => inProcess(share * Number(values.minutes))));

/** So that neither memory nor compiled code of one length helps or harms the next. */
function inProcess(minutes: number): Result {
  const { stdout, status } = spawnSync(
    process.execPath,
    [...process.execArgv, process.argv[1]!, "--once", "--minutes", `${minutes}`, "--filter", values.filter],
    { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] },
  );
  if (status !== 0) throw new Error(`the run of ${minutes} minutes failed`);
  return JSON.parse(stdout.trim().split("\n").at(-1)!);
}

async function captureOnce(): Promise<Result> {
  const take = syntheticTake({
    frameRate,
    frameCount,
    flaws: { missedJoints: 0.15, outliers: 0.05, missedPeople: 0.02 },
  });
  const clock = stageClock();
  const host = { cache: noCache, clock, progress: openProgress({ silent: true }) };
  const making = { now: 0, by: {} as Record<string, number> };
  const views = take.views.map((view) => timed(view, making));
  const opened = { views, rig: take.rig, identity: "synthetic", detector: "synthetic" };
  const placing = { ...POSE2SIM_DEFAULTS, keepLastFrame: true, fillLargeGapsWith: "nan" as const };
  const method: Method = {
    name: "marey",
    association: POSE2SIM_DEFAULTS.people,
    ...(values.filter !== "body" && { placing }),
  };
  const folder = mkdtempSync(join(tmpdir(), "marey-long-"));
  const outputs = formatsNamed(["trc", "bvh", "glb", "npz"]);
  const windows: ReturnType<typeof judgeWindows>[] = [];
  let bytes = 0;
  try {
    const people = await associate(opened, method, host);
    making.by.associate = making.now;
    for await (const person of placePeople(opened, people, method, views.map(emptyTally), host)) {
      const paths = outputs.map((format) => ({ format, path: join(folder, `person${format.extension}`) }));
      const set = fileSet({ force: true });
      await clock.time("export", () => exportPerson(person, paths, set));
      await set.publish();
      bytes += paths.reduce((sum, { path }) => sum + statSync(path).size, 0);
      windows.push(judgeWindows(person.placed, take));
    }
    making.by.place = making.now - making.by.associate;
  } finally {
    rmSync(folder, { recursive: true });
  }
  const stages = Object.fromEntries(
    clock.stages().map(({ stage, seconds }) => [stage, seconds - (making.by[stage] ?? 0)]),
  );
  const errors = windows.flatMap(({ errors }) => errors);
  return {
    frames: frameCount,
    stages,
    making: making.now,
    processorSeconds: (process.cpuUsage().user + process.cpuUsage().system) / 1e6,
    megabytes: process.resourceUsage().maxRSS / 1024,
    errorMillimetres: (1000 * errors.reduce((sum, error) => sum + error, 0)) / errors.length,
    exchanged: windows.some(({ matches }) => new Set(matches).size > 1) || windows.length !== 2,
    fileMegabytes: bytes / 2 ** 20,
  };
}

/** A view whose reading is timed: it is made up on the spot, and a real one is read from somewhere. */
function timed(view: View, making: { now: number }): View {
  return {
    ...view,
    read(start, end) {
      const begin = performance.now();
      // Made before the promise is returned.
      const frames = view.read(start, end);
      making.now += (performance.now() - begin) / 1000;
      return frames;
    },
  };
}

/** Who someone is, and how far from it, in eight windows of five seconds. */
function judgeWindows(placed: Motion, take: SyntheticTake) {
  const length = Math.min(300, Math.floor(frameCount / 8));
  const joints = placed.skeleton.joints.length;
  const errors: number[] = [];
  const matches: number[] = [];
  for (let window = 0; window < 8; window++) {
    const start = Math.floor((window / 7) * (frameCount - length));
    const part: Motion = {
      ...placed,
      firstFrame: start,
      frameCount: length,
      people: placed.people.map(
        ({ positions }): MotionPerson => ({
          id: 0,
          positions: positions.subarray(3 * start * joints, 3 * (start + length) * joints),
          state: new Uint8Array(0),
        }),
      ),
    };
    const judged = judgeMotion(part, take.truth(start, start + length));
    matches.push(judged.matches.indexOf(0));
    for (const error of judged.errors) errors.push(error);
  }
  return { errors, matches };
}

function report(results: Result[]) {
  const stages = Object.keys(results[0]!.stages);
  const row = (title: string, cells: string[]) =>
    console.log(title.padEnd(26) + cells.map((cell) => cell.padStart(12)).join(""));
  const of = (value: (result: Result) => string) => results.map(value);
  const total = ({ stages }: Result) => Object.values(stages).reduce((sum, seconds) => sum + seconds, 0);
  console.log(`4 cameras, 2 people, 60 fps; placing: ${values.filter}; one process each`);
  row(
    "frames",
    of(({ frames }) => `${frames}`),
  );
  for (const stage of stages)
    row(
      `${stage}, frames/s`,
      of(({ frames, stages }) => `${Math.round(frames / stages[stage]!)}`),
    );
  row(
    "all stages, frames/s",
    of((result) => `${Math.round(result.frames / total(result))}`),
  );
  row(
    "all stages, seconds",
    of((result) => total(result).toFixed(1)),
  );
  row(
    "making detections, seconds",
    of(({ making }) => making.toFixed(1)),
  );
  row(
    "processor, seconds",
    of(({ processorSeconds }) => processorSeconds.toFixed(1)),
  );
  row(
    "peak memory, MB",
    of(({ megabytes }) => megabytes.toFixed(0)),
  );
  row(
    "files, MB",
    of(({ fileMegabytes }) => fileMegabytes.toFixed(0)),
  );
  row(
    "mean joint error, mm",
    of(({ errorMillimetres }) => errorMillimetres.toFixed(1)),
  );
  row(
    "identities exchanged",
    of(({ exchanged }) => (exchanged ? "yes" : "no")),
  );
}

import { basename, dirname, extname, join, resolve } from "node:path";
import { MareyError } from "@marey/core";
import type { Camera, Rig } from "@marey/core/camera";
import { fitMotion } from "@marey/core/fit";
import { cameraToWorld, type LiftedPerson, liftedMotion, liftTrack } from "@marey/core/model/videoPose3d";
import type { Keypoints, KeypointTrack, Motion, UpAxis } from "@marey/core/motion";
import { type FileSet, fileSet, requireAbsent } from "../files/index.js";
import type { Progress } from "../progress.js";
import { onnxRuntime } from "../run/index.js";
import { stageClock } from "../session/clock.js";
import { exportPerson, formatsNamed, personQuality } from "../session/exportPerson.js";
import { type ReportPerson, renderReport, reportPerson } from "../session/report.js";
import type { CameraQuality, CaptureSummary, PersonQuality } from "../session/summary.js";
import { type CameraChoice, cameraOf } from "./camera.js";
import { type OpenedLifter, openDefaultLifter } from "./lifter.js";
import { type SeenOptions, seenPeople } from "./seen.js";

/** What a person can choose about a lift. */
export interface LiftSettings extends SeenOptions, CameraChoice {
  /** Folder for the results; the folder of the input when absent. */
  out?: string;
  /** Names of motion formats. */
  formats: readonly string[];
  /** At most so many people: those seen most. */
  people?: number;
  /** Stand people on a level floor at height 0. */
  floor?: boolean;
  /** Folder of another lifter than the embedded one. */
  lifter?: string;
  force?: boolean;
}

/** What a lift needs from where it runs. */
export interface LiftHost {
  progress: Progress;
  signal?: AbortSignal;
}

/** Seconds that someone must be seen to be lifted. */
const SHORTEST = 0.3;

/**
 * Lifts the people of one view to motion in three dimensions: motion files, a set per person, and a report.
 *
 * @throws MareyError for whatever is wrong with the input or the settings; then nothing was written.
 */
export async function lift(input: string, settings: LiftSettings, host: LiftHost): Promise<CaptureSummary> {
  const files = fileSet({ force: settings.force });
  try {
    const summary = await liftInto(files, input, settings, host);
    host.signal?.throwIfAborted();
    await files.publish();
    return summary;
  } finally {
    await files.discard();
  }
}

async function liftInto(files: FileSet, input: string, settings: LiftSettings, host: LiftHost) {
  const clock = stageClock();
  const plan = planOutputs(input, settings);
  if (!settings.force)
    for (const path of [plan.report, ...plan.person(1).map((each) => each.path)]) await requireAbsent(path);
  const opened = await openDefaultLifter(onnxRuntime, { folder: settings.lifter });
  try {
    const seen = await clock.time("detect", () => seenPeople(input, settings, host));
    const { keypoints } = seen;
    const { camera, rig, note } = await cameraOf(keypoints, settings);
    const tracks = chosen(keypoints, settings, input);
    const lifted = await clock.time("lift", () => liftAll(opened, tracks, keypoints, camera, host));
    const motion = await clock.time("place", async () => worldOf(lifted, keypoints, camera, rig, settings));
    const people: PersonQuality[] = [];
    const shown: ReportPerson[] = [];
    for (const person of motion.people) {
      const number = people.length + 1;
      const placed = { ...motion, people: [person] };
      const { motion: fitted, reports } = await clock.time("fit", async () => fitMotion(placed));
      const captured = { placed, fitted, fitDistance: reports[0]?.meanDistance ?? Number.NaN };
      const written = await clock.time("export", () => exportPerson(captured, plan.person(number), files));
      people.push(personQuality(captured, number, written));
      shown.push(reportPerson(placed, number));
    }
    const summary: CaptureSummary = {
      session: plan.name,
      method: "lift",
      source: seen.source,
      detector: `${seen.detector}, ${opened.card.name}`,
      skeleton: motion.skeleton.name,
      calibration: note,
      filter: "none",
      frameRate: keypoints.frameRate,
      frameCount: keypoints.frameCount,
      cameras: [cameraFigures(plan.name, motion)],
      people,
      advice: adviceOf(settings, people),
      stages: [],
      report: plan.report,
    };
    const html = await clock.time("report", async () =>
      renderReport({ ...summary, stages: clock.stages() }, shown),
    );
    await files.write(plan.report, html);
    return { ...summary, stages: clock.stages() };
  } finally {
    await opened.lifter.close();
  }
}

/** Where the results go. */
function planOutputs(input: string, { out, formats }: LiftSettings) {
  const name = basename(input, extname(input)).replace(/\.keypoints$/, "");
  const target = out ?? dirname(resolve(input));
  const named = formatsNamed(formats);
  const person = (number: number) =>
    named.map((format) => ({ format, path: join(target, `${name}_P${number}${format.extension}`) }));
  return { name, person, report: join(target, `${name}.report.html`) };
}

/** The people seen longest, each from the first frame to the last. */
function chosen(
  { people, skeleton, frameRate, frameCount }: Keypoints,
  settings: LiftSettings,
  input: string,
) {
  const J = skeleton.joints.length;
  const least = Math.min(frameCount, Math.max(2, SHORTEST * frameRate));
  const tracks = people
    .map((track) => ({ track, ...spanOf(track, J) }))
    .filter(({ frames }) => frames >= least)
    .sort((a, b) => b.frames - a.frames)
    .slice(0, settings.people);
  if (tracks.length > 0) return tracks;
  throw new MareyError(
    "NOBODY",
    input,
    people.length === 0 ? "nobody was found" : `nobody was seen for ${SHORTEST} s`,
    "Look at what is found with marey detect INPUT --overlay",
  );
}

interface Chosen {
  track: KeypointTrack;
  first: number;
  last: number;
  /** In which at least one joint was found. */
  frames: number;
}

function spanOf({ data }: KeypointTrack, joints: number): Omit<Chosen, "track"> {
  const isSeen = (t: number) => {
    for (let j = 0; j < joints; j++) if (!Number.isNaN(data[(t * joints + j) * 3] as number)) return true;
    return false;
  };
  const seen = Array.from({ length: data.length / (joints * 3) }, (_, t) => isSeen(t));
  return { first: seen.indexOf(true), last: seen.lastIndexOf(true), frames: seen.filter(Boolean).length };
}

async function liftAll(
  { card, lifter }: OpenedLifter,
  tracks: readonly Chosen[],
  { skeleton, frameRate }: Keypoints,
  camera: Camera,
  { progress, signal }: LiftHost,
): Promise<LiftedPerson[]> {
  const width = skeleton.joints.length * 3;
  const people: LiftedPerson[] = [];
  for (const [i, { track, first, last }] of tracks.entries()) {
    signal?.throwIfAborted();
    const task = progress.task(`lifting person ${i + 1}`);
    const part = { id: track.id, data: track.data.subarray(first * width, (last + 1) * width) };
    const options = { frameRate, lifterRate: card.frameRate, input: card.input, progress: task.update };
    people.push({ ...(await liftTrack(lifter, part, skeleton, camera, options)), start: first });
    task.end();
  }
  return people;
}

function worldOf(
  lifted: readonly LiftedPerson[],
  { frameRate, firstFrame, frameCount }: Keypoints,
  camera: Camera,
  rig: Rig | undefined,
  { floor }: LiftSettings,
): Motion {
  const { width, height, fx, fy, cx, cy } = camera;
  const vector = [(2 * fx) / width, (2 * fy) / width, (2 * cx) / width - 1, (2 * cy - height) / width];
  const motion = liftedMotion(lifted, { frameRate, firstFrame, frameCount, camera: vector, width, floor });
  return rig && !floor ? inWorld(motion, camera, rig.up) : motion;
}

/** From the world that hangs on the camera (y up, looking along −z) to that of its calibration. */
function inWorld(motion: Motion, camera: Camera, up: UpAxis): Motion {
  const people = motion.people.map((person) => {
    const seen = person.positions.map((x, i) => (i % 3 === 0 ? x : -x));
    return { ...person, positions: cameraToWorld(seen, camera, seen) };
  });
  return { ...motion, up, people };
}

/** How the one camera agrees with the motion that was lifted from it. */
function cameraFigures(name: string, { people }: Motion): CameraQuality {
  const distances = people.flatMap(({ reprojection = [] }) =>
    [...reprojection].filter((d) => !Number.isNaN(d)),
  );
  const pixels = distances.reduce((sum, d) => sum + d, 0) / distances.length;
  return {
    name,
    pixels,
    metres: Number.NaN,
    seen: distances.length,
    outliers: 0,
    shift: [Number.NaN, Number.NaN],
  };
}

function adviceOf({ focal, calibration }: LiftSettings, people: readonly PersonQuality[]): string[] {
  const advice: string[] = [];
  if (focal === undefined && calibration === undefined)
    advice.push(
      "The focal length was guessed, so distances from the camera may be wrong by a constant factor: pass --focal or --calibration.",
    );
  for (const { number, states } of people) {
    const share = states.inferred / (states.visible + states.inferred + states.occluded);
    if (share > 0.2)
      advice.push(
        `Person ${number}: ${Math.round(100 * share)} % of the joints were not seen and were interpolated.`,
      );
  }
  return advice;
}

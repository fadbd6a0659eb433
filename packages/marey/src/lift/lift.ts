import { basename, dirname, extname, join, resolve } from "node:path";
import { MareyError } from "@marey/core";
import type { Camera } from "@marey/core/camera";
import { fitMotion } from "@marey/core/fit";
import { type LiftedPerson, liftedMotion, type WorldOptions } from "@marey/core/model/videoPose3d";
import type { Keypoints, Motion } from "@marey/core/motion";
import { type FileSet, fileSet, requireAbsent } from "../files/index.js";
import { onnxRuntime } from "../run/index.js";
import { type StageClock, stageClock } from "../session/clock.js";
import { exportPerson, formatsNamed, personQuality } from "../session/exportPerson.js";
import { type ReportPerson, renderReport, reportPerson } from "../session/report.js";
import type { CameraQuality, CaptureSummary, PersonQuality } from "../session/summary.js";
import { storedLifter } from "../store/stored.js";
import { liftAdvice } from "./advice.js";
import { type CameraChoice, calibratedCamera, cameraOf } from "./camera.js";
import { openDefaultLifter } from "./lifter.js";
import { type LiftHost, liftPeople, peopleInView, type Skipped } from "./people.js";
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
  /** Another lifter than the embedded one: the name of a stored one, or a folder. */
  lifter?: string;
  force?: boolean;
}

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
  const calibrated = await calibratedCamera(settings);
  if (!settings.force)
    for (const path of [plan.report, ...plan.person(1).map((each) => each.path)]) await requireAbsent(path);
  const { lifter } = settings;
  const folder = lifter === undefined ? undefined : ((await storedLifter(lifter)) ?? lifter);
  const opened = await openDefaultLifter(onnxRuntime, { folder });
  try {
    const found = await clock.time("detect", () => seenPeople(input, settings, host));
    const { keypoints } = found;
    const { camera, place, note } = cameraOf(keypoints, settings, calibrated);
    const view = peopleInView(keypoints);
    const { lifted, skipped } = await clock.time("lift", () =>
      liftPeople(opened, view.people, keypoints, camera, host, settings.people),
    );
    skipped.push(...view.skipped);
    if (lifted.length === 0) throw nobody(input, keypoints, skipped);
    const motion = await clock.time("place", async () =>
      motionOf(lifted, keypoints, camera, place, settings),
    );
    const { people, shown } = await exportPeople(motion, plan, files, clock, host);
    const summary: CaptureSummary = {
      session: plan.name,
      method: "lift",
      source: found.source,
      detector: `${found.detector}, ${opened.card.name}`,
      skeleton: motion.skeleton.name,
      calibration: note,
      filter: "none",
      frameRate: keypoints.frameRate,
      frameCount: keypoints.frameCount,
      cameras: [cameraFigures(plan.name, motion)],
      people,
      advice: liftAdvice(settings, keypoints, found.assumedRate, people, skipped),
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

type Plan = ReturnType<typeof planOutputs>;

/** Writes each person's files, in the order in which they were lifted. */
async function exportPeople(
  motion: Motion,
  plan: Plan,
  files: FileSet,
  clock: StageClock,
  { progress, signal }: LiftHost,
): Promise<{ people: PersonQuality[]; shown: ReportPerson[] }> {
  const people: PersonQuality[] = [];
  const shown: ReportPerson[] = [];
  const task = progress.task("writing people");
  for (const person of motion.people) {
    signal?.throwIfAborted();
    const number = people.length + 1;
    const placed = { ...motion, people: [person] };
    const { motion: fitted, reports } = await clock.time("fit", async () => fitMotion(placed));
    const captured = { placed, fitted, fitDistance: reports[0]?.meanDistance ?? Number.NaN };
    const written = await clock.time("export", () => exportPerson(captured, plan.person(number), files));
    people.push(personQuality(captured, number, written));
    shown.push(reportPerson(placed, number));
    task.update(number, motion.people.length);
  }
  task.end();
  return { people, shown };
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

function nobody(
  input: string,
  { people, frameCount }: Keypoints,
  [skipped, ...others]: readonly Skipped[],
): MareyError {
  const more = others.length > 0 ? `, and ${others.length} more were skipped` : "";
  const what = skipped
    ? `of whom was seen in frames ${skipped.firstFrame} to ${skipped.lastFrame}, ${skipped.reason}${more}`
    : people.length > 0
      ? "nobody stayed in view long enough"
      : `nobody was found in ${frameCount} ${frameCount === 1 ? "frame" : "frames"}`;
  return new MareyError(
    "LIFT_NOBODY",
    input,
    what,
    "Lift a part in which somebody is seen from head to foot; marey detect INPUT --overlay shows what is found",
  );
}

function motionOf(
  lifted: readonly LiftedPerson[],
  { frameRate, firstFrame, frameCount }: Keypoints,
  camera: Camera,
  place: WorldOptions["place"],
  { floor }: LiftSettings,
): Motion {
  const { width, height, fx, fy, cx, cy } = camera;
  const vector = [(2 * fx) / width, (2 * fy) / width, (2 * cx) / width - 1, (2 * cy - height) / width];
  return liftedMotion(lifted, { frameRate, firstFrame, frameCount, camera: vector, width, floor, place });
}

/** How the one camera agrees with the motion that was lifted from it. */
function cameraFigures(name: string, { people }: Motion): CameraQuality {
  let [sum, seen] = [0, 0];
  for (const { reprojection = [] } of people)
    for (const distance of reprojection) {
      if (Number.isNaN(distance)) continue;
      sum += distance;
      seen++;
    }
  const unknown = { metres: Number.NaN, shift: [Number.NaN, Number.NaN] as const };
  return { name, pixels: sum / seen, seen, outliers: 0, ...unknown };
}

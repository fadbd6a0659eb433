import { join, relative } from "node:path";
import { MareyError } from "@marey/core";
import type { Rig } from "@marey/core/camera";
import type { MotionFormat } from "@marey/core/format";
import {
  emptyTally,
  POSE2SIM_DEFAULTS,
  type Pose2simSettings,
  type View,
  type ViewTally,
} from "@marey/core/model/multiCamera";
import { type FileSet, fileSet, requireAbsent } from "../files/index.js";
import type { Progress } from "../progress.js";
import { noCache, stageCache } from "./cache.js";
import { readCalibration, sizeNotes, unusedNotes } from "./cameras.js";
import { stageClock } from "./clock.js";
import { configuredFilter, pose2simSettings, type SessionConfig } from "./config.js";
import { exportPerson, formatsNamed, personQuality } from "./exportPerson.js";
import { associate, type Method, placePeople } from "./people.js";
import { type ReportPerson, renderReport, reportPerson } from "./report.js";
import { openSession, type Session } from "./session.js";
import {
  adviceOf,
  type CameraQuality,
  type CaptureSummary,
  cameraQuality,
  type PersonQuality,
  suspectCameras,
} from "./summary.js";
import { addToMoments, causeOf, describeCause, type Moment, momentsOf } from "./suspects.js";
import { type OpenedViews, openViews, type ViewSettings } from "./views.js";

/** What a person can choose about a capture. */
export interface CaptureSettings extends Omit<ViewSettings, "source"> {
  /** Marey's own way, or Pose2Sim's to the letter. */
  method: "marey" | "pose2sim";
  /** When absent: the videos, or the stored detections where there are none or the method is Pose2Sim's. */
  source?: "videos" | "detections";
  calibration?: string;
  /** Folder for the results; `motion` in the session when absent. */
  out?: string;
  /** Names of motion formats. */
  formats: readonly string[];
  /** `body` (Marey's own), one of Pose2Sim's, or `none`; the method's own when absent. */
  filter?: string;
  /** How gaps are filled before a filter of Pose2Sim's. */
  fill?: "linear" | "cubic" | "none";
  /** Outlier rejection before a filter of Pose2Sim's. */
  hampel?: boolean;
  /** Keep the last frame, which Pose2Sim's filter stage loses. */
  keepLastFrame?: boolean;
  /** At most so many people: those seen most. */
  people?: number;
  force?: boolean;
  /** Keep and use results of stages; true when absent. */
  cache?: boolean;
}

/** What a capture needs from where it runs. */
export interface CaptureHost {
  progress: Progress;
  signal?: AbortSignal;
}

/**
 * Captures a session: videos or detections of calibrated cameras become motion files, a set per person, and a report.
 *
 * @throws MareyError for whatever is wrong with the session or the settings; then nothing was written.
 */
export async function capture(
  folder: string,
  settings: CaptureSettings,
  host: CaptureHost,
): Promise<CaptureSummary> {
  const files = fileSet({ force: settings.force });
  try {
    const summary = await captureInto(files, folder, settings, host);
    host.signal?.throwIfAborted();
    await files.publish();
    return summary;
  } finally {
    await files.discard();
  }
}

async function captureInto(
  outputs: FileSet,
  folder: string,
  settings: CaptureSettings,
  { progress, signal }: CaptureHost,
): Promise<CaptureSummary> {
  const clock = stageClock();
  const session = await openSession(folder, settings.calibration);
  const source = sourceOf(session, settings);
  const method = methodOf(session.config, settings);
  const plan = planOutputs(session, settings);
  await plan.requireAbsent();
  const host = { cache: settings.cache === false ? noCache : stageCache(), clock, progress, signal };
  const calibrated = await readCalibration(session.calibration);
  const opened = await clock.time(source === "videos" ? "detect" : "read", async (mark) => {
    const views = await openViews(session, calibrated, { ...settings, source }, host);
    mark.cached = views.cached;
    return views;
  });
  const found = await associate(opened, method, host);
  const tallies = opened.views.map(emptyTally);
  const people: PersonQuality[] = [];
  const shown: ReportPerson[] = [];
  const moments = momentsOf(opened.views[0]?.frameCount ?? 0);
  for await (const person of placePeople(opened, found, method, tallies, host)) {
    const number = people.length + 1;
    const files = await clock.time("export", () => exportPerson(person, plan.person(number), outputs));
    people.push(personQuality(person, number, files));
    shown.push(reportPerson(person.placed, number));
    addToMoments(moments, person.placed);
  }
  if (people.length === 0) throw nobody(session, opened.views, found.people.length);
  const summary = await clock.time("examine", () =>
    summarise(session, settings, method, calibrated, opened, { tallies, people, moments }),
  );
  summary.report = plan.report;
  const html = await clock.time("report", async () =>
    renderReport({ ...summary, stages: clock.stages() }, shown),
  );
  await outputs.write(plan.report, html);
  return { ...summary, stages: clock.stages() };
}

/** What the stages found, without their times. */
async function summarise(
  session: Session,
  settings: CaptureSettings,
  { placing }: Method,
  calibrated: Rig,
  opened: OpenedViews,
  { tallies, people, moments }: { tallies: ViewTally[]; people: PersonQuality[]; moments: Moment[] },
): Promise<CaptureSummary> {
  const { views, rig, detector, source } = opened;
  const cameras = rig.cameras.map(({ name }, v) => cameraQuality(name, tallies[v] ?? emptyTally()));
  const causes = await causesOf(cameras, opened, moments);
  const [{ skeleton, frameRate, frameCount }] = views as [View];
  return {
    session: session.name,
    method: settings.method,
    source,
    detector,
    skeleton: skeleton.name,
    calibration: relative(session.folder, session.calibration),
    filter: placing ? (placing.filter?.type ?? "none") : "body",
    frameRate,
    frameCount,
    cameras,
    people,
    advice: [
      ...adviceOf(cameras, people, frameCount, causes),
      ...unusedNotes(calibrated, rig),
      ...sizeNotes(calibrated, views),
    ],
    stages: [],
  };
}

/** What makes cameras disagree with the others, by name, in a sentence; of two, no one can say which is right. */
async function causesOf(
  cameras: readonly CameraQuality[],
  { views, rig }: OpenedViews,
  moments: readonly Moment[],
): Promise<Map<string, string>> {
  const causes = new Map<string, string>();
  if (cameras.length < 3) return causes;
  for (const v of suspectCameras(cameras)) {
    const { name, frameRate } = views[v] as OpenedViews["views"][number];
    const cause = await causeOf(v, views, rig, moments);
    if (cause) causes.set(cameras[v]?.name ?? name, describeCause(name, cause, frameRate));
  }
  return causes;
}

function sourceOf({ folder, videos, detections }: Session, { source, method }: CaptureSettings) {
  const chosen =
    source ??
    (videos.length > 0 && !(method === "pose2sim" && detections.length > 0) ? "videos" : "detections");
  if ((chosen === "videos" ? videos : detections).length === 0)
    throw new MareyError(
      "SESSION_EMPTY",
      folder,
      chosen === "videos" ? "there are no videos (videos/*.mp4)" : "there are no detections (pose/*_json/)",
      `Leave out --source, or add the ${chosen}`,
    );
  return chosen;
}

/** What the settings and the session's configuration make of the stages. */
function methodOf(config: SessionConfig, settings: CaptureSettings): Method {
  const configured: Pose2simSettings = { ...POSE2SIM_DEFAULTS, ...pose2simSettings(config) };
  const { method: name, filter, fill, hampel, keepLastFrame } = settings;
  const people = settings.people ?? (config.project?.multi_person === false ? 1 : undefined);
  const shared = { name, association: configured.people, people };
  if (name === "marey" && (filter === undefined || filter === "body")) {
    refuseIdle(settings);
    return shared;
  }
  if (filter === "body")
    throw new MareyError(
      "FILTER_NAME",
      "--filter body",
      "it is Marey's own and no part of Pose2Sim",
      "Leave out --pose2sim, or choose one of Pose2Sim's filters",
    );
  const placing: Pose2simSettings = {
    ...configured,
    ...(fill && { interpolation: fill }),
    ...(hampel !== undefined && { rejectOutliers: hampel }),
    keepLastFrame: keepLastFrame ?? name === "marey",
    ...(name === "marey" && { fillLargeGapsWith: "nan" as const }),
    ...(filter === "none" && { filter: undefined }),
    ...(filter !== undefined &&
      filter !== "none" && { filter: configuredFilter(config, filter.replaceAll("-", "_")) }),
  };
  return { ...shared, placing };
}

/** Settings that would do nothing are better refused than ignored. */
function refuseIdle({ fill, hampel, keepLastFrame }: CaptureSettings): void {
  const idle = Object.entries({
    "--fill": fill,
    "--no-hampel": hampel,
    "--keep-last-frame": keepLastFrame,
  }).find(([, value]) => value !== undefined);
  if (idle)
    throw new MareyError(
      "OPTION",
      idle[0],
      "it belongs to Pose2Sim's filters and does nothing without one",
      "Add --filter butterworth or another, or --pose2sim, or leave it out",
    );
}

/** Where the results go. */
function planOutputs({ name, folder }: Session, { out, formats, force }: CaptureSettings) {
  const target = out ?? join(folder, "motion");
  const named = formatsNamed(formats);
  const person = (number: number): { format: MotionFormat; path: string }[] =>
    named.map((format) => ({ format, path: join(target, `${name}_P${number}${format.extension}`) }));
  const report = join(target, "report.html");
  return {
    person,
    report,
    /** A finished capture isn't replaced unasked; better said before the work than after it. */
    async requireAbsent() {
      if (force) return;
      for (const path of [report, ...person(1).map((output) => output.path)]) await requireAbsent(path);
    },
  };
}

/** Frames in which someone must be seen to be believed. */
const SHORTEST = 3;

function nobody(
  { folder }: Session,
  views: readonly { name: string; frameCount: number }[],
  followed: number,
): MareyError {
  const frames = views[0]?.frameCount ?? 0;
  if (frames < SHORTEST)
    return new MareyError(
      "NOBODY",
      folder,
      `there ${frames === 1 ? "is only 1 frame" : `are only ${frames} frames`}, in which nobody can be followed`,
      `Capture ${SHORTEST} frames at least`,
    );
  if (followed > 0)
    return new MareyError(
      "NOBODY",
      folder,
      `${followed} ${followed === 1 ? "person was" : "people were"} followed, but nobody's joints could be placed`,
      "Check that calibration and views belong together; with a filter of Pose2Sim's, capture more frames than its min_chunk_size",
    );
  return new MareyError(
    "NOBODY",
    folder,
    `no person was seen by two of the cameras at once (${views.map(({ name }) => name).join(", ")})`,
    "Look at what is found in each view with marey detect VIDEO --overlay, and check that calibration and views belong together, and that no view is mirrored or out of sync",
  );
}

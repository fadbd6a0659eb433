import type { LimbLength, StateTally, ViewTally } from "@marey/core/model/multiCamera";

/** How well a camera agrees with the motion of all people. */
export interface CameraQuality {
  name: string;
  /** Mean distance between what it saw and where the motion projects, pixels; NaN when it saw nothing. */
  pixels: number;
  /** The same at the depth of the joints, metres. */
  metres: number;
  /** Joints it saw of people who were placed. */
  seen: number;
  /** Share of these that disagree so much that they are mistakes of the detector, 0..1. */
  outliers: number;
  /** Mean shift of what it saw against the motion, pixels: a camera that was moved or calibrated badly. */
  shift: readonly [x: number, y: number];
}

/** One captured person. */
export interface PersonQuality {
  /** Number in the file names, from 1. */
  number: number;
  /** Frames with at least one joint; first and last of them. */
  frames: number;
  firstFrame: number;
  lastFrame: number;
  states: StateTally;
  /** Mean reprojection error of the placed joints, pixels. */
  pixels: number;
  limbs: LimbLength[];
  /** Mean of the limbs' variations, 0..1. */
  boneVariation: number;
  /** Mean distance between joints and fitted skeleton, metres; absent when none was fitted. */
  fitDistance?: number;
  files: string[];
}

export interface StageTime {
  stage: string;
  seconds: number;
  /** The result came from the cache. */
  cached: boolean;
}

/** What a capture gives besides its files. */
export interface CaptureSummary {
  session: string;
  method: "marey" | "pose2sim" | "lift";
  source: "videos" | "detections";
  /** What found the joints. */
  detector: string;
  skeleton: string;
  calibration: string;
  filter: string;
  frameRate: number;
  frameCount: number;
  cameras: CameraQuality[];
  people: PersonQuality[];
  /** What to do about what isn't right, most important first. */
  advice: string[];
  stages: StageTime[];
  report?: string;
}

/** A view's tally as means. */
export function cameraQuality(name: string, tally: ViewTally): CameraQuality {
  const { seen, agreeing, pixels, metres, shiftX, shiftY } = tally;
  return {
    name,
    pixels: pixels / agreeing,
    metres: metres / agreeing,
    seen,
    outliers: seen === 0 ? 0 : 1 - agreeing / seen,
    shift: [shiftX / agreeing, shiftY / agreeing],
  };
}

/** A camera whose error is this many times the others' median deserves a look. */
const WORSE = 1.8;
/** Share of mistakes from which a camera is suspected of being mirrored, swapped or out of sync. */
const MANY_OUTLIERS = 0.35;

/** Indices of the cameras whose figures ask for a closer look: they see less, or elsewhere, than the others. */
export function suspectCameras(cameras: readonly CameraQuality[]): number[] {
  const error = usual(cameras.map(({ pixels }) => pixels));
  const most = Math.max(...cameras.map(({ seen }) => seen));
  return cameras.flatMap(({ seen, outliers, pixels }, v) =>
    seen < 0.5 * most || outliers > 0.1 || pixels > 1.25 * error ? [v] : [],
  );
}

/** The lower median of the values that are numbers; NaN for none. */
function usual(values: readonly number[]): number {
  const known = values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  return known[(known.length - 1) >> 1] ?? Number.NaN;
}

/**
 * What the figures say should be done, in sentences.
 *
 * @param causes what was found out about a camera, by its name, in a sentence.
 */
export function adviceOf(
  cameras: readonly CameraQuality[],
  people: readonly PersonQuality[],
  frameCount: number,
  causes: ReadonlyMap<string, string> = new Map(),
): string[] {
  const advice: string[] = [];
  const usualError = usual(cameras.map(({ pixels }) => pixels));
  for (const { name, seen, outliers, pixels, shift } of cameras) {
    const cause = causes.get(name);
    if (cause) {
      advice.push(cause);
    } else if (seen === 0) {
      advice.push(
        `${name} contributed nothing: check that it shows the people, and its place in the calibration.`,
      );
    } else if (outliers > MANY_OUTLIERS) {
      const share = Math.round(100 * outliers);
      advice.push(
        `${name} disagrees with the others for ${share} % of its joints: it may be mirrored, out of sync, moved since the calibration, or calibrated under another name.`,
      );
    } else if (pixels > WORSE * usualError) {
      const moved = Math.hypot(...shift) > 0.5 * pixels;
      advice.push(
        `${name} is off by ${pixels.toFixed(1)} px where the others reach ${usualError.toFixed(1)}: ${
          moved
            ? `its picture is shifted by (${shift[0].toFixed(0)}, ${shift[1].toFixed(0)}) px as if it had been moved; calibrate it again.`
            : "calibrate it again, or check its synchronisation."
        }`,
      );
    }
  }
  for (const { number, frames, boneVariation, fitDistance = 0 } of people) {
    if (frames < 0.8 * frameCount)
      advice.push(
        `Person ${number} is placed in ${frames} of ${frameCount} frames: in the others fewer than two cameras saw them.`,
      );
    if (boneVariation > 0.08)
      advice.push(
        `Person ${number}'s limbs vary by ${(100 * boneVariation).toFixed(0)} %: look at the overlays for limbs that the detector confuses.`,
      );
    if (fitDistance > 0.05)
      advice.push(
        `Person ${number}'s skeleton in BVH and GLB lies ${Math.round(1000 * fitDistance)} mm from the joints: too little of the body was measured for it.`,
      );
  }
  return advice;
}

/** The summary as lines for a terminal. */
export function describeSummary(summary: CaptureSummary): string {
  const { session, frameCount, frameRate, people, cameras, stages, advice, report } = summary;
  const head = `${session}: ${count(people.length, "person", "people")}, ${count(frameCount, "frame")} (${(frameCount / frameRate).toFixed(1)} s at ${round(frameRate, 2)} Hz), ${count(cameras.length, "camera")}, ${summary.detector}`;
  return [
    head,
    "",
    ...table([
      ["person", "frames", "placed", "filled in", "gaps", "error px", "limbs vary", "fit mm"],
      ...people.map(personRow),
    ]),
    ...(summary.method === "lift" ? [] : ["", ...table([cameraHead, ...cameras.map(cameraRow)])]),
    "",
    `seconds: ${stages.map(({ stage, seconds, cached }) => `${stage} ${seconds.toFixed(2)}${cached ? " (cached)" : ""}`).join(", ")}`,
    ...(advice.length > 0 ? ["", ...advice.map((line) => `! ${line}`)] : []),
    "",
    ...people.flatMap(({ files }) => files.map((file) => `→ ${file}`)),
    ...(report ? [`→ ${report}`] : []),
  ].join("\n");
}

function personRow({ number, frames, states, pixels, boneVariation, fitDistance }: PersonQuality): string[] {
  const joints = states.visible + states.occluded + states.inferred + states.missing;
  const share = (n: number) => `${((100 * n) / joints).toFixed(1)} %`;
  return [
    `P${number}`,
    `${frames}`,
    share(states.visible + states.occluded),
    share(states.inferred),
    `${states.gapsFilled}`,
    round(pixels, 1),
    `${(100 * boneVariation).toFixed(1)} %`,
    fitDistance === undefined ? "–" : round(1000 * fitDistance, 1),
  ];
}

const cameraHead = ["camera", "error px", "error mm", "joints seen", "mistakes"];

function cameraRow({ name, pixels, metres, seen, outliers }: CameraQuality): string[] {
  return [name, round(pixels, 1), round(1000 * metres, 1), `${seen}`, `${(100 * outliers).toFixed(1)} %`];
}

const count = (n: number, one: string, many = `${one}s`) => `${n} ${n === 1 ? one : many}`;
const round = (value: number, digits: number) =>
  Number.isNaN(value) ? "–" : `${Number(value.toFixed(digits))}`;

/** Rows padded to columns: the first to the left, numbers to the right. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, c) => Math.max(...rows.map((row) => row[c]?.length ?? 0)));
  return rows.map((row) =>
    row.map((cell, c) => (c === 0 ? cell.padEnd(widths[c] ?? 0) : cell.padStart(widths[c] ?? 0))).join("  "),
  );
}

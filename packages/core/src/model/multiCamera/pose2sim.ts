import { projectionMatrices, type Rig, triangulateDroppingViews, triangulator } from "../../camera/index.js";
import {
  filterPerson,
  type Pose2simFilter,
  pose2simFill,
  pose2simFilter,
  pose2simHampel,
} from "../../filter/index.js";
import type { Detections } from "../../motion/keypoints.js";
import type { Motion, MotionPerson } from "../../motion/motion.js";
import { JointState } from "../../motion/state.js";
import { pose2simMarkers, type Skeleton } from "../../skeleton/index.js";
import { type Pose2SimPeopleOptions, pose2simPeople } from "../../track/index.js";
import { type FrameRange, gatherObservations } from "./observations.js";
import { padPerson, slicePerson } from "./range.js";

/** Settings of Pose2Sim's Config.toml that decide about its result; defaults are those of its newest version. */
export interface Pose2simSettings {
  people: Pose2SimPeopleOptions;
  /** Of gaps in the raw triangulation. */
  interpolation: "linear" | "slinear" | "cubic" | "none";
  /** Longest gap that is interpolated, frames. */
  longestGap: number;
  fillLargeGapsWith: "last_value" | "zeros" | "nan";
  sections: "all" | "largest" | "first" | "last";
  /** Fewest frames of a section, and more than these of a person. */
  minChunk: number;
  /** Frames in which any marker is missing don't count as valid. */
  removeIncomplete: boolean;
  /** Hampel before the filter. */
  rejectOutliers: boolean;
  /** None when absent. */
  filter?: Pose2simFilter;
  /** Pose2Sim's filter stage loses each person's last frame before it filters; the author's older results have it. */
  keepLastFrame: boolean;
}

export const POSE2SIM_DEFAULTS: Pose2simSettings = {
  people: {},
  interpolation: "linear",
  longestGap: 20,
  fillLargeGapsWith: "last_value",
  sections: "all",
  minChunk: 10,
  removeIncomplete: false,
  rejectOutliers: true,
  filter: { type: "butterworth" },
  keepLastFrame: false,
};

/**
 * Detections of several cameras to motion exactly as Pose2Sim does it: association, triangulation with the search for
 * cameras to drop, interpolation, trimming, filling and filtering. Distortion is ignored, as there.
 *
 * People with too few frames are left out; the others are trimmed each for itself there, here the motion covers all of
 * them and the frames that a person lacks are missing.
 */
export function pose2simMotion(
  views: readonly Detections[],
  rig: Rig,
  settings: Partial<Pose2simSettings> = {},
): Motion {
  const options = { ...POSE2SIM_DEFAULTS, ...settings };
  const { skeleton, frameRate, firstFrame } = views[0];
  const { frameCount, people } = pose2simPeople(views, rig, options.people);
  const frames = views.map((view) => view.frames);
  const placed = people.flatMap((tracked) => {
    const observations = new Float64Array(frameCount * skeleton.joints.length * views.length * 3);
    gatherObservations(tracked, frames, { start: 0, end: frameCount }, skeleton.joints.length, observations);
    return cleanPerson(placePerson(observations, rig, options), skeleton, frameRate, options) ?? [];
  });
  const numbered = placed.map((person, id) => ({ ...person, id }));
  return { skeleton, frameRate, up: rig.up, firstFrame, frameCount, people: numbered };
}

/** A person as triangulated, before any filter. */
export type PlacedPerson = MotionPerson & Required<Pick<MotionPerson, "reprojection" | "views">>;

/**
 * Triangulates a person's joints with the search for cameras to drop.
 *
 * @param observations T×J×V×3, pixels.
 */
export function placePerson(
  observations: ArrayLike<number>,
  { cameras }: Rig,
  { people }: Pick<Pose2simSettings, "people">,
): PlacedPerson {
  const solver = triangulator(projectionMatrices(cameras));
  const { points, used, error } = triangulateDroppingViews(solver, observations, people.triangulation);
  return {
    id: 0,
    positions: Float32Array.from(points),
    state: Uint8Array.from(used, (mask) => (mask ? JointState.visible : JointState.missing)),
    reprojection: Float32Array.from(error),
    views: used,
  };
}

/** Interpolates, trims, fills and filters, in Pose2Sim's order; undefined for a person with too few frames. */
export function cleanPerson(
  person: MotionPerson,
  skeleton: Skeleton,
  frameRate: number,
  options: Pose2simSettings,
): MotionPerson | undefined {
  const frameCount = person.state.length / skeleton.joints.length;
  const section = validSection(person, skeleton, frameCount, options);
  if (section.end - section.start <= options.minChunk) return undefined;
  if (options.filter && !options.keepLastFrame) section.end--;
  return clean(person, section, skeleton, frameRate, options);
}

const methods = { linear: "linear", slinear: "linear", cubic: "cubicNotAKnot" } as const;

/** Interpolates, trims to `range`, fills and filters, in Pose2Sim's order. */
function clean(
  person: MotionPerson,
  range: FrameRange,
  { joints }: Skeleton,
  frameRate: number,
  { interpolation, longestGap, fillLargeGapsWith, rejectOutliers, filter }: Pose2simSettings,
): MotionPerson {
  const interpolate = pose2simFill({
    method: methods[interpolation === "none" ? "linear" : interpolation],
    longestGap: interpolation === "none" ? 0 : longestGap,
    rest: "nan",
  });
  const filters = [
    pose2simFill({ longestGap: 0, rest: fillLargeGapsWith }),
    ...(filter && rejectOutliers ? [pose2simHampel] : []),
    ...(filter ? [pose2simFilter(filter, frameRate)] : []),
  ];
  const trimmed = slicePerson(filterPerson(person, joints.length, interpolate), range, joints.length);
  const frameCount = person.state.length / joints.length;
  return padPerson(filterPerson(trimmed, joints.length, ...filters), range, frameCount, joints.length);
}

/**
 * The frames that Pose2Sim keeps of a person: from the runs of at least `minChunk` frames in which a marker (or each,
 * with `removeIncomplete`) was placed, all from the first's start to the last's end, or one of them.
 */
function validSection(
  { reprojection }: MotionPerson,
  skeleton: Skeleton,
  frameCount: number,
  { sections, minChunk, removeIncomplete }: Pose2simSettings,
): FrameRange {
  const markers = pose2simMarkers(skeleton);
  const placed =
    (t: number) =>
    ({ joint }: { joint: number }) =>
      !Number.isNaN(reprojection?.[t * skeleton.joints.length + joint]);
  const runs: FrameRange[] = [];
  let start = -1;
  for (let t = 0; t <= frameCount; t++) {
    const valid = t < frameCount && (removeIncomplete ? markers.every(placed(t)) : markers.some(placed(t)));
    if (valid && start < 0) start = t;
    if (!valid && start >= 0) {
      if (t - start >= minChunk) runs.push({ start, end: t });
      start = -1;
    }
  }
  if (runs.length === 0) return { start: 0, end: 0 };
  const longest = (a: FrameRange, b: FrameRange) => (b.end - b.start > a.end - a.start ? b : a);
  switch (sections) {
    case "all":
      return { start: runs[0].start, end: runs[runs.length - 1].end };
    case "first":
      return runs[0];
    case "last":
      return runs[runs.length - 1];
    case "largest":
      return runs.reduce(longest);
  }
}

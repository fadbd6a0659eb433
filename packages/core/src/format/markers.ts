import { MareyError } from "../error.js";
import type { Motion, MotionPerson } from "../motion/motion.js";
import { JointState } from "../motion/state.js";
import { skeletons } from "../skeleton/layouts.js";
import { isPose2simLayout, type NamedJoint, pose2simJoint, pose2simMarkers } from "../skeleton/pose2sim.js";
import { type Skeleton, skeleton } from "../skeleton/skeleton.js";
import { layoutName } from "./layoutName.js";
import { turnedAxes } from "./upAxis.js";

/** Named points over time, as marker files hold them: Y up. */
export interface Markers {
  names: string[];
  /** Hz. */
  frameRate: number;
  /** Length unit of the points as the file states it. */
  units: "m" | "cm" | "mm";
  /** Number of the first frame. */
  firstFrame: number;
  /** T, seconds. */
  times: Float64Array;
  /** T×M×3, in `units`; NaN where missing. */
  points: Float64Array;
  /** Numbers of the frames where they aren't consecutive from `firstFrame`. */
  frameNumbers?: Float64Array;
}

export interface MarkerOptions {
  /**
   * What the markers are called: Pose2Sim's names and order (`RHip`, what OpenSim models expect), or every joint of the
   * skeleton by its own name. Pose2Sim's when absent, as far as they go: see `namedMarkers`.
   */
  names?: "pose2sim" | "joints";
}

const METRES = { m: 1, cm: 0.01, mm: 0.001 } as const;

/** Markers whose points are made frame by frame; a row is valid until the next. */
export interface MarkerRows extends Omit<Markers, "points"> {
  /** T of M×3. */
  rows: Iterable<Float64Array>;
}

/** One person as markers: Y up, metres rounded to the micrometre (float32 holds no more at the size of a room). */
export function motionToMarkers(person: MotionPerson, motion: Motion, options: MarkerOptions = {}): Markers {
  const { rows, ...head } = markersInRows(person, motion, options);
  const width = head.names.length * 3;
  const points = new Float64Array(motion.frameCount * width);
  let at = 0;
  for (const row of rows) {
    points.set(row, at);
    at += width;
  }
  return { ...head, points };
}

/** `motionToMarkers` without the points of the whole take in memory. */
export function markersInRows(
  person: MotionPerson,
  { skeleton, frameCount, frameRate, firstFrame, up }: Motion,
  options: MarkerOptions = {},
): MarkerRows {
  const chosen = options.names === "joints" ? ownMarkers(skeleton) : namedMarkers(skeleton);
  const joints = chosen.map(({ joint }) => joint);
  return {
    names: chosen.map(({ name }) => name),
    frameRate,
    units: "m",
    firstFrame,
    times: Float64Array.from({ length: frameCount }, (_, t) => (firstFrame + t) / frameRate),
    rows: jointRows(person.positions, skeleton.joints.length, joints, turnedAxes(up, "y")),
  };
}

/** Rows of some joints' places; `axes` says which numbers of a place are its X, Y and Z. */
function* jointRows(
  positions: Float32Array,
  width: number,
  joints: readonly number[],
  axes: readonly number[],
): Generator<Float64Array> {
  const row = new Float64Array(joints.length * 3);
  for (let first = 0; first < positions.length; first += 3 * width) {
    for (let m = 0; m < joints.length; m++)
      for (let k = 0; k < 3; k++)
        row[3 * m + k] = Math.round(positions[first + 3 * joints[m] + axes[k]] * 1e6) / 1e6;
    yield row;
  }
}

/** The rows of markers that are there. */
export function* rowsOf({ names, times, points }: Markers): Generator<Float64Array> {
  const width = names.length * 3;
  for (let t = 0; t < times.length; t++) yield points.subarray(t * width, (t + 1) * width);
}

const ownMarkers = ({ joints }: Skeleton): NamedJoint[] => joints.map((name, joint) => ({ name, joint }));

/**
 * Markers by Pose2Sim's names. A layout that Pose2Sim orders gives what Pose2Sim writes. Of other layouts no joint is
 * lost: those that Pose2Sim has no name for follow under their own. Joints of an unknown layout without bones are
 * somebody's markers and stay as they are called.
 */
function namedMarkers(layout: Skeleton): NamedJoint[] {
  const named = pose2simMarkers(layout);
  if (isPose2simLayout(layout)) return named;
  const { joints, parents } = layout;
  if (!skeletons.includes(layout) && parents.every((parent) => parent < 0)) return ownMarkers(layout);
  const first = named.filter(({ name }) => !joints.includes(name));
  const taken = new Set(first.map(({ joint }) => joint));
  return [...first, ...ownMarkers(layout).filter(({ joint }) => !taken.has(joint))];
}

/**
 * Markers as a motion of one person, metres, Y up. The joints are those of `layout`, or of the smallest layout that
 * ships which has all the markers (by its joint names or Pose2Sim's); markers of no layout become joints of their
 * own, without parents. A joint without a marker is missing.
 *
 * @throws MareyError `MARKERS_SKELETON` when `layout` is given and has none of the markers.
 */
export function markersToMotion(markers: Markers, layout?: Skeleton, name = "markers"): Motion {
  const target = layout ?? recogniseMarkers(markers.names) ?? skeletonOf(markers.names, name);
  const joints = markers.names.map((marker) => jointOf(target, marker));
  if (joints.every((joint) => joint < 0))
    throw new MareyError(
      "MARKERS_SKELETON",
      name,
      `none of its ${markers.names.length} markers (${markers.names.slice(0, 3).join(", ")} …) is a joint of ${target.name}`,
      "Choose another skeleton",
    );
  const frameCount = markers.times.length;
  const width = target.joints.length;
  const positions = new Float32Array(frameCount * width * 3).fill(NaN);
  const state = new Uint8Array(frameCount * width);
  const scale = METRES[markers.units];
  for (let t = 0; t < frameCount; t++)
    for (const [m, joint] of joints.entries()) {
      if (joint < 0) continue;
      const from = (t * joints.length + m) * 3;
      const to = t * width + joint;
      for (let k = 0; k < 3; k++) positions[to * 3 + k] = markers.points[from + k] * scale;
      if (Number.isNaN(positions[to * 3] + positions[to * 3 + 1] + positions[to * 3 + 2]))
        positions.fill(NaN, to * 3, to * 3 + 3);
      else state[to] = JointState.visible;
    }
  const { frameRate, firstFrame } = markers;
  const people = [{ id: 0, positions, state }];
  return { skeleton: target, frameRate, up: "y", firstFrame, frameCount, people };
}

const jointOf = (target: Skeleton, marker: string) => {
  const exact = target.joints.indexOf(marker);
  return exact >= 0 ? exact : pose2simJoint(target, marker);
};

/** The smallest layout that ships in which each marker is a joint of its own; undefined when there is none. */
function recogniseMarkers(names: readonly string[]): Skeleton | undefined {
  return skeletons
    .filter((candidate) => {
      const joints = names.map((marker) => jointOf(candidate, marker));
      return !joints.includes(-1) && new Set(joints).size === names.length;
    })
    .sort((a, b) => a.joints.length - b.joints.length)[0];
}

function skeletonOf(names: readonly string[], file: string): Skeleton {
  // Markers have no OKS constants; the hip's is as good as any and never used for them.
  const unique = names.map((name, i) => (names.indexOf(name) === i ? name : `${name} ${i + 1}`));
  return skeleton(
    layoutName(file),
    unique.map((name) => [name, null, 0.107]),
  );
}

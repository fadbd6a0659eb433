import { transform3 } from "../../array/matrix.js";
import { rotationBetween } from "../../array/rotation.js";
import { footContacts } from "../../fit/contact.js";
import type { Motion } from "../../motion/motion.js";
import { JointState } from "../../motion/state.js";
import { h36m17 } from "../../skeleton/layouts.js";
import { type PlacementOptions, placeRoot } from "./placement.js";
import { LIFTED_JOINTS } from "./sequence.js";

/** One person lifted from one camera. */
export interface LiftedPerson {
  id: number;
  /** Number of the person's first frame in the take, 0 when absent. */
  start?: number;
  /** T×17×3, metres from the root, camera axes (x right, y down, z forward). */
  poses: Float32Array;
  /** T×17×2, screen units. */
  keypoints: Float32Array;
  /** T×17: 1 where the keypoint was seen, 0 where it was interpolated. */
  measured: Uint8Array;
}

export interface WorldOptions {
  frameRate: number;
  /** Number of the first frame in its source. */
  firstFrame?: number;
  /** Frames of the take; as long as the first person's when absent. */
  frameCount?: number;
  /** fx, fy, cx, cy in screen units. */
  camera: ArrayLike<number>;
  /** Of the pictures, pixels: then the motion says how far it projects from the keypoints. */
  width?: number;
  /** Stand people on a floor at height 0: feet that stand neither slide nor sink. */
  floor?: boolean;
}

/** The height of an ankle of CMU's skeletons above the floor when the foot stands, metres. */
const ANKLE_HEIGHT = 0.12;
/** Camera axes to a world with y up, before the floor is known: x stays, y and z turn round. */
const TURN = [1, -1, -1] as const;

/**
 * Lifted people in a world with y up. Without a floor it hangs on the camera: the camera at the origin, looking along −z,
 * its up being up. With one, the floor that people's standing feet show is level and at height 0.
 */
export function liftedMotion(people: readonly LiftedPerson[], options: WorldOptions): Motion {
  const { frameRate, firstFrame = 0, camera } = options;
  const frameCount = options.frameCount ?? (people[0]?.poses.length ?? 0) / (LIFTED_JOINTS * 3);
  const motion: Motion = { skeleton: h36m17, frameRate, up: "y", firstFrame, frameCount, people: [] };
  const path = ({ poses, keypoints, measured }: LiftedPerson, further: Partial<PlacementOptions> = {}) =>
    placeRoot(poses, keypoints, measured, camera, { frameRate, ...further });
  motion.people = people.map((person) => placed(person, path(person), frameCount, options));
  if (!options.floor) return motion;
  const floor = floorOf(motion);
  const level = levelled(motion, floor);
  const normal = floor.normal.map((n, k) => n * TURN[k]);
  motion.people = people.map((person, p) => {
    const { start = 0, measured } = person;
    const contacts = footContacts(level, p).map(({ joint, standing }) => ({
      joint: h36m17.joints.indexOf(joint),
      standing: standing.subarray(start, start + measured.length / LIFTED_JOINTS),
    }));
    return placed(
      person,
      path(person, { contacts, floor: { normal, height: floor.height } }),
      frameCount,
      options,
    );
  });
  return levelled(motion, floor);
}

function placed(
  person: LiftedPerson,
  path: Float32Array,
  frameCount: number,
  options: WorldOptions,
): Motion["people"][number] {
  const { id, start = 0, poses, measured } = person;
  const pose = LIFTED_JOINTS * 3;
  const positions = new Float32Array(frameCount * pose).fill(NaN);
  const state = new Uint8Array(frameCount * LIFTED_JOINTS).fill(JointState.missing);
  for (let i = 0; i < poses.length; i++) {
    const k = i % 3;
    positions[start * pose + i] = TURN[k] * (poses[i] + path[Math.floor(i / pose) * 3 + k]);
  }
  measured.forEach((seen, i) => {
    state[start * LIFTED_JOINTS + i] = seen ? JointState.visible : JointState.inferred;
  });
  const reprojection = options.width
    ? reprojectionOf(person, path, frameCount, options.camera, options.width)
    : undefined;
  return { id, positions, state, ...(reprojection && { reprojection }) };
}

/** T×17, pixels: how far each joint projects from the keypoint that was seen; NaN where none was. */
function reprojectionOf(
  { start = 0, poses, keypoints, measured }: LiftedPerson,
  path: Float32Array,
  frameCount: number,
  camera: ArrayLike<number>,
  width: number,
): Float32Array {
  const [fx, fy, cx, cy] = [camera[0], camera[1], camera[2], camera[3]];
  const distances = new Float32Array(frameCount * LIFTED_JOINTS).fill(NaN);
  for (let i = 0; i < measured.length; i++) {
    if (!measured[i]) continue;
    const root = Math.floor(i / LIFTED_JOINTS) * 3;
    const depth = poses[3 * i + 2] + path[root + 2];
    const dx = (fx * (poses[3 * i] + path[root])) / depth + cx - keypoints[2 * i];
    const dy = (fy * (poses[3 * i + 1] + path[root + 1])) / depth + cy - keypoints[2 * i + 1];
    distances[start * LIFTED_JOINTS + i] = (Math.hypot(dx, dy) * width) / 2;
  }
  return distances;
}

/** A plane normal · X = height. */
interface Floor {
  normal: number[];
  height: number;
}

/** How far cameras are usually from level, as a tangent; how far a standing ankle lies from the plane, metres. */
const TILT = 0.5;
const SCATTER = 0.04;

/**
 * The plane under the ankles of people who stand: y = a·x + b·z + c by reweighted least squares, in which a and b are
 * small unless the feet say otherwise, for who stays in one place shows no slope.
 */
function floorOf(motion: Motion): Floor {
  const standing = SPEEDS.map((speed) => standingAnkles(motion, speed));
  const points = standing.find(({ length }) => length >= LEAST_STANDING * 3 * motion.frameCount) ?? [];
  const [a, b, c] = points.length > 0 ? planeUnder(points) : [0, 0, lowestAnkle(motion)];
  const length = Math.hypot(a, 1, b);
  return { normal: [-a / length, 1 / length, -b / length], height: c / length };
}

/** m/s below which an ankle counts as standing: the first speed at which enough do. Runners' ankles hardly rest. */
const SPEEDS = [0.35, 0.7, 1.4] as const;
/** Standing ankles per frame. */
const LEAST_STANDING = 0.05;

/** Places of ankles that stand, x, y, z each. */
function standingAnkles(motion: Motion, speed: number): number[] {
  const points: number[] = [];
  const J = motion.skeleton.joints.length;
  motion.people.forEach(({ positions }, p) => {
    for (const { joint, standing } of footContacts(motion, p, { speed, height: 0.5 })) {
      const j = motion.skeleton.joints.indexOf(joint);
      for (let t = 0; t < standing.length; t++)
        if (standing[t]) for (let k = 0; k < 3; k++) points.push(positions[(t * J + j) * 3 + k]);
    }
  });
  return points;
}

/** Rounds of reweighting. */
const ROUNDS = 10;

function planeUnder(points: readonly number[]): [a: number, b: number, c: number] {
  const n = points.length / 3;
  const mean = [0, 1, 2].map((k) => points.reduce((sum, x, i) => sum + (i % 3 === k ? x : 0), 0) / n);
  let [a, b, c] = [0, 0, mean[1]];
  for (let round = 0; round < ROUNDS; round++) {
    // About the mean of x and z; a and b are drawn to 0 as by one observation of spread TILT.
    let [xx, xz, zz, sx, sz, sw, xy, zy, sy] = [1, 0, 1, 0, 0, 0, 0, 0, 0].map(
      (v) => (v * SCATTER ** 2) / TILT ** 2,
    );
    for (let i = 0; i < points.length; i += 3) {
      const [x, y, z] = [points[i] - mean[0], points[i + 1], points[i + 2] - mean[2]];
      const r = (y - a * x - b * z - c) / SCATTER;
      const w = 1 / (1 + r * r) / n;
      xx += w * x * x;
      xz += w * x * z;
      zz += w * z * z;
      sx += w * x;
      sz += w * z;
      sw += w;
      xy += w * x * y;
      zy += w * z * y;
      sy += w * y;
    }
    // The mean of the weighted points first, then the slopes about it.
    const [mx, mz, my] = [sx / sw, sz / sw, sy / sw];
    const [cxx, cxz, czz] = [xx - sx * mx, xz - sx * mz, zz - sz * mz];
    const [cxy, czy] = [xy - sx * my, zy - sz * my];
    const determinant = cxx * czz - cxz * cxz;
    a = (cxy * czz - czy * cxz) / determinant;
    b = (czy * cxx - cxy * cxz) / determinant;
    c = my - a * mx - b * mz;
  }
  return [a, b, c - a * mean[0] - b * mean[2]];
}

function lowestAnkle({ skeleton, people }: Motion): number {
  const ankles = skeleton.joints.flatMap((joint, j) => (joint.endsWith("_ankle") ? [j] : []));
  let lowest = Infinity;
  for (const { positions } of people)
    for (let at = 0; at < positions.length; at += skeleton.joints.length * 3)
      for (const j of ankles) lowest = Math.min(lowest, positions[at + 3 * j + 1]);
  return lowest;
}

/** The motion turned and moved so that the floor is level and soles stand at height 0. */
function levelled(motion: Motion, { normal, height }: Floor): Motion {
  const R = rotationBetween(Float64Array.from(normal), Float64Array.of(0, 1, 0));
  const people = motion.people.map((person) => {
    const positions = new Float32Array(person.positions.length);
    for (let i = 0; i < positions.length; i += 3) {
      const moved = transform3(R, person.positions.subarray(i, i + 3));
      positions.set(moved, i);
      positions[i + 1] += ANKLE_HEIGHT - height;
    }
    return { ...person, positions };
  });
  return { ...motion, people };
}

import { transform3 } from "../../array/matrix.js";
import { rotationBetween } from "../../array/rotation.js";
import { footContacts } from "../../fit/contact.js";
import type { Motion } from "../../motion/motion.js";

/** A plane normal · X = height. */
export interface Floor {
  normal: number[];
  height: number;
}

/** The height of an ankle of CMU's skeletons above the floor when the foot stands, metres. */
export const ANKLE_HEIGHT = 0.12;

/** How far cameras are usually from level, as a tangent, and where level is known. */
const TILT = 0.5;
const LEVEL = 1e-3;
/** How far a standing ankle lies from the plane, metres. */
const SCATTER = 0.04;

/**
 * The plane of the ankles of people who stand: y = a·x + b·z + c by reweighted least squares, in which a and b are
 * small unless the feet say otherwise, for who stays in one place shows no slope.
 *
 * @param motion y up, more or less.
 * @param normal The floor's, where it is known: then only the height is looked for.
 */
export function floorUnder(motion: Motion, normal?: readonly number[]): Floor {
  const level = normal ? turned(motion, rotationBetween(Float64Array.from(normal), UP)) : motion;
  const standing = SPEEDS.map((speed) => standingAnkles(level, speed));
  const points = standing.find(({ length }) => length >= LEAST_STANDING * 3 * motion.frameCount) ?? [];
  const [a, b, c] =
    points.length > 0 ? planeUnder(points, normal ? LEVEL : TILT) : [0, 0, lowestAnkle(level)];
  if (normal) return { normal: [...normal], height: c };
  const length = Math.hypot(a, 1, b);
  return { normal: [-a / length, 1 / length, -b / length], height: c / length };
}

const UP = Float64Array.of(0, 1, 0);

/**
 * The motion in a frame in which the normal is up, each person's floor at height 0 below feet whose ankles are on their plane.
 *
 * @param heights Of each person's plane.
 */
export function levelled(motion: Motion, normal: readonly number[], heights: readonly number[]): Motion {
  const level = turned(motion, rotationBetween(Float64Array.from(normal), UP));
  level.people.forEach(({ positions }, p) => {
    for (let i = 1; i < positions.length; i += 3) positions[i] += ANKLE_HEIGHT - heights[p];
  });
  return level;
}

function turned(motion: Motion, rotation: Float64Array): Motion {
  const [point, moved] = [new Float64Array(3), new Float64Array(3)];
  const people = motion.people.map((person) => {
    const positions = new Float32Array(person.positions.length);
    for (let i = 0; i < positions.length; i += 3) {
      for (let k = 0; k < 3; k++) point[k] = person.positions[i + k];
      positions.set(transform3(rotation, point, moved), i);
    }
    return { ...person, positions };
  });
  return { ...motion, people };
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

function planeUnder(points: readonly number[], tilt: number): [a: number, b: number, c: number] {
  const n = points.length / 3;
  const mean = [0, 1, 2].map((k) => points.reduce((sum, x, i) => sum + (i % 3 === k ? x : 0), 0) / n);
  let [a, b, c] = [0, 0, mean[1]];
  for (let round = 0; round < ROUNDS; round++) {
    // About the mean of x and z; a and b are drawn to 0 as by one observation of spread `tilt`.
    let [xx, xz, zz, sx, sz, sw, xy, zy, sy] = [1, 0, 1, 0, 0, 0, 0, 0, 0].map(
      (v) => (v * SCATTER ** 2) / tilt ** 2,
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
      for (const j of ankles) if (positions[at + 3 * j + 1] < lowest) lowest = positions[at + 3 * j + 1];
  return lowest === Infinity ? 0 : lowest;
}

import { matrixToQuaternion, quaternionToMatrix } from "../array/rotation.js";
import { MareyError } from "../error.js";
import type { Motion, MotionPerson } from "../motion/motion.js";
import { JointState } from "../motion/state.js";
import { skeletons } from "../skeleton/layouts.js";
import { type Skeleton, skeleton } from "../skeleton/skeleton.js";
import { type Bvh, type BvhChannel, type BvhJoint, poseBvh, writeBvhRows } from "./bvh.js";
import { followEuler, type RotationOrder } from "./euler.js";
import { type Fitted, fittedPerson, readRotation } from "./fitted.js";
import { layoutName } from "./layoutName.js";

export interface BvhOptions {
  /** Rotation channels of every joint, as listed in the file. */
  order?: RotationOrder;
  /** Unit of lengths; BVH files don't state one, and most programs take them for centimetres. */
  units?: "cm" | "m";
}

export const BVH_DEFAULTS: Required<BvhOptions> = { order: "ZXY", units: "cm" };

/**
 * A fitted person as BVH: Y up, the root's OFFSET zero and its position channels the world position, end sites a
 * quarter of the last bone further on. Angles take the turn nearest to the frame before. A frame without a pose
 * repeats the one before it, since BVH can't say "missing".
 *
 * @throws MareyError `MOTION_UNFITTED`, `MOTION_ROOTS`, `MOTION_EMPTY` (see `fittedPerson`).
 */
export function motionToBvh(person: MotionPerson, motion: Motion, options: BvhOptions = {}): Bvh {
  const { rows, ...head } = bvhInRows(person, motion, options);
  const width = 3 + 3 * head.joints.length;
  const channels = new Float64Array(head.frameCount * width);
  let at = 0;
  for (const row of rows) {
    channels.set(row, at);
    at += width;
  }
  return { ...head, channels };
}

/** `motionToBvh` as text in pieces, without the rows of the whole take in memory. */
export function bvhPieces(person: MotionPerson, motion: Motion, options: BvhOptions = {}): Generator<string> {
  const { rows, ...head } = bvhInRows(person, motion, options);
  return writeBvhRows(head, rows);
}

function bvhInRows(person: MotionPerson, motion: Motion, options: BvhOptions) {
  const { order, units } = { ...BVH_DEFAULTS, ...options };
  const scale = units === "cm" ? 100 : 1;
  const fitted = fittedPerson(person, motion, "bvh");
  return {
    joints: bvhJoints(motion.skeleton, fitted, order, scale),
    frameTime: 1 / motion.frameRate,
    frameCount: motion.frameCount,
    rows: bvhRows(motion.skeleton.joints.length, fitted, order, scale),
  };
}

function bvhJoints(layout: Skeleton, fitted: Fitted, order: RotationOrder, scale: number): BvhJoint[] {
  const rotations = [...order].map((axis) => `${axis}rotation` as BvhChannel);
  const place = new Map(fitted.order.map((joint, i) => [joint, i]));
  return fitted.order.map((joint, i) => {
    const offset = Array.from(fitted.rest.subarray(joint * 3, joint * 3 + 3), (value) => value * scale);
    const isRoot = i === 0;
    const leaf = !layout.parents.includes(joint);
    const [x, y, z] = isRoot ? [0, 0, 0] : offset;
    return {
      name: layout.joints[joint],
      parent: isRoot ? -1 : (place.get(layout.parents[joint]) as number),
      offset: [x, y, z],
      channels: isRoot ? ["Xposition", "Yposition", "Zposition", ...rotations] : rotations,
      ...(leaf && { endSite: [x / 4, y / 4, z / 4] as [number, number, number] }),
    };
  });
}

/** Motion rows; each is valid until the next. */
function* bvhRows(
  joints: number,
  fitted: Fitted,
  order: RotationOrder,
  scale: number,
): Generator<Float64Array> {
  const row = new Float64Array(3 + joints * 3);
  const q = new Float64Array(4);
  const R = new Float64Array(9);
  const angles = Array.from({ length: joints }, () => new Float64Array(3));
  for (let t = 0; t < fitted.posed.length; t++) {
    let c = 0;
    for (let k = 0; k < 3; k++) row[c++] = fitted.root[t * 3 + k] * scale;
    for (const joint of fitted.order) {
      readRotation(fitted, t, joint, q);
      quaternionToMatrix(q, R);
      followEuler(R, order, angles[joint]);
      for (let k = 0; k < 3; k++) row[c++] = (angles[joint][k] * 180) / Math.PI;
    }
    yield row;
  }
}

export interface BvhReadOptions {
  /**
   * Metres per unit of the file. When absent: 0.01 if a joint of the rest pose lies more than 5 units from the root,
   * else 1, since nobody reaches 5 m or fits in 5 cm.
   */
  metresPerUnit?: number;
  /** See `poseBvh`. */
  positionChannels?: "added" | "replaced";
}

/**
 * A BVH file as a motion of one person, Y up. Rotations, rest pose and root are kept unless a joint besides the root
 * has position channels (its bones then change their length). The layout is one that ships if names and parents equal
 * it, else the file's own.
 *
 * @throws MareyError `BVH_ROOTS` when there are several roots.
 */
export function bvhToMotion(bvh: Bvh, options: BvhReadOptions = {}, name = "bvh"): Motion {
  const { joints, frameCount } = bvh;
  if (joints.filter(({ parent }) => parent < 0).length !== 1)
    throw new MareyError(
      "BVH_ROOTS",
      name,
      "the file holds several figures",
      "Export each figure to a file of its own",
    );
  const pose = poseBvh(bvh, options.positionChannels);
  const scale = options.metresPerUnit ?? recogniseUnit(bvh);
  const layout = layoutOf(joints, name);
  const place = joints.map(({ name: joint }, i) =>
    skeletons.includes(layout) ? layout.joints.indexOf(joint) : i,
  );
  const width = joints.length;
  const positions = new Float32Array(frameCount * width * 3);
  for (let t = 0; t < frameCount; t++)
    for (let j = 0; j < width; j++)
      for (let k = 0; k < 3; k++)
        positions[(t * width + place[j]) * 3 + k] = pose.positions[(t * width + j) * 3 + k] * scale;
  const state = new Uint8Array(frameCount * width).fill(JointState.visible);
  const rigid = joints.slice(1).every(({ channels }) => !channels.some((c) => c.endsWith("position")));
  const person: MotionPerson = {
    id: 0,
    positions,
    state,
    ...(rigid && rigidParts(bvh, pose.rotations, place, scale, positions)),
  };
  return {
    skeleton: layout,
    // Frame times are written as 0.0333333: the rate meant is the nearby round one.
    frameRate: roundRate(1 / bvh.frameTime),
    up: "y",
    firstFrame: 0,
    frameCount,
    people: [person],
  };
}

function rigidParts(
  { joints, frameCount }: Bvh,
  rotations: Float64Array,
  place: number[],
  scale: number,
  positions: Float32Array,
) {
  const width = joints.length;
  const rest = new Float32Array(width * 3);
  const quaternions = new Float32Array(frameCount * width * 4);
  const root = new Float32Array(frameCount * 3);
  const local = new Float64Array(9);
  joints.forEach(({ offset, parent }, j) => {
    if (parent >= 0) rest.set(offset.map((value) => value * scale), place[j] * 3); // biome-ignore format: one act
  });
  for (let t = 0; t < frameCount; t++) {
    root.set(positions.subarray((t * width + place[0]) * 3, (t * width + place[0]) * 3 + 3), t * 3);
    joints.forEach(({ parent }, j) => {
      const o = (t * width + j) * 9;
      if (parent < 0) local.set(rotations.subarray(o, o + 9));
      else transposeMultiply(rotations, (t * width + parent) * 9, o, local);
      quaternions.set(matrixToQuaternion(local), (t * width + place[j]) * 4);
    });
  }
  return { rest, rotations: quaternions, root };
}

/** out = Aᵀ·B of two matrices of R. */
function transposeMultiply(R: Float64Array, a: number, b: number, out: Float64Array): void {
  for (let r = 0; r < 3; r++)
    for (let c = 0; c < 3; c++)
      out[3 * r + c] = R[a + r] * R[b + c] + R[a + 3 + r] * R[b + 3 + c] + R[a + 6 + r] * R[b + 6 + c];
}

function recogniseUnit({ joints }: Bvh): number {
  const rest: number[][] = [];
  let size = 0;
  joints.forEach(({ parent, offset }, j) => {
    rest[j] = parent < 0 ? [0, 0, 0] : offset.map((value, k) => value + rest[parent][k]);
    size = Math.max(size, Math.hypot(...rest[j]));
  });
  return size > 5 ? 0.01 : 1;
}

function roundRate(rate: number): number {
  const whole = Math.round(rate);
  return Math.abs(rate - whole) < 1e-3 * whole ? whole : rate;
}

function layoutOf(joints: readonly BvhJoint[], name: string): Skeleton {
  const parentNames = new Map(joints.map((joint) => [joint.name, joints[joint.parent]?.name]));
  const known = skeletons.find(
    (layout) =>
      layout.joints.length === joints.length &&
      parentNames.size === joints.length &&
      layout.joints.every(
        (joint, i) => parentNames.has(joint) && parentNames.get(joint) === layout.joints[layout.parents[i]],
      ),
  );
  if (known) return known;
  // Names need not be unique in BVH; a joint's sigma plays no part in three dimensions.
  const unique = joints.map(({ name: joint }, i) =>
    joints.findIndex((other) => other.name === joint) === i ? joint : `${joint} ${i + 1}`,
  );
  const rows = joints.map(({ parent }, i) => [unique[i], parent < 0 ? null : unique[parent], 0.107] as const);
  return skeleton(layoutName(name), rows);
}

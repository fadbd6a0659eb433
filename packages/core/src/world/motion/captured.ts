import { smplJoints } from "../../body/jointNames.js";
import { MareyError } from "../../error.js";
import { type Amc, type Asf, poseAsf } from "../../format/asf.js";
import { type Bvh, poseBvh } from "../../format/bvh.js";
import { JOINT } from "./figure.js";
import { rigStyles } from "./rigNames.js";

/** A captured motion by the joints of SMPL. Its unit may be any: who takes it over has a body with its own lengths. */
export interface Captured {
  frameRate: number;
  frames: number;
  /** T×24×3, Y up; NaN for joints that the source hasn't. */
  points: Float64Array;
  /** T×24×9: world rotations from the T pose (facing +Z, left at +X), where the source has them; NaN elsewhere. */
  turns?: Float64Array;
  /** 24×3: joints in the source's rest pose, with `turns`; NaN where it hasn't them. */
  rest?: Float64Array;
}

/** Which of the source's rows gives each of SMPL's joints its point and its rotation; −1 for none. */
interface Rows {
  point: number[];
  turn: number[];
}

function collect(
  frames: number,
  count: number,
  rows: Rows,
  positions: ArrayLike<number>,
  rotations?: ArrayLike<number>,
): { points: Float64Array; turns?: Float64Array } {
  const points = new Float64Array(frames * 72).fill(NaN);
  const turns = rotations && new Float64Array(frames * 216).fill(NaN);
  for (let t = 0; t < frames; t++)
    for (let j = 0; j < 24; j++) {
      const [p, r] = [rows.point[j], rows.turn[j]];
      if (p >= 0) for (let k = 0; k < 3; k++) points[72 * t + 3 * j + k] = positions[3 * (t * count + p) + k];
      if (turns && rotations && r >= 0)
        for (let k = 0; k < 9; k++) turns[216 * t + 9 * j + k] = rotations[9 * (t * count + r) + k];
    }
  return turns ? { points, turns } : { points };
}

/** CMU's bones: a joint of SMPL lies where `point` ends and turns as `turn` does; sides get their letter. */
const CMU: Readonly<Record<string, readonly [point: string, turn: string]>> = {
  ...{ pelvis: ["root", "root"], spine1: ["root", "lowerback"], spine2: ["lowerback", "upperback"] },
  ...{ spine3: ["upperback", "thorax"], neck: ["thorax", "lowerneck"], head: ["upperneck", "head"] },
  ...{ hip: ["*hipjoint", "*femur"], knee: ["*femur", "*tibia"], ankle: ["*tibia", "*foot"] },
  ...{ foot: ["*foot", "*toes"], collar: ["thorax", "*clavicle"], shoulder: ["*clavicle", "*humerus"] },
  ...{ elbow: ["*humerus", "*radius"], wrist: ["*radius", "*hand"], hand: ["*wrist", "*fingers"] },
};

/**
 * A motion from Acclaim files with the bone names of CMU's data base.
 *
 * @param frameRate Hz; the files don't say it, CMU's are at 120.
 * @throws MareyError `CAPTURE_UNKNOWN` when bones are missing.
 */
export function capturedAsf(asf: Asf, amc: Amc, frameRate = 120, name = "asf"): Captured {
  const index = new Map(asf.bones.map((bone, i) => [bone.name, i]));
  const row = (pattern: string, side: string) => index.get(pattern.replace("*", side)) ?? -1;
  const names = smplJoints.map((joint) => {
    const [, side, part] = /^(?:(left|right)_)?(.+)$/.exec(joint) as RegExpExecArray;
    const [point, turn] = CMU[part];
    return [row(point, side?.[0] ?? ""), row(turn, side?.[0] ?? "")];
  });
  const rows = { point: names.map(([p]) => p), turn: names.map(([, r]) => r) };
  require(rows.point, name);
  const { positions, rotations } = poseAsf(asf, amc);
  const frames = amc.root.length / 3;
  const still = poseAsf(asf, { root: new Float64Array(3), angles: new Float64Array(asf.bones.length * 3) });
  const rest = collect(1, asf.bones.length, rows, still.positions).points;
  return { frameRate, frames, ...collect(frames, asf.bones.length, rows, positions, rotations), rest };
}

function require(rows: readonly number[], name: string): void {
  const missing = [
    JOINT.leftHip,
    JOINT.leftKnee,
    JOINT.leftAnkle,
    JOINT.leftShoulder,
    JOINT.leftElbow,
    JOINT.leftWrist,
  ]
    .flatMap((joint) => [joint, joint + 1])
    .find((joint) => rows[joint] < 0);
  if (missing === undefined) return;
  throw new MareyError(
    "CAPTURE_UNKNOWN",
    name,
    `no bone is known as ${smplJoints[missing]}`,
    "Rename the bones as CMU's conversions do, or read the file as joint positions",
  );
}

/**
 * A motion from a BVH hierarchy in one of the usual manners of naming joints. Rotations count where the file's rest pose
 * is a T pose; else directions of bones alone.
 *
 * @throws MareyError `CAPTURE_UNKNOWN` when joints are missing.
 */
export function capturedBvh(bvh: Bvh, name = "bvh"): Captured {
  const index = new Map(bvh.joints.map((joint, i) => [joint.name, i]));
  const first = (names: readonly string[] = []) => index.get(names.find((own) => index.has(own)) ?? "") ?? -1;
  const styles = rigStyles.map((style) => ({
    point: smplJoints.map((joint) => first(style[joint])),
    turn: smplJoints.map((joint) => first(style[`${joint}:turn`] ?? style[joint])),
  }));
  const found = (rows: Rows) => rows.point.filter((row) => row >= 0).length;
  const both = styles.reduce((best, style) => (found(style) > found(best) ? style : best));
  require(both.point, name);
  const { positions, rotations } = poseBvh(bvh, replaces(bvh) ? "replaced" : "added");
  const still = poseBvh({
    ...bvh,
    frameCount: 1,
    channels: new Float64Array(bvh.channels.length / bvh.frameCount),
  });
  const count = bvh.joints.length;
  const rest = collect(1, count, both, still.positions).points;
  const frameRate = 1 / bvh.frameTime;
  const frames = bvh.frameCount;
  if (!isTPose(rest)) return upright({ frameRate, frames, ...collect(frames, count, both, positions) });
  return { frameRate, frames, ...collect(frames, count, both, positions, rotations), rest };
}

/** Position channels on joints below the root are whole offsets in the programs that write them. */
const replaces = (bvh: Bvh) =>
  bvh.joints.some(
    ({ parent, channels }) => parent >= 0 && channels.some((channel) => channel.endsWith("position")),
  );

/** Whether a rest pose stands upright along Y, looks along +Z, and holds its arms along X. */
function isTPose(rest: Float64Array): boolean {
  const way = (from: number, to: number, axis: number) => {
    const d = [0, 1, 2].map((k) => rest[3 * to + k] - rest[3 * from + k]);
    return d[axis] / Math.hypot(...d);
  };
  return (
    way(JOINT.leftShoulder, JOINT.leftWrist, 0) > 0.97 &&
    way(JOINT.rightShoulder, JOINT.rightWrist, 0) < -0.97 &&
    way(JOINT.leftHip, JOINT.leftAnkle, 1) < -0.85 &&
    way(JOINT.leftAnkle, JOINT.leftFoot, 2) > 0.5
  );
}

/** Turns a motion whose z points up so that its y does. */
function upright(captured: Captured): Captured {
  const { points, frames } = captured;
  let y = 0;
  let z = 0;
  for (let t = 0; t < frames; t++)
    for (const [top, foot] of [
      [JOINT.leftShoulder, JOINT.leftAnkle],
      [JOINT.rightShoulder, JOINT.rightAnkle],
    ]) {
      y += points[72 * t + 3 * top + 1] - points[72 * t + 3 * foot + 1] || 0;
      z += points[72 * t + 3 * top + 2] - points[72 * t + 3 * foot + 2] || 0;
    }
  if (y >= z) return captured;
  const turned = points.slice();
  for (let i = 0; i < points.length; i += 3) {
    turned[i + 1] = points[i + 2];
    turned[i + 2] = -points[i + 1];
  }
  return { ...captured, points: turned };
}

/** Frames from `from` up to `to`, at another rate: each new frame is the nearest old one in time. */
export function cutCaptured(captured: Captured, from: number, to: number, frameRate: number): Captured {
  const { points, turns } = captured;
  const ratio = captured.frameRate / frameRate;
  const frames = Math.max(1, Math.floor((Math.min(to, captured.frames) - 1 - from) / ratio) + 1);
  const pick = (source: Float64Array, width: number) => {
    const out = new Float64Array(frames * width);
    for (let t = 0; t < frames; t++) {
      const s = Math.round(from + t * ratio);
      out.set(source.subarray(s * width, (s + 1) * width), t * width);
    }
    return out;
  };
  return {
    ...captured,
    ...{ frameRate, frames, points: pick(points, 72) },
    ...(turns && { turns: pick(turns, 216) }),
  };
}

import type { Camera } from "../../../camera/camera.js";
import { MareyError } from "../../../error.js";
import { readPickle } from "../../../format/pickle.js";
import { isKind, itemsOf, type PickleValue } from "../../../format/pickleValue.js";
import { openZip } from "../../../format/zip.js";
import { cameraVector, normaliseScreen, worldToCamera } from "../camera.js";
import type { LiftSequence } from "../sequence.js";

/** Motions of VideoPose3D's `data_3d_*.npz`: metres, world; z points up. */
export interface Positions3d {
  subject: string;
  action: string;
  /** T×J×3. */
  positions: Float32Array;
  joints: number;
}

/** Keypoints of VideoPose3D's `data_2d_*.npz`. */
export interface Keypoints2d {
  /** The layout's name as the file has it, for instance `h36m` or `coco`. */
  layout: string;
  joints: number;
  /** Each joint's left–right partner, or its own. */
  mirror: number[];
  recordings: {
    subject: string;
    action: string;
    /** Of each camera T×J×2, pixels. */
    views: Float32Array[];
  }[];
}

/** Joints of Human3.6M's 32 that the layout `h36m17` keeps. */
const KEPT = [0, 1, 2, 3, 6, 7, 8, 12, 13, 14, 15, 17, 18, 19, 25, 26, 27];

/**
 * Reads VideoPose3D's motions in three dimensions: Human3.6M, whose 32 joints become the 17 of `h36m17`, or
 * HumanEva (`humanEva15`).
 *
 * @param bytes an `.npz` whose array `positions_3d` is a pickled dict: subject → action → T×J×3.
 * @throws MareyError `LIFT_NPZ` when it holds something else; those of `openZip` and `readPickle`.
 */
export function readPositions3d(bytes: Uint8Array, name = "data_3d.npz"): Positions3d[] {
  return recordings(objectOf(bytes, "positions_3d", name), name).map(({ subject, action, value }) => {
    const where = `${name}, ${subject} "${action}"`;
    const { data, shape } = floats(value, 3, where);
    const keep = shape[1] === 32 ? KEPT : undefined;
    return {
      subject,
      action,
      positions: keep ? keepJoints(data, 32, keep) : data,
      joints: keep ? keep.length : shape[1],
    };
  });
}

/**
 * Reads VideoPose3D's keypoints: `positions_2d`, subject → action → list of T×J×2 by camera, and `metadata` with the
 * layout and its left and right joints.
 *
 * @throws MareyError `LIFT_NPZ` when it holds something else; those of `openZip` and `readPickle`.
 */
export function readKeypoints2d(bytes: Uint8Array, name = "data_2d.npz"): Keypoints2d {
  const metadata = dict(objectOf(bytes, "metadata", name), `${name}, metadata`);
  const joints = Number(numberOf(metadata.get("num_joints")));
  const [left, right] = (itemsOf(metadata.get("keypoints_symmetry")) ?? []).map((side) =>
    (itemsOf(side) ?? []).map((joint) => Number(numberOf(joint))),
  );
  const valid = (joint: number) => Number.isInteger(joint) && joint >= 0 && joint < joints;
  if (!(joints > 0) || !left || left.length !== right?.length || ![...left, ...right].every(valid))
    throw invalid(`${name}, metadata`, "it has no num_joints and keypoints_symmetry that fit together");
  const mirror = Array.from({ length: joints }, (_, j) => j);
  left.forEach((joint, i) => {
    mirror[joint] = right[i];
    mirror[right[i]] = joint;
  });
  const all = recordings(objectOf(bytes, "positions_2d", name), name);
  return {
    layout: String(metadata.get("layout_name") ?? ""),
    joints,
    mirror,
    recordings: all.map(({ subject, action, value }) => {
      const where = `${name}, ${subject} "${action}"`;
      const views = (itemsOf(value) ?? objectItems(value) ?? []).map((view) => floats(view, 2, where));
      if (views.length === 0) throw invalid(where, "it has no list of cameras");
      for (const { shape } of views)
        if (shape[1] !== joints) throw invalid(where, `it has ${shape[1]} joints instead of ${joints}`);
      return { subject, action, views: views.map(({ data }) => data) };
    }),
  };
}

export interface PairOptions {
  frameRate: number;
  /** Only these subjects; all when absent. */
  subjects?: readonly string[];
  /** Every n-th frame only. */
  downsample?: number;
}

/**
 * Sequences for training and evaluation: each camera's keypoints on its screen, with the positions in its frame where
 * there are any. Keypoints that go on longer than the positions are cut.
 *
 * @param motions Left out, the sequences have no positions: for training without labels.
 * @param cameras Subject → cameras in the order of the views (`readHuman36mCameras`).
 * @throws MareyError `LIFT_NPZ` for views without a camera, or motions longer than their keypoints.
 */
export function pairSequences(
  keypoints: Keypoints2d,
  motions: readonly Positions3d[] | undefined,
  cameras: ReadonlyMap<string, readonly Camera[]>,
  options: PairOptions,
): LiftSequence[] {
  const { subjects, frameRate, downsample = 1 } = options;
  const sequences: LiftSequence[] = [];
  for (const { subject, action, views } of keypoints.recordings) {
    if (subjects && !subjects.includes(subject)) continue;
    const motion = motions?.find((other) => other.subject === subject && other.action === action);
    if (motions && !motion) continue;
    views.forEach((view, v) => {
      const camera = cameras.get(subject)?.[v];
      const name = `${subject} "${action}", camera ${v + 1}`;
      if (!camera) throw invalid(name, "no camera was given for it");
      const width = keypoints.joints * 2;
      const seen = view.length / width;
      const frames = motion ? motion.positions.length / (motion.joints * 3) : seen;
      if (frames > seen) throw invalid(name, `it has ${seen} frames of keypoints for ${frames} of motion`);
      const screen = everyNth(view.subarray(0, frames * width), width, downsample);
      normaliseScreen(screen, camera.width, camera.height, screen);
      const positions = motion && everyNth(motion.positions, motion.joints * 3, downsample);
      sequences.push({
        name,
        action: actionOf(action),
        frameRate: frameRate / downsample,
        frames: screen.length / width,
        joints: keypoints.joints,
        keypoints: screen,
        poseJoints: motion?.joints ?? keypoints.joints,
        ...(positions && { positions: worldToCamera(positions, camera, positions) }),
        camera: cameraVector(camera),
      });
    });
  }
  return sequences;
}

/** What evaluations group by: the first word of an action's name ("Walking 1" → "Walking"). */
export const actionOf = (name: string): string => name.split(" ")[0];

function everyNth(values: Float32Array, width: number, n: number): Float32Array {
  const frames = Math.ceil(values.length / width / n);
  const out = new Float32Array(frames * width);
  for (let t = 0; t < frames; t++) out.set(values.subarray(t * n * width, (t * n + 1) * width), t * width);
  return out;
}

function keepJoints(data: Float32Array, joints: number, kept: readonly number[]): Float32Array {
  const frames = data.length / (joints * 3);
  const out = new Float32Array(frames * kept.length * 3);
  for (let t = 0; t < frames; t++)
    kept.forEach((from, to) => {
      const at = (t * joints + from) * 3;
      out.set(data.subarray(at, at + 3), (t * kept.length + to) * 3);
    });
  return out;
}

/** The one object that an array of an archive holds, as `numpy.savez` stores a dict. */
function objectOf(bytes: Uint8Array, key: string, name: string): PickleValue {
  const file = openZip(bytes, name).get(`${key}.npy`)?.unpacked();
  if (!file) throw invalid(name, `it has no array "${key}"`);
  const where = `${name}, array "${key}"`;
  const header = file[6] === 1 ? 10 : 12;
  if (file.length < header || file[0] !== 0x93) throw invalid(where, "it is no NumPy array");
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const start = header + (header === 10 ? view.getUint16(8, true) : view.getUint32(8, true));
  const text = new TextDecoder("latin1").decode(file.subarray(header, Math.min(start, 1000)));
  if (!/'descr': *'\|O'/.test(text)) throw invalid(where, "it holds numbers instead of a dict");
  const value = readPickle(file.subarray(start), where);
  return objectItems(value)?.[0] ?? value;
}

const objectItems = (value: PickleValue | undefined) =>
  isKind(value, "ndarray") && "items" in value ? value.items : undefined;

/** Dict of dicts as a list: subject, action, what is stored. */
function recordings(value: PickleValue, name: string) {
  return [...dict(value, name)].flatMap(([subject, actions]) =>
    [...dict(actions, `${name}, ${subject}`)].map(([action, stored]) => ({ subject, action, value: stored })),
  );
}

function dict(value: PickleValue, where: string): Map<string, PickleValue> {
  if (!isKind(value, "dict")) throw invalid(where, "it is no dict");
  return new Map([...value.entries].map(([key, entry]) => [String(key), entry]));
}

const numberOf = (value: PickleValue | undefined) => (isKind(value, "numpyScalar") ? value.value : value);

/** An array of frames × joints × `dims` as float32. */
function floats(value: PickleValue, dims: number, where: string) {
  if (!isKind(value, "ndarray") || !("data" in value) || value.shape.length !== 3 || value.shape[2] !== dims)
    throw invalid(where, `it is no array of frames × joints × ${dims}`);
  const { data, shape } = value;
  if (!(data instanceof Float32Array || data instanceof Float64Array))
    throw invalid(where, `its numbers are ${value.dtype}, expected floating-point ones`);
  return { data: Float32Array.from(data), shape };
}

const invalid = (where: string, what: string) =>
  new MareyError("LIFT_NPZ", where, what, "Prepare the file with VideoPose3D's data scripts");

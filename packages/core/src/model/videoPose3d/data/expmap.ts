import { rotationVectorToMatrix } from "../../../array/rotation.js";
import { MareyError } from "../../../error.js";
import { readJson } from "../../../format/lines.js";
import { readNpy } from "../../../format/npy.js";
import { LIFTED_JOINTS, type MotionClip } from "../sequence.js";

/** A skeleton whose joints turn by exponential maps, as the motion prediction benchmarks store CMU's motions. */
export interface ExpmapSkeleton {
  joints: string[];
  /** −1 for the root, which comes first. */
  parents: number[];
  /** J×3, metres: each joint from its parent in the parent's axes, as a row vector. */
  offsets: Float64Array;
  /** Metres per unit of the root's position in a row. */
  unit: number;
  /** For each joint of the layout `h36m17`, the joints whose mean it is. */
  h36m17: number[][];
}

/** Names of the joints of `h36m17` in the file, in the layout's order. */
const POINTS = [
  ...["pelvis", "rhip", "rknee", "rankle", "lhip", "lknee", "lankle", "spine", "thorax", "neck", "head"],
  ...["lshoulder", "lelbow", "lwrist", "rshoulder", "relbow", "rwrist"],
];

/**
 * Reads the skeleton that belongs to a set of exponential maps: `joints`, `parents`, `unit_mm`, `h36m17` and the
 * offsets, of which those called `offsets_fixed` hold the chest bone that the published ones lack.
 *
 * @throws MareyError `EXPMAP_INVALID` naming what is missing.
 */
export function readExpmapSkeleton(
  bytes: Uint8Array,
  name = "skeleton.json",
  offsets: "offsets_fixed" | "offsets_original" = "offsets_fixed",
): ExpmapSkeleton {
  const file = (readJson(bytes, name) ?? {}) as Record<string, unknown>;
  const parents = list(file.parents, "parents", name).map(Number);
  const rows = list(file[offsets], offsets, name).flat();
  const unit = Number(file.unit_mm) / 1000;
  const sources = (file.h36m17 ?? {}) as Record<string, unknown>;
  const h36m17 = POINTS.map((point) => list(sources[point], `h36m17.${point}`, name).map(Number));
  if (rows.length !== parents.length * 3 || !rows.every(Number.isFinite))
    throw invalid(name, `"${offsets}" is not three numbers for each of ${parents.length} joints`);
  if (!parents.every((parent, j) => Number.isInteger(parent) && parent >= (j > 0 ? 0 : -1) && parent < j))
    throw invalid(name, "a joint stands before its parent");
  if (!h36m17.flat().every((joint) => parents[joint] !== undefined))
    throw invalid(name, `"h36m17" names a joint that there isn't`);
  if (!(unit > 0)) throw invalid(name, `"unit_mm" is not a positive number`);
  return {
    joints: list(file.joints, "joints", name).map(String),
    parents,
    offsets: Float64Array.from(rows as number[], (value) => value * unit),
    unit,
    h36m17,
  };
}

function list(value: unknown, key: string, name: string): unknown[] {
  if (!Array.isArray(value)) throw invalid(name, `it lacks the list "${key}"`);
  return value;
}

const invalid = (where: string, what: string) =>
  new MareyError("EXPMAP_INVALID", where, what, "Use the files of one set together");

/**
 * Forward kinematics of exponential maps, with row vectors: G = R(r)·G_parent, p = offset·G_parent + p_parent, where
 * R(r) is Rodrigues' matrix of r; it acts from the right, so it turns by −r.
 *
 * @param rows T×(3 + 3·J): the root's position in the skeleton's unit, then each joint's axis times angle, radians.
 * @returns T×J×3, metres.
 * @throws MareyError `EXPMAP_INVALID` when the rows don't fit the skeleton.
 */
export function poseExpmap(rows: ArrayLike<number>, skeleton: ExpmapSkeleton): Float64Array {
  const { parents, offsets, unit } = skeleton;
  const count = parents.length;
  const width = 3 + 3 * count;
  if (rows.length % width !== 0)
    throw invalid("expmap", `${rows.length} numbers are not rows of ${width}, three and three a joint`);
  const frames = rows.length / width;
  const positions = new Float64Array(frames * count * 3);
  const turns = Array.from({ length: count }, () => new Float64Array(9));
  const local = new Float64Array(9);
  const vector = new Float64Array(3);
  for (let t = 0; t < frames; t++)
    for (let j = 0; j < count; j++) {
      for (let k = 0; k < 3; k++) vector[k] = rows[t * width + 3 + 3 * j + k];
      rotationVectorToMatrix(vector, local);
      const at = (t * count + j) * 3;
      if (parents[j] < 0) {
        for (let k = 0; k < 3; k++) positions[at + k] = rows[t * width + k] * unit;
        turns[j].set(local);
        continue;
      }
      const G = turns[parents[j]];
      const from = (t * count + parents[j]) * 3;
      for (let c = 0; c < 3; c++) {
        let sum = positions[from + c];
        for (let k = 0; k < 3; k++) sum += offsets[3 * j + k] * G[3 * k + c];
        positions[at + c] = sum;
      }
      multiplyInto(local, G, turns[j]);
    }
  return positions;
}

function multiplyInto(A: Float64Array, B: Float64Array, out: Float64Array): void {
  for (let r = 0; r < 3; r++)
    for (let c = 0; c < 3; c++)
      out[3 * r + c] = A[3 * r] * B[c] + A[3 * r + 1] * B[3 + c] + A[3 * r + 2] * B[6 + c];
}

/**
 * The joints of the layout `h36m17` from those of the skeleton: means, as the skeleton lists them.
 *
 * @param positions T×J×3, metres.
 * @returns T×17×3, metres.
 */
export function expmapToH36m17(positions: ArrayLike<number>, skeleton: ExpmapSkeleton): Float32Array {
  const count = skeleton.parents.length;
  const frames = positions.length / (count * 3);
  const out = new Float32Array(frames * LIFTED_JOINTS * 3);
  for (let t = 0; t < frames; t++)
    skeleton.h36m17.forEach((sources, j) => {
      for (let k = 0; k < 3; k++) {
        let sum = 0;
        for (const source of sources) sum += positions[(t * count + source) * 3 + k];
        out[(t * LIFTED_JOINTS + j) * 3 + k] = sum / sources.length;
      }
    });
  return out;
}

const INDEX_KEYS = "fps, clips[] with name, action, start, frames";

/**
 * Reads a set of exponential maps (`.npy`, frames × 117) with its index in JSON as clips of the layout `h36m17`, Y up.
 *
 * @throws MareyError `EXPMAP_INVALID` when the two don't belong together; `NPY_INVALID`, `NPY_TYPE`.
 */
export function readExpmapClips(
  array: Uint8Array,
  index: Uint8Array,
  skeleton: ExpmapSkeleton,
  name = "expmap",
): MotionClip[] {
  const rows = readNpy(array, name);
  const width = 3 + 3 * skeleton.parents.length;
  if (!("data" in rows) || rows.shape.length !== 2 || rows.shape[1] !== width)
    throw invalid(name, `it is no array of rows of ${width} numbers`);
  const values = rows.data;
  if (!(values instanceof Float32Array || values instanceof Float64Array))
    throw invalid(name, `its numbers are ${rows.dtype}, expected floating-point ones`);
  const file = (readJson(index, `${name}.json`) ?? {}) as { fps?: unknown; clips?: unknown };
  const frameRate = Number(file.fps);
  if (!(frameRate > 0)) throw invalid(`${name}.json`, `it lacks a part of ${INDEX_KEYS}`);
  return list(file.clips, "clips", `${name}.json`).map((entry) => {
    const clip = (entry ?? {}) as { name?: unknown; action?: unknown; start?: unknown; frames?: unknown };
    const start = Number(clip.start);
    const end = start + Number(clip.frames);
    if (!Number.isInteger(start) || !(start >= 0) || !(end > start) || !(end <= rows.shape[0]))
      throw invalid(`${name}.json`, `clip "${clip.name}" does not lie in the ${rows.shape[0]} rows`);
    const positions = poseExpmap(values.subarray(start * width, end * width), skeleton);
    return {
      name: String(clip.name),
      action: String(clip.action ?? ""),
      frameRate,
      up: "y",
      positions: expmapToH36m17(positions, skeleton),
    };
  });
}

import type { NpyData } from "../format/npy.js";
import { isKind } from "../format/pickleValue.js";
import { type Fields, fieldsOf } from "./fields.js";
import { badFile } from "./fileValue.js";
import type { BodyModel, Corrective, SparseRows } from "./model.js";
import { unpackPlanes } from "./planes.js";

/** Steps of the 16-bit numbers in the file of the open body. */
export const STEPS = {
  /** m: 31 µm, so positions are within 15 µm. */
  template: 2 ** -15,
  /** m per standard deviation: 4 µm. */
  shapes: 2 ** -18,
  /** m: the source's own step, so nothing is lost. */
  correctives: 2 ** -15,
  /** The source's own step. */
  weights: 2 ** -16,
  /** Of the texture's side. */
  uv: 2 ** -16,
} as const;

/** Weights of a vertex at most; the largest is what the others leave, so only the others are stored. */
export const WEIGHTS_PER_VERTEX = 4;

/** Version of the file's layout. */
export const LAYOUT = "open body 1";

/** Numbers of the file, and its texts. */
export interface OpenBodyFile {
  texts(key: string): readonly string[];
  /** Whole numbers below 65536, n×c. */
  indices(key: string): Uint32Array;
  /** Multiples of `step`, n×c; `c` is the first size of the array. */
  floats(key: string, step: number, least?: -32768 | 0): Float32Array;
  /** As they are stored. */
  plain(key: string): NpyData;
  sparse(key: string): SparseRows;
}

/** Opens the file of the open body: arrays are unpacked when they are asked for. */
export function openBodyFile(bytes: Uint8Array, name: string): OpenBodyFile {
  const fields = fieldsOf(bytes, name);
  const array = (key: string) => {
    const value = fields(key);
    if (isKind(value, "ndarray") && !("items" in value)) return value;
    throw badFile(name, `holds no array "${key}", so it is not the open body`);
  };
  const texts = (key: string) => {
    const value = array(key);
    if (!("text" in value)) throw badFile(name, `its array "${key}" holds no texts`);
    return value.text;
  };
  const numbers = (key: string) => {
    const value = array(key);
    if (!("data" in value)) throw badFile(name, `its array "${key}" holds no numbers`);
    return value;
  };
  const plain = (key: string) => numbers(key).data;
  checkLayout(fields, texts, name);
  return {
    texts,
    plain,
    indices: (key) => {
      const { data, shape } = numbers(key);
      return unpackPlanes(data as Int16Array, shape[0], 1, 0, new Uint32Array(data.length));
    },
    floats: (key, step, least = -32768) => {
      const { data, shape } = numbers(key);
      return unpackPlanes(data as Int16Array, shape[0], step, least, new Float32Array(data.length));
    },
    sparse: (key) => ({
      offsets: Uint32Array.from(plain(`${key}_offsets`) as Uint32Array),
      columns: Uint32Array.from(plain(`${key}_columns`) as Uint32Array),
      values: Float32Array.from(plain(`${key}_values`) as Float32Array),
    }),
  };
}

function checkLayout(fields: Fields, texts: (key: string) => readonly string[], name: string): void {
  const found = fields("layout") === undefined ? "no layout" : `the layout "${texts("layout")[0]}"`;
  if (found !== `the layout "${LAYOUT}"`) throw badFile(name, `has ${found}, expected "${LAYOUT}"`);
}

/** Skinning weights: the largest of a vertex is what the stored ones leave of 1. */
export function storedWeights(file: OpenBodyFile, key: string): BodyModel["weights"] {
  const perVertex = WEIGHTS_PER_VERTEX;
  const rest = file.floats(key, STEPS.weights, 0);
  const joints = Uint8Array.from(file.plain(`${key}_joints`) as Uint8Array);
  const weights = new Float32Array(joints.length);
  for (let v = 0; v < joints.length / perVertex; v++) {
    let first = 1;
    for (let k = 1; k < perVertex; k++) {
      weights[perVertex * v + k] = rest[(perVertex - 1) * v + k - 1];
      first -= weights[perVertex * v + k];
    }
    weights[perVertex * v] = first;
  }
  return { joints, weights, perVertex };
}

/** Correctives, joint after joint. */
export function storedCorrectives(file: OpenBodyFile): Corrective[] {
  const vertices = file.indices("corrective_vertices");
  const offsets = file.floats("correctives", STEPS.correctives);
  let at = 0;
  return Array.from(file.plain("corrective_counts") as Uint32Array, (count, i) => {
    const from = at;
    at += count;
    return {
      joint: i + 1,
      vertices: vertices.slice(from, at),
      offsets: offsets.slice(27 * from, 27 * at),
    };
  });
}

/** Named points on vertices, and the sets that list them. */
export function storedKeypoints(
  file: OpenBodyFile,
  prefix: string,
): Pick<BodyModel, "keypoints" | "keypointSets"> {
  const { offsets, columns, values } = file.sparse(`${prefix}keypoints`);
  const keypoints = Object.fromEntries(
    file.texts("keypoints").map((point, i) => [
      point,
      {
        vertices: columns.slice(offsets[i], offsets[i + 1]),
        weights: values.slice(offsets[i], offsets[i + 1]),
      },
    ]),
  );
  const keypointSets = Object.fromEntries(file.texts("sets").map((set) => [set, file.texts(`set_${set}`)]));
  return { keypoints, keypointSets };
}

import { type Fields, fieldsOf } from "./fields.js";
import { fileKeypoints } from "./fileKeypoints.js";
import { badFile, type Dense, denseOf, sparseOf } from "./fileValue.js";
import { jointNames } from "./jointNames.js";
import type { BodyModel, Corrective } from "./model.js";
import { heaviestJoints, skinWeights } from "./weights.js";

export interface BodyReadOptions {
  /** Shape directions that are kept; all of the file when absent. SMPL-X has 400, its expressions from 300 on. */
  shapes?: number;
  /** Whether pose correctives are read, the largest part of most files; true when absent. */
  correctives?: boolean;
  /** A second file whose keys take the place of the first's, such as an extension by fingers. */
  over?: Uint8Array;
}

/**
 * Reads a body in the file format of SMPL (Loper et al. 2015) and its relatives SMPL-H, SMPL-X, MANO, FLAME: their
 * published `.pkl`, with chumpy's and scipy's objects or cleaned of them, and `.npz`. Nothing in the file is run.
 *
 * Those files are licensed by their authors and come from their sites; Marey contains none of them.
 *
 * @throws MareyError `BODY_FILE` naming the key whose array is missing or of the wrong size; those of `readPickle`
 *   (`PICKLE_UNSAFE` for a class that isn't known), `readNpy`, `openZip`.
 */
export function readBody(
  bytes: Uint8Array,
  name = "body",
  { shapes, correctives = true, over }: BodyReadOptions = {},
): BodyModel {
  const first = fieldsOf(bytes, name);
  const second = over && fieldsOf(over, `${name}, extension`);
  const fields: Fields = (key) => second?.(key) ?? first(key);
  const dense = (key: string) => denseOf(fields(key), `${name}, key "${key}"`);

  const template = sized(dense("v_template"), [-1, 3], `${name}, key "v_template"`);
  const V = template.shape[0];
  const parents = parentsOf(dense("kintree_table"), `${name}, key "kintree_table"`);
  const J = parents.length;
  const triangles = indices(dense("f"), V, `${name}, key "f"`);
  const directions = sized(dense("shapedirs"), [V, 3, -1], `${name}, key "shapedirs"`);
  const shapeCount = Math.min(shapes ?? directions.shape[2], directions.shape[2]);
  const regressor = sparseOf(fields("J_regressor"), V, `${name}, key "J_regressor"`);
  if (regressor.offsets.length !== J + 1)
    throw badFile(`${name}, key "J_regressor"`, `has ${regressor.offsets.length - 1} rows for ${J} joints`);
  const weights = skinWeights(sized(dense("weights"), [V, J], `${name}, key "weights"`).data, V, J, name);
  const mirror = mirrorOf(fields, V, name);
  return {
    name,
    vertices: V,
    joints: jointNames(J),
    parents,
    template: Float32Array.from(template.data),
    triangles,
    shapes: leading(directions.data, directions.shape[2], shapeCount),
    shapeCount,
    correctives:
      correctives && fields("posedirs") !== undefined
        ? correctivesOf(sized(dense("posedirs"), [V, 3, 9 * (J - 1)], `${name}, key "posedirs"`).data, V, J)
        : null,
    regressor,
    weights,
    ...textureOf(fields, triangles.length, name),
    part: heaviestJoints(weights),
    ...(mirror && { mirror }),
    ...fileKeypoints(fields, V, name),
  };
}

/** An array of the given shape; −1 fits any. */
function sized(array: Dense, shape: readonly number[], where: string): Dense {
  const fits = array.shape.length === shape.length && shape.every((n, i) => n === -1 || n === array.shape[i]);
  if (fits) return array;
  const wanted = shape.map((n) => (n === -1 ? "any" : n)).join(" × ");
  throw badFile(where, `is [${array.shape}], expected ${wanted}`);
}

/** Row 0 of 2×J: parents, the root's as 2³² − 1 or −1. */
function parentsOf({ shape, data }: Dense, where: string): Int32Array {
  if (shape.length !== 2 || shape[0] !== 2) throw badFile(where, `is [${shape}], expected 2 × joints`);
  const J = shape[1];
  if (J < 1 || J > 255) throw badFile(where, `has ${J} joints, expected 1 to 255`);
  return Int32Array.from({ length: J }, (_, j) => {
    const parent = data[j] === 0xffffffff ? -1 : data[j];
    const fits = j === 0 ? parent === -1 : parent >= 0 && parent < j;
    if (!fits) throw badFile(where, `joint ${j} has the parent ${data[j]}, which doesn't stand before it`);
    if (data[J + j] !== j) throw badFile(where, `its second row numbers joint ${j} as ${data[J + j]}`);
    return parent;
  });
}

/** F×3 indices below `limit`. */
function indices(array: Dense, limit: number, where: string): Uint32Array {
  const { data } = sized(array, [-1, 3], where);
  return Uint32Array.from(data, (value) => {
    if (!(value >= 0 && value < limit)) throw badFile(where, `names vertex ${value} of ${limit}`);
    return value;
  });
}

/** The first `kept` of every `count` numbers. */
function leading(data: ArrayLike<number>, count: number, kept: number): Float32Array {
  const out = new Float32Array(count === 0 ? 0 : (data.length / count) * kept);
  for (let i = 0; i < out.length; i++) out[i] = data[Math.floor(i / kept) * count + (i % kept)];
  return out;
}

/** V×3×9(J−1) by the joint that drives them, with the vertices that it moves. */
export function correctivesOf(data: ArrayLike<number>, V: number, J: number): Corrective[] {
  const features = 9 * (J - 1);
  return Array.from({ length: J - 1 }, (_, j): Corrective => {
    const moved: number[] = [];
    for (let v = 0; v < V; v++) if (anyOf(data, 3 * v * features + 9 * j, features)) moved.push(v);
    const offsets = new Float32Array(27 * moved.length);
    moved.forEach((v, n) => {
      for (let i = 0; i < 27; i++)
        offsets[27 * n + i] = data[(3 * v + Math.floor(i / 9)) * features + 9 * j + (i % 9)] + 0; // −0 becomes 0
    });
    return { joint: j + 1, vertices: Uint32Array.from(moved), offsets };
  }).filter(({ vertices }) => vertices.length > 0);
}

/** Whether one of the 3 rows of 9 numbers from `at` on, `stride` apart, isn't 0. */
function anyOf(data: ArrayLike<number>, at: number, stride: number): boolean {
  for (let row = 0; row < 3; row++)
    for (let i = 0; i < 9; i++) if (data[at + row * stride + i] !== 0) return true;
  return false;
}

/** Texture coordinates, where a file has them (SMPL-X, our own). */
function textureOf(fields: Fields, corners: number, name: string): Pick<BodyModel, "uv"> {
  const [vt, ft] = [fields("vt"), fields("ft")];
  if (vt === undefined || ft === undefined) return {};
  const coordinates = sized(denseOf(vt, `${name}, key "vt"`), [-1, 2], `${name}, key "vt"`);
  const triangles = indices(denseOf(ft, `${name}, key "ft"`), coordinates.shape[0], `${name}, key "ft"`);
  if (triangles.length !== corners)
    throw badFile(`${name}, key "ft"`, `has ${triangles.length / 3} triangles, the mesh ${corners / 3}`);
  return { uv: { coordinates: Float32Array.from(coordinates.data), triangles } };
}

/** The vertex on the other side: `mirror`, or SMPL's `vert_sym_idxs`. */
function mirrorOf(fields: Fields, V: number, name: string): Uint32Array | undefined {
  const key = ["mirror", "vert_sym_idxs"].find((candidate) => fields(candidate) !== undefined);
  if (!key) return undefined;
  const { data } = sized(denseOf(fields(key), `${name}, key "${key}"`), [V], `${name}, key "${key}"`);
  return Uint32Array.from(data, (value) => {
    if (!(value >= 0 && value < V)) throw badFile(`${name}, key "${key}"`, `names vertex ${value} of ${V}`);
    return value;
  });
}

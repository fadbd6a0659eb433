import { MareyError } from "../error.js";

/** A JSON object of a glTF file, not yet checked. */
export type Json = Record<string, unknown>;

/** The two parts of a binary glTF file, with checked access to accessors. */
export interface Container {
  json: Json;
  name: string;
  /** The objects of a top-level list. */
  list(key: string): Json[];
  /** An accessor's values as doubles, normalised integers divided, sparse replacements applied. */
  accessor(index: unknown, type: AccessorType, where: string): Float64Array;
}

type AccessorType = "SCALAR" | "VEC3" | "VEC4" | "MAT4";

const COMPONENTS = { SCALAR: 1, VEC2: 2, VEC3: 3, VEC4: 4, MAT2: 4, MAT3: 9, MAT4: 16 } as const;
type Read = (view: DataView, at: number) => number;
/** Size, reader, and the number that stands for 1 when normalised, by component type. */
const TYPES: Record<number, readonly [size: number, read: Read, one: number]> = {
  5120: [1, (view, at) => view.getInt8(at), 127],
  5121: [1, (view, at) => view.getUint8(at), 255],
  5122: [2, (view, at) => view.getInt16(at, true), 32767],
  5123: [2, (view, at) => view.getUint16(at, true), 65535],
  5125: [4, (view, at) => view.getUint32(at, true), 4294967295],
  5126: [4, (view, at) => view.getFloat32(at, true), 1],
};

/** The error for a broken glTF file. */
export const gltfInvalid = (where: string, what: string) =>
  new MareyError("GLB_INVALID", where, what, "Export the file again");

export const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A whole number from 0 to below `limit`. */
export function indexBelow(value: unknown, limit: number, where: string): number {
  if (!Number.isInteger(value) || (value as number) < 0 || (value as number) >= limit)
    throw gltfInvalid(where, `index ${JSON.stringify(value)} is not one of ${limit}`);
  return value as number;
}

/** A list of finite numbers of the given length. */
export function numberList(value: unknown, length: number, where: string): number[] {
  if (!Array.isArray(value) || value.length !== length || !value.every(Number.isFinite))
    throw gltfInvalid(where, `it must be ${length} numbers`);
  return value;
}

/**
 * Opens a binary glTF file, version 2.
 *
 * @throws MareyError `GLB_INVALID`.
 */
export function openGlb(bytes: Uint8Array, name: string): Container {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 20 || view.getUint32(0, true) !== 0x46546c67)
    throw gltfInvalid(name, 'it does not begin with "glTF"');
  if (view.getUint32(4, true) !== 2)
    throw gltfInvalid(name, `glTF version ${view.getUint32(4, true)}, only 2 is read`);
  if (view.getUint32(8, true) > bytes.length)
    throw gltfInvalid(name, `${view.getUint32(8, true)} bytes are promised, ${bytes.length} are there`);
  const chunks = readChunks(bytes, view, name);
  const [json] = chunks.filter(({ kind }) => kind === 0x4e4f534a).map(({ data }) => parseJson(data, name));
  if (!json) throw gltfInvalid(name, "it has no JSON chunk");
  const bin = chunks.find(({ kind }) => kind === 0x004e4942)?.data ?? new Uint8Array();
  const list = (key: string) => objects(json, key, name);
  return {
    json,
    name,
    list,
    accessor: (index, type, where) => readAccessor(list, bin, index, type, `${name}, ${where}`),
  };
}

function readChunks(bytes: Uint8Array, view: DataView, name: string) {
  const chunks: { kind: number; data: Uint8Array }[] = [];
  const end = view.getUint32(8, true);
  for (let at = 12; at + 8 <= end; ) {
    const length = view.getUint32(at, true);
    if (at + 8 + length > end) throw gltfInvalid(name, `the chunk at byte ${at} is cut off`);
    chunks.push({ kind: view.getUint32(at + 4, true), data: bytes.subarray(at + 8, at + 8 + length) });
    at += 8 + Math.ceil(length / 4) * 4;
  }
  return chunks;
}

function parseJson(data: Uint8Array, name: string): Json {
  try {
    const json: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(data));
    if (isObject(json)) return json;
  } catch {
    // Said below.
  }
  throw gltfInvalid(name, "its JSON chunk is not a JSON object");
}

function objects(json: Json, key: string, name: string): Json[] {
  const list = json[key] ?? [];
  if (!Array.isArray(list) || !list.every(isObject))
    throw gltfInvalid(name, `"${key}" is no list of objects`);
  return list;
}

type List = Container["list"];

function readAccessor(
  list: List,
  bin: Uint8Array,
  index: unknown,
  type: AccessorType,
  where: string,
): Float64Array {
  const accessors = list("accessors");
  const accessor = accessors[indexBelow(index, accessors.length, where)];
  if (accessor.type !== type) throw gltfInvalid(where, `its accessor is ${accessor.type}, not ${type}`);
  const width = COMPONENTS[type];
  const count = indexBelow(accessor.count, 2 ** 31, where);
  // Without a buffer view the values are zeros, of which the file needn't hold any.
  if (accessor.bufferView === undefined && count * width > 64 * (bin.length + 1024))
    throw gltfInvalid(where, `${count} values without data`);
  const values =
    accessor.bufferView === undefined
      ? new Float64Array(count * width)
      : readView(list, bin, accessor, count, width, where);
  if (isObject(accessor.sparse)) replaceSparse(list, bin, accessor, values, width, where);
  return values;
}

function readView(
  list: List,
  bin: Uint8Array,
  source: Json,
  count: number,
  width: number,
  where: string,
): Float64Array {
  const known = TYPES[source.componentType as number];
  if (!known) throw gltfInvalid(where, `component type ${source.componentType} is unknown`);
  const [size, read, one] = known;
  const views = list("bufferViews");
  const view = views[indexBelow(source.bufferView, views.length, where)];
  if ((view.buffer ?? 0) !== 0) throw gltfInvalid(where, "its data lie in another file");
  const start = indexBelow(view.byteOffset ?? 0, 2 ** 32, where);
  const length = indexBelow(view.byteLength, 2 ** 32, where);
  if (start + length > bin.length)
    throw gltfInvalid(where, `its buffer view reaches byte ${start + length} of ${bin.length}`);
  const stride = indexBelow(view.byteStride ?? size * width, 2 ** 16, where);
  const offset = indexBelow(source.byteOffset ?? 0, 2 ** 32, where);
  if (stride < size * width && view.byteStride !== undefined)
    throw gltfInvalid(where, `a stride of ${stride} bytes is less than an element`);
  if (count > 0 && offset + (count - 1) * stride + size * width > length)
    throw gltfInvalid(where, `its accessor reaches beyond its buffer view of ${length} bytes`);
  const data = new DataView(bin.buffer, bin.byteOffset + start, length);
  const values = new Float64Array(count * width);
  const scale = source.normalized === true ? one : 1;
  for (let i = 0; i < count; i++)
    for (let k = 0; k < width; k++)
      values[i * width + k] = Math.max(
        read(data, offset + i * stride + k * size) / scale,
        scale === 1 ? -Infinity : -1,
      );
  return values;
}

function replaceSparse(
  list: List,
  bin: Uint8Array,
  accessor: Json,
  values: Float64Array,
  width: number,
  where: string,
): void {
  const { count, indices, values: replacements } = accessor.sparse as Json;
  if (!isObject(indices) || !isObject(replacements))
    throw gltfInvalid(where, "its sparse values lack indices");
  const n = indexBelow(count, values.length / width + 1, where);
  const at = readView(list, bin, indices, n, 1, where);
  const source = { ...replacements, componentType: accessor.componentType, normalized: accessor.normalized };
  const fresh = readView(list, bin, source, n, width, where);
  at.forEach((index, i) => {
    const element = indexBelow(index, values.length / width, where);
    values.set(fresh.subarray(i * width, (i + 1) * width), element * width);
  });
}

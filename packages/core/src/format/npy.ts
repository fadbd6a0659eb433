import { widenHalves } from "../array/half.js";
import { MareyError } from "../error.js";
import { readLiteral } from "./literal.js";
import { joinPieces } from "./pieces.js";

/** Numbers of a NumPy array. float16 is widened to float32, bool is 0 or 1. */
export type NpyData =
  | Float64Array
  | Float32Array
  | BigInt64Array
  | BigUint64Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array;

/** A NumPy array, row-major. */
export interface NpyArray {
  /** NumPy's type string as stored: `<f4`, `|b1` … */
  dtype: string;
  shape: number[];
  data: NpyData;
}

/** What a file can hold: an array, or text (`<U`, `|S`) with its shape. */
export type NpyContent = NpyArray | { dtype: string; shape: number[]; text: string[] };

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
const REMEDY = "Save the array again as numbers (numpy.save, allow_pickle off)";

interface Field {
  name: string;
  dtype: string;
  offset: number;
  count: number;
  shape: number[];
}

export interface NpyReadOptions {
  /**
   * Arrays take the file's own memory where they can, which spoils the file's bytes: for one that nobody else reads,
   * and too large to be there twice.
   */
  consume?: boolean;
}

/**
 * Reads a `.npy` file (versions 1 to 3) of numbers or text.
 *
 * @returns The array; for a structured type, one array per field by name.
 * @throws MareyError `NPY_INVALID` when the header or the data can't be true; `NPY_TYPE` for types that can't be read
 *   (objects would need unpickling, which can run any program).
 */
export function readNpy(
  bytes: Uint8Array,
  name = "npy",
  { consume = false }: NpyReadOptions = {},
): NpyContent | Map<string, NpyContent> {
  const { descr, fortran, shape, data } = readHeader(bytes, name);
  const fields = Array.isArray(descr)
    ? structured(descr, name)
    : [{ name: "", dtype: String(descr), offset: 0, count: 1, shape: [] }];
  const sizes = fields.map(({ dtype, count }) => itemSize(dtype, name) * count);
  const stride = sizes.reduce((sum, size) => sum + size, 0);
  const count = shape.reduce((product, n) => product * n, 1);
  if (!Number.isSafeInteger(count * stride) || count * stride !== data.length)
    throw invalid(name, `[${shape}] of ${stride} bytes an element needs ${count * stride} bytes, ${data.length} are there`); // biome-ignore format: one message
  const own = (data: Uint8Array, dtype: string) => (consume ? moved(data, dtype) : new Uint8Array(data));
  const read = (field: Field, i: number) => {
    const gathered = gather(data, stride, field.offset, sizes[i], count);
    return content(field, gathered, [...shape, ...field.shape], fortran, own);
  };
  if (!Array.isArray(descr)) return read(fields[0], 0);
  return new Map(fields.map((field, i) => [field.name, read(field, i)]));
}

/**
 * The array that raw bytes are, as pickles hold them.
 *
 * @throws MareyError `NPY_INVALID` when shape and bytes don't agree; `NPY_TYPE` for types that can't be read.
 */
export function npyOfBytes(
  dtype: string,
  shape: number[],
  fortran: boolean,
  bytes: Uint8Array,
  name: string,
): NpyContent {
  const count = shape.reduce((product, n) => product * n, 1);
  const size = itemSize(dtype, name);
  if (count * size !== bytes.length)
    throw invalid(name, `[${shape}] of ${dtype} needs ${count * size} bytes, ${bytes.length} are there`);
  const field = { name: "", dtype, offset: 0, count: 1, shape: [] };
  return content(field, bytes, shape, fortran, (data) => new Uint8Array(data));
}

function readHeader(bytes: Uint8Array, name: string) {
  if (bytes.length < 10 || !MAGIC.every((byte, i) => bytes[i] === byte))
    throw invalid(name, "it does not begin as a NumPy array does");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = bytes[6];
  if (version < 1 || version > 3) throw invalid(name, `NumPy format version ${version} is unknown`);
  const start = version === 1 ? 10 : 12;
  const length =
    version === 1 ? view.getUint16(8, true) : bytes.length < 12 ? Infinity : view.getUint32(8, true);
  if (start + length > bytes.length) throw invalid(name, "the header is cut off");
  const text = new TextDecoder(version === 3 ? "utf-8" : "latin1").decode(
    bytes.subarray(start, start + length),
  );
  const header = readLiteral(text);
  if (!(header instanceof Map)) throw invalid(name, "the header is no Python literal");
  const descr = header.get("descr");
  const fortran = header.get("fortran_order");
  const shape = header.get("shape");
  const whole = (n: unknown): n is number => Number.isSafeInteger(n) && (n as number) >= 0;
  if (typeof fortran !== "boolean" || !Array.isArray(shape) || !shape.every(whole))
    throw invalid(name, "the header lacks a valid shape or order");
  return { descr, fortran, shape: shape as number[], data: bytes.subarray(start + length) };
}

/** Fields of a structured type: [name, type] or [name, type, shape] each. */
function structured(descr: unknown[], name: string): Field[] {
  let offset = 0;
  return descr.map((entry) => {
    const [field, dtype, shape = []] = Array.isArray(entry) ? entry : [];
    if (typeof field !== "string" || typeof dtype !== "string" || !Array.isArray(shape))
      throw new MareyError("NPY_TYPE", name, "its structured type has nested fields or titles", REMEDY);
    const count = shape.reduce((product: number, n) => product * Number(n), 1);
    if (!Number.isSafeInteger(count) || count < 0) throw invalid(name, `field "${field}" has no valid shape`);
    const at = offset;
    offset += itemSize(dtype, name) * count;
    return { name: field, dtype, offset: at, count, shape: shape.map(Number) };
  });
}

/** Bytes of one element. */
function itemSize(dtype: string, name: string): number {
  const match = /^([<>|=])([fiubSU])(\d{1,6})$/.exec(dtype);
  const size = Number(match?.[3]);
  const kind = match?.[2] ?? "";
  const known =
    (kind === "f" && [2, 4, 8].includes(size)) ||
    ((kind === "i" || kind === "u") && [1, 2, 4, 8].includes(size)) ||
    (kind === "b" && size === 1) ||
    kind === "S" ||
    kind === "U";
  if (!known) {
    const what = dtype.includes("O")
      ? "it holds Python objects, which are not unpickled since that can run any program"
      : `its data type "${dtype}" is not one that is read`;
    throw new MareyError("NPY_TYPE", name, what, REMEDY);
  }
  return kind === "U" ? 4 * size : size;
}

/** The bytes of one field of every element, one after the other; those of the file where there is one field only. */
function gather(data: Uint8Array, stride: number, offset: number, size: number, count: number) {
  if (size === stride) return data;
  const out = new Uint8Array(size * count);
  for (let i = 0; i < count; i++)
    out.set(data.subarray(i * stride + offset, i * stride + offset + size), i * size);
  return out;
}

/** The bytes where elements of their size can be read: shifted over the end of the header, which is done with. */
function moved(data: Uint8Array, dtype: string): Uint8Array {
  const shift = data.byteOffset % Number(dtype.slice(2));
  if (shift === 0) return data;
  return new Uint8Array(data.buffer, data.byteOffset - shift, data.length + shift)
    .copyWithin(0, shift)
    .subarray(0, data.length);
}

function content(
  field: Field,
  bytes: Uint8Array,
  shape: number[],
  fortran: boolean,
  own: (data: Uint8Array, dtype: string) => Uint8Array,
): NpyContent {
  const { dtype } = field;
  const size = Number(dtype.slice(2));
  if (dtype[1] === "S" || dtype[1] === "U") return { dtype, shape, text: texts(bytes, dtype, size) };
  const values = own(bytes, dtype);
  if (dtype[0] === ">") swap(values, size);
  const data = typed(dtype, values);
  return { dtype, shape, data: fortran && shape.length > 1 ? rowMajor(data, shape) : data };
}

function typed(dtype: string, { buffer, byteOffset: at, byteLength }: Uint8Array): NpyData {
  const count = byteLength / Number(dtype.slice(2));
  switch (dtype.slice(1)) {
    case "f8":
      return new Float64Array(buffer, at, count);
    case "f4":
      return new Float32Array(buffer, at, count);
    case "f2":
      return widenHalves(new Uint16Array(buffer, at, count));
    case "i8":
      return new BigInt64Array(buffer, at, count);
    case "u8":
      return new BigUint64Array(buffer, at, count);
    case "i4":
      return new Int32Array(buffer, at, count);
    case "u4":
      return new Uint32Array(buffer, at, count);
    case "i2":
      return new Int16Array(buffer, at, count);
    case "u2":
      return new Uint16Array(buffer, at, count);
    case "i1":
      return new Int8Array(buffer, at, count);
    default:
      return new Uint8Array(buffer, at, count);
  }
}

function swap(bytes: Uint8Array, size: number): void {
  for (let i = 0; i + size <= bytes.length; i += size) bytes.subarray(i, i + size).reverse();
}

/** Column-major (first index fastest) to row-major. */
function rowMajor(data: NpyData, shape: readonly number[]): NpyData {
  const out = data.slice();
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((product, n) => product * n, 1));
  const index = new Array<number>(shape.length).fill(0);
  for (let i = 0; i < data.length; i++) {
    out[i] = data[index.reduce((sum, n, axis) => sum + n * strides[axis], 0)];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      if (++index[axis] < shape[axis]) break;
      index[axis] = 0;
    }
  }
  return out;
}

function texts(bytes: Uint8Array, dtype: string, size: number): string[] {
  const width = dtype[1] === "U" ? 4 * size : size;
  const count = width === 0 ? 0 : bytes.length / width;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: count }, (_, i) => {
    let text = "";
    for (let c = 0; c < size; c++) {
      const at = i * width + (dtype[1] === "U" ? 4 * c : c);
      const code = dtype[1] === "U" ? view.getUint32(at, dtype[0] !== ">") : bytes[at];
      text += code > 0x10ffff ? "\ufffd" : String.fromCodePoint(code);
    }
    return text.replace(/\0+$/, "");
  });
}

const TYPES: readonly (readonly [new (length: number) => NpyData, string])[] = [
  [Float64Array, "<f8"], [Float32Array, "<f4"], [BigInt64Array, "<i8"], [BigUint64Array, "<u8"], [Int32Array, "<i4"],
  [Uint32Array, "<u4"], [Int16Array, "<i2"], [Uint16Array, "<u2"], [Int8Array, "|i1"], [Uint8Array, "|u1"],
]; // biome-ignore format: a table

/** What is written: numbers with their shape, or a list of texts. */
export type NpyInput = { shape: readonly number[]; data: NpyData } | readonly string[];

/** Writes numbers, or a list of texts, as a `.npy` file of version 1 (little-endian, row-major). */
export function writeNpy(array: NpyInput): Uint8Array {
  return joinPieces(npyParts(array));
}

/** `writeNpy` as header and data; the data are the array's own memory. */
export function npyParts(array: NpyInput): [header: Uint8Array, data: Uint8Array] {
  if (!("data" in array)) return [header(textType(array), [array.length]), textBytes(array)];
  const { data, shape } = array;
  const dtype = TYPES.find(([type]) => data instanceof type)?.[1] as string;
  return [header(dtype, shape), new Uint8Array(data.buffer, data.byteOffset, data.byteLength)];
}

const longest = (texts: readonly string[]) =>
  texts.reduce((length, text) => Math.max(length, Array.from(text).length), 1);
const textType = (texts: readonly string[]) => `<U${longest(texts)}`;

function textBytes(texts: readonly string[]): Uint8Array {
  const width = longest(texts);
  const codes = new Uint32Array(texts.length * width);
  texts.forEach((text, i) => {
    codes.set(
      Array.from(text, (character) => character.codePointAt(0) as number),
      i * width,
    );
  });
  return new Uint8Array(codes.buffer);
}

function header(dtype: string, shape: readonly number[]): Uint8Array {
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const literal = `{'descr': '${dtype}', 'fortran_order': False, 'shape': (${sizes}), }`;
  // NumPy aligns the data to 64 bytes with spaces before the final line end.
  const length = Math.ceil((10 + literal.length + 1) / 64) * 64;
  const bytes = new Uint8Array(length);
  bytes.set([...MAGIC, 1, 0, (length - 10) & 255, (length - 10) >> 8]);
  bytes.set(new TextEncoder().encode(`${literal.padEnd(length - 11)}\n`), 10);
  return bytes;
}

function invalid(where: string, what: string): MareyError {
  return new MareyError("NPY_INVALID", where, what, REMEDY);
}

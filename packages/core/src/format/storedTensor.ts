import { narrowToHalves, widenHalves } from "../array/half.js";
import { MareyError } from "../error.js";

/** One tensor of a weights file. float16 and bfloat16 are widened to float32, small integers to int32. */
export interface StoredTensor {
  /** As stored: F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL … */
  dtype: string;
  shape: number[];
  data: Float64Array | Float32Array | BigInt64Array | Int32Array | Uint8Array;
}

/** Bytes of an element by its stored type, in the order in which safetensors files sort them, last first. */
export const elementBytes: ReadonlyMap<string, number> = new Map([
  ["BOOL", 1], ["U8", 1], ["I8", 1], ["I16", 2], ["U16", 2], ["F16", 2], ["BF16", 2], ["I32", 4], ["U32", 4],
  ["F32", 4], ["F64", 8], ["I64", 8], ["U64", 8],
]); // biome-ignore format: a table

/** Numbers in a tensor of a shape. */
export const countOf = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

/** The numbers of little-endian bytes of a stored type (a key of `elementBytes`), in memory of their own. */
export function decodeElements(dtype: string, bytes: Uint8Array): StoredTensor["data"] {
  const { buffer } = new Uint8Array(bytes);
  switch (dtype) {
    case "F64":
      return new Float64Array(buffer);
    case "F32":
      return new Float32Array(buffer);
    case "F16":
      return widenHalves(new Uint16Array(buffer));
    case "BF16":
      return new Float32Array(Uint32Array.from(new Uint16Array(buffer), (bits) => bits << 16).buffer);
    case "I64":
    case "U64":
      return new BigInt64Array(buffer);
    case "I32":
      return new Int32Array(buffer);
    case "U32":
      return BigInt64Array.from(new Uint32Array(buffer), BigInt);
    case "I16":
      return Int32Array.from(new Int16Array(buffer));
    case "U16":
      return Int32Array.from(new Uint16Array(buffer));
    case "I8":
      return Int32Array.from(new Int8Array(buffer));
    default:
      return new Uint8Array(buffer);
  }
}

/**
 * The little-endian bytes of a tensor as its type says: the inverse of `decodeElements`. They share the tensor's memory
 * where that is as they are stored.
 *
 * @throws MareyError `TENSOR_VALUES` for an unknown type, or when type, shape and data don't belong together.
 */
export function encodeElements({ dtype, shape, data }: StoredTensor, name: string): Uint8Array {
  const wrong = (what: string) =>
    new MareyError(
      "TENSOR_VALUES",
      `tensor "${name}"`,
      what,
      "Give its type, shape and numbers as they are read",
    );
  if (!elementBytes.has(dtype)) throw wrong(`its data type "${dtype}" is unknown`);
  if (countOf(shape) !== data.length) throw wrong(`it has ${data.length} numbers, its shape is [${shape}]`);
  const array = encoders[dtype](data);
  if (array === undefined) throw wrong(`its numbers (${data.constructor.name}) can't be those of ${dtype}`);
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

type Encoder = (data: StoredTensor["data"]) => ArrayBufferView | undefined;

const from =
  <T extends StoredTensor["data"]>(
    type: new (length: number) => T,
    convert: (data: T) => ArrayBufferView,
  ): Encoder =>
  (data) =>
    data instanceof type ? convert(data) : undefined;
const asTheyAre = (type: new (length: number) => StoredTensor["data"]) => from(type, (data) => data);

const encoders: Readonly<Record<string, Encoder>> = {
  F64: asTheyAre(Float64Array),
  F32: asTheyAre(Float32Array),
  F16: from(Float32Array, narrowToHalves),
  BF16: from(Float32Array, narrowToBrains),
  I64: asTheyAre(BigInt64Array),
  U64: asTheyAre(BigInt64Array),
  I32: asTheyAre(Int32Array),
  U32: from(BigInt64Array, (data) => Uint32Array.from(data, Number)),
  I16: from(Int32Array, (data) => Int16Array.from(data)),
  U16: from(Int32Array, (data) => Uint16Array.from(data)),
  I8: from(Int32Array, (data) => Int8Array.from(data)),
  U8: asTheyAre(Uint8Array),
  BOOL: asTheyAre(Uint8Array),
};

/** bfloat16 is the upper half of a float32, rounded to the nearest, of two as near the even one. */
function narrowToBrains(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.slice().buffer);
  return Uint16Array.from(bits, (word, i) =>
    Number.isNaN(values[i]) ? 0x7fc0 : (word + 0x7fff + ((word >>> 16) & 1)) >>> 16,
  );
}

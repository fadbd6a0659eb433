import { MareyError } from "../error.js";

/** One tensor of a safetensors file. float16 and bfloat16 are widened to float32, small integers to int32. */
export interface StoredTensor {
  /** As stored: F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL … */
  dtype: string;
  shape: number[];
  data: Float64Array | Float32Array | BigInt64Array | Int32Array | Uint8Array;
}

export interface Safetensors {
  tensors: Map<string, StoredTensor>;
  metadata: Record<string, string>;
}

const BYTES: Record<string, number> = {
  F64: 8, F32: 4, F16: 2, BF16: 2, I64: 8, U64: 8, I32: 4, U32: 4, I16: 2, U16: 2, I8: 1, U8: 1, BOOL: 1,
}; // biome-ignore format: a table

/**
 * Reads a safetensors file.
 *
 * @throws MareyError `SAFETENSORS_INVALID` when the header or an offset can't be true of these bytes.
 */
export function readSafetensors(bytes: Uint8Array, name = "safetensors"): Safetensors {
  const invalid = (what: string) =>
    new MareyError("SAFETENSORS_INVALID", name, what, "Export or download the file again");
  if (bytes.length < 8) throw invalid(`${bytes.length} bytes, too short for a header`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = Number(view.getBigUint64(0, true));
  if (headerLength > bytes.length - 8)
    throw invalid(
      `the header claims ${headerLength} bytes, the file has ${bytes.length - 8} after its length`,
    );
  const start = 8 + headerLength;
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, start)));
  } catch (cause) {
    throw invalid(`the header is not JSON (${(cause as Error).message})`);
  }
  if (typeof header !== "object" || header === null || Array.isArray(header))
    throw invalid("the header is not a JSON object");
  const tensors = new Map<string, StoredTensor>();
  let metadata: Record<string, string> = {};
  for (const [key, entry] of Object.entries(header)) {
    if (key === "__metadata__") metadata = entry as Record<string, string>;
    else tensors.set(key, readTensor(bytes.subarray(start), key, entry, invalid));
  }
  requireGapless(header as Record<string, Entry>, bytes.length - start, invalid);
  return { tensors, metadata };
}

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

/** The format forbids holes and overlaps: together the tensors cover the data exactly. */
function requireGapless(
  header: Record<string, Entry>,
  length: number,
  invalid: (what: string) => MareyError,
) {
  const spans = Object.entries(header)
    .filter(([key]) => key !== "__metadata__")
    .map(([key, { data_offsets }]) => ({ key, begin: data_offsets[0], end: data_offsets[1] }))
    .sort((a, b) => a.begin - b.begin || a.end - b.end);
  let at = 0;
  for (const { key, begin, end } of spans) {
    if (begin !== at) throw invalid(`tensor "${key}" begins at byte ${begin} of the data, not at ${at}`);
    at = end;
  }
  if (at !== length) throw invalid(`the tensors cover ${at} bytes, the file holds ${length}`);
}

function readTensor(
  data: Uint8Array,
  key: string,
  entry: unknown,
  invalid: (what: string) => MareyError,
): StoredTensor {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Partial<Entry>;
  const size = dtype === undefined ? undefined : BYTES[dtype];
  if (size === undefined) throw invalid(`tensor "${key}" has the unknown data type ${JSON.stringify(dtype)}`);
  const whole = (n: unknown): n is number => Number.isSafeInteger(n) && (n as number) >= 0;
  if (!Array.isArray(shape) || !shape.every(whole)) throw invalid(`tensor "${key}" has no valid shape`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(whole))
    throw invalid(`tensor "${key}" has no valid data_offsets`);
  const [begin, end] = offsets;
  const count = shape.reduce((product, n) => product * n, 1);
  if (end < begin || end > data.length || end - begin !== count * size)
    throw invalid(
      `tensor "${key}" [${shape}] of ${dtype} can't lie at bytes ${begin}–${end} of ${data.length}`,
    );
  return {
    dtype: dtype as string,
    shape,
    data: decode(dtype as string, new Uint8Array(data.subarray(begin, end))),
  };
}

function decode(dtype: string, bytes: Uint8Array<ArrayBuffer>): StoredTensor["data"] {
  const { buffer } = bytes;
  switch (dtype) {
    case "F64":
      return new Float64Array(buffer);
    case "F32":
      return new Float32Array(buffer);
    case "F16":
      return Float32Array.from(new Uint16Array(buffer), halfToFloat);
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
      return bytes;
  }
}

/** IEEE half precision bits to a number. */
export function halfToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

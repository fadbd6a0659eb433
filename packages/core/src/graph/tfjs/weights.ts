import { MareyError } from "../../error.js";
import { type Constant, elements } from "./constant.js";
import type { WeightEntry } from "./topology.js";

/** How a stored tensor lies in the file: bytes per element, and how they become the constant's data. */
interface Storage {
  bytes: number;
  read(bytes: Uint8Array<ArrayBuffer>, entry: WeightEntry): Constant["data"];
  type: Constant["type"];
}

/** Stored forms by `dtype` or `dtype/quantization`. Affine codes stand for code · scale + min. */
const storages: Record<string, Storage> = {
  float32: { bytes: 4, type: "float32", read: (bytes) => new Float32Array(bytes.buffer) },
  int32: { bytes: 4, type: "int32", read: (bytes) => new Int32Array(bytes.buffer) },
  bool: { bytes: 1, type: "bool", read: (bytes) => bytes.map((value) => (value === 0 ? 0 : 1)) },
  "float32/float16": { bytes: 2, type: "float16", read: (bytes) => new Uint16Array(bytes.buffer) },
  "float32/uint8": { bytes: 1, type: "float32", read: (bytes, entry) => affine(bytes, entry) },
  "float32/uint16": {
    bytes: 2,
    type: "float32",
    read: (bytes, entry) => affine(new Uint16Array(bytes.buffer), entry),
  },
  "int32/uint8": {
    bytes: 1,
    type: "int32",
    read: (bytes, entry) => Int32Array.from(affine(bytes, entry), Math.round),
  },
  "int32/uint16": {
    bytes: 2,
    type: "int32",
    read: (bytes, entry) => Int32Array.from(affine(new Uint16Array(bytes.buffer), entry), Math.round),
  },
};

function affine(codes: ArrayLike<number>, { quantization }: WeightEntry): Float32Array {
  const { scale = 1, min = 0 } = quantization ?? {};
  return Float32Array.from(codes, (code) => code * scale + min);
}

/**
 * Reads the weights of a TensorFlow.js model: little-endian tensors one after the other, unaligned, in the manifest's
 * order. float16 stays as raw words.
 *
 * @param bytes The weight files, joined.
 * @throws MareyError `TFJS_WEIGHTS` when the manifest and the bytes don't fit each other.
 */
export function readWeights(
  entries: readonly WeightEntry[],
  bytes: Uint8Array,
  name = "weights",
): Map<string, Constant> {
  const out = new Map<string, Constant>();
  let offset = 0;
  for (const entry of entries) {
    const { shape, dtype, quantization } = entry;
    const form = quantization ? `${dtype}/${quantization.dtype}` : dtype;
    const storage = Object.hasOwn(storages, form) ? storages[form] : undefined;
    if (!storage) throw invalid(name, `tensor "${entry.name}" is stored as "${form}"`);
    const end = offset + elements(shape) * storage.bytes;
    if (!(end <= bytes.length))
      throw invalid(
        name,
        `tensor "${entry.name}" [${shape}] ends at byte ${end}, the file at ${bytes.length}`,
      );
    const own = new Uint8Array(bytes.subarray(offset, end));
    out.set(entry.name, { type: storage.type, shape, data: storage.read(own, entry) });
    offset = end;
  }
  if (offset !== bytes.length)
    throw invalid(name, `${bytes.length} bytes, but the manifest accounts for ${offset}`);
  return out;
}

const invalid = (name: string, what: string) =>
  new MareyError(
    "TFJS_WEIGHTS",
    name,
    what,
    "Give the weight files that belong to this model, complete and in order",
  );

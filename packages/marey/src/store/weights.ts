import { MareyError } from "@marey/core";
import {
  decodeElements,
  isSafetensors,
  readWeights,
  type StoredTensor,
  type Weights,
} from "@marey/core/format";
import { elementTypeName, readOnnx, type TensorInit } from "@marey/core/graph";

/**
 * Reads the named tensors of any file of weights: those of `readWeights`, and the initialisers of an ONNX model.
 *
 * @throws MareyError as `readWeights`; `ONNX_INVALID`, and `ONNX_WEIGHTS` for initialisers that can't be read.
 */
export function readAnyWeights(bytes: Uint8Array, name: string, key?: string): Weights {
  return isOnnx(bytes, name)
    ? { format: "ONNX", tensors: initialisers(bytes, name) }
    : readWeights(bytes, name, key);
}

/** ONNX files begin with their version; so may the length of a safetensors file's header. */
const isOnnx = (bytes: Uint8Array, name: string) =>
  (bytes[0] === 0x08 || /\.onnx$/i.test(name)) && !isSafetensors(bytes);

function initialisers(bytes: Uint8Array, name: string): Map<string, StoredTensor> {
  const graph = readOnnx(bytes, name).graph!;
  return new Map(graph.initializer.map((entry) => [entry.name, tensorOf(entry, `${name}, "${entry.name}"`)]));
}

/** Types by ONNX's names: how they are stored, and the field that holds them when they aren't raw bytes. */
const types: Readonly<
  Record<string, { dtype: string; field: "floatData" | "doubleData" | "int32Data" | "int64Data" }>
> = {
  float32: { dtype: "F32", field: "floatData" },
  float64: { dtype: "F64", field: "doubleData" },
  float16: { dtype: "F16", field: "int32Data" },
  int64: { dtype: "I64", field: "int64Data" },
  int32: { dtype: "I32", field: "int32Data" },
  int16: { dtype: "I16", field: "int32Data" },
  uint16: { dtype: "U16", field: "int32Data" },
  int8: { dtype: "I8", field: "int32Data" },
  uint8: { dtype: "U8", field: "int32Data" },
  bool: { dtype: "BOOL", field: "int32Data" },
};

function tensorOf(entry: TensorInit, where: string): StoredTensor {
  const shape = (entry.dims ?? []).map(Number);
  const count = shape.reduce((product, size) => product * size, 1);
  const type = Object.entries(types).find(([name]) => name === elementTypeName(entry.dataType ?? 0))?.[1];
  if (!type) throw unreadable(where, `its element type is number ${entry.dataType}`, "Export it as float32");
  const { dtype, field } = type;
  const raw = entry.rawData ?? new Uint8Array(0);
  const data = raw.length > 0 ? decodeElements(dtype, raw) : fromValues(dtype, entry[field] ?? []);
  if (data.length !== count)
    throw unreadable(
      where,
      `[${shape}] needs ${count} numbers, ${data.length} are in the file`,
      "Export the network with its weights in one file",
    );
  return { dtype, shape, data };
}

/** Numbers of a field of their own; float16 stand there as their bits. */
function fromValues(dtype: string, values: readonly (number | bigint)[]): StoredTensor["data"] {
  if (dtype === "F16") return decodeElements(dtype, new Uint8Array(Uint16Array.from(values, Number).buffer));
  if (dtype === "I64") return BigInt64Array.from(values, BigInt);
  if (dtype === "F64") return Float64Array.from(values, Number);
  if (dtype === "F32") return Float32Array.from(values, Number);
  return dtype === "U8" || dtype === "BOOL"
    ? Uint8Array.from(values, Number)
    : Int32Array.from(values, Number);
}

const unreadable = (where: string, what: string, remedy: string) =>
  new MareyError("ONNX_WEIGHTS", where, what, remedy);

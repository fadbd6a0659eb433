import { isSafetensors, readWeights, type StoredTensor, type Weights } from "@marey/core/format";
import { readElements, readOnnx } from "@marey/core/graph";

/**
 * Reads the named tensors of any file of weights: those of `readWeights`, and the initialisers of an ONNX model.
 *
 * @throws MareyError as `readWeights`; `ONNX_INVALID` for damage and for weights in a file of their own, `ONNX_UNSUPPORTED`
 *   for other element types.
 */
export function readAnyWeights(bytes: Uint8Array, name: string, key?: string): Weights {
  return isOnnx(bytes, name)
    ? { format: "ONNX", tensors: initialisers(bytes, name) }
    : readWeights(bytes, name, key);
}

/** ONNX files begin with their version; so may the length of a safetensors file's header. */
export const isOnnx = (bytes: Uint8Array, name: string) =>
  (bytes[0] === 0x08 || /\.onnx$/i.test(name)) && !isSafetensors(bytes);

/** What weights files call ONNX's element types. */
const dtypes: Readonly<Record<string, string>> = {
  float32: "F32",
  float64: "F64",
  float16: "F16",
  int64: "I64",
  int32: "I32",
  int16: "I16",
  uint16: "U16",
  int8: "I8",
  uint8: "U8",
  bool: "BOOL",
};

function initialisers(bytes: Uint8Array, name: string): Map<string, StoredTensor> {
  const graph = readOnnx(bytes, name).graph!;
  return new Map(
    graph.initializer.map((entry) => {
      const { elementType, shape, data } = readElements(entry, `${name}, "${entry.name}"`);
      return [entry.name, { dtype: dtypes[elementType]!, shape: [...shape], data }];
    }),
  );
}

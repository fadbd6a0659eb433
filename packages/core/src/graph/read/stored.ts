import { MareyError } from "../../error.js";
import { widenHalves } from "../half.js";
import { type NodeType, type Shape, sizeOf } from "../node.js";
import { elementTypeName, type TensorData } from "../onnx.js";
import type { TensorProto } from "../onnx_pb.js";

/** A tensor of a file in the engine's own types. */
export interface Stored {
  readonly type: NodeType;
  readonly shape: Shape;
  readonly data: TensorData;
}

/** What the element types of ONNX become here: floats of all widths are float32, narrow integers int32. */
const engineTypes: Readonly<Record<string, NodeType>> = {
  float32: "float32",
  float16: "float32",
  float64: "float32",
  int64: "int64",
  int32: "int32",
  int16: "int32",
  uint16: "int32",
  int8: "int32",
  uint8: "uint8",
  bool: "bool",
};

/**
 * The engine's type for ONNX's number of an element type.
 *
 * @throws MareyError `ONNX_UNSUPPORTED` for strings, complex numbers and the like.
 */
export function engineType(elementType: number, where: string): NodeType {
  const name = elementTypeName(elementType);
  const type = Object.hasOwn(engineTypes, name) ? engineTypes[name] : undefined;
  if (type) return type;
  throw new MareyError(
    "ONNX_UNSUPPORTED",
    where,
    `its elements are of ONNX's type ${name}, expected one of ${Object.keys(engineTypes).join(", ")}`,
    "Export the network with float32 weights",
  );
}

/** A tensor of a file as exactly as it was stored: float64 stays so, float16 and narrow integers are widened. */
export interface StoredElements {
  /** ONNX's name of the element type, a key of `elementTypes`. */
  readonly elementType: string;
  readonly shape: Shape;
  readonly data: Float64Array | Float32Array | BigInt64Array | Int32Array | Uint8Array;
}

/**
 * The values of a stored tensor: an initialiser, or an attribute's.
 *
 * @throws MareyError `ONNX_UNSUPPORTED` for other element types; `ONNX_INVALID` when the values are not as many as the
 *   tensor's sizes say, which is also so when they lie in a file of their own.
 */
export function readElements(proto: TensorProto, where: string): StoredElements {
  engineType(proto.dataType, where);
  const elementType = elementTypeName(proto.dataType) as keyof typeof arrays;
  const shape = proto.dims.map(Number);
  const data =
    proto.rawData.length > 0 ? fromBytes(proto.rawData, elementType, where) : fromLists(proto, elementType);
  if (shape.some((size) => !(size >= 0)) || data.length !== sizeOf(shape))
    throw invalid(where, `it has ${data.length} values for the shape [${shape}]`);
  return { elementType, shape, data };
}

/** The same in the engine's own types. @throws MareyError as `readElements`. */
export function readTensor(proto: TensorProto, where: string): Stored {
  const { shape, data } = readElements(proto, where);
  const type = engineType(proto.dataType, where);
  return { type, shape, data: data instanceof Float64Array ? Float32Array.from(data) : data };
}

/** Typed arrays that lie in files as bytes, by ONNX's element type. */
const arrays = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  int64: BigInt64Array,
  int32: Int32Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int8: Int8Array,
  uint8: Uint8Array,
  bool: Uint8Array,
} as const;

function fromBytes(
  rawData: Uint8Array,
  elementType: keyof typeof arrays,
  where: string,
): StoredElements["data"] {
  const array = arrays[elementType];
  if (rawData.length % array.BYTES_PER_ELEMENT !== 0)
    throw invalid(where, `${rawData.length} bytes are no whole number of ${elementType}`);
  const values = new array(new Uint8Array(rawData).buffer); // slice() of a Buffer would be a view
  if (elementType === "float16") return widenHalves(values as Uint16Array);
  return values instanceof Int16Array || values instanceof Uint16Array || values instanceof Int8Array
    ? Int32Array.from(values)
    : values;
}

/** Numbers of a field of their own; float16 stand there as their bits. */
function fromLists(proto: TensorProto, elementType: keyof typeof arrays): StoredElements["data"] {
  if (elementType === "float32") return Float32Array.from(proto.floatData);
  if (elementType === "float64") return Float64Array.from(proto.doubleData);
  if (elementType === "int64") return BigInt64Array.from(proto.int64Data);
  if (elementType === "float16") return widenHalves(Uint16Array.from(proto.int32Data));
  return elementType === "uint8" || elementType === "bool"
    ? Uint8Array.from(proto.int32Data)
    : Int32Array.from(proto.int32Data);
}

const invalid = (where: string, what: string) =>
  new MareyError(
    "ONNX_INVALID",
    where,
    what,
    "Export the network again, with its weights inside the file and not beside it",
  );

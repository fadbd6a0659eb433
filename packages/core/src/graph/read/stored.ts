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

/**
 * The values of a stored tensor: an initialiser, or an attribute's.
 *
 * @throws MareyError `ONNX_INVALID` when they are not as many as the tensor's sizes say, which is also so when they lie
 * in a file of their own.
 */
export function readTensor(proto: TensorProto, where: string): Stored {
  const type = engineType(proto.dataType, where);
  const shape = proto.dims.map(Number);
  const data = proto.rawData.length > 0 ? fromBytes(proto, type, where) : fromLists(proto, type);
  if (shape.some((size) => !(size >= 0)) || data.length !== sizeOf(shape))
    throw invalid(where, `it has ${data.length} values for the shape [${shape}]`);
  return { type, shape, data };
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

function fromBytes({ rawData, dataType }: TensorProto, type: NodeType, where: string): TensorData {
  const name = elementTypeName(dataType) as keyof typeof arrays;
  const array = arrays[name];
  if (rawData.length % array.BYTES_PER_ELEMENT !== 0)
    throw invalid(where, `${rawData.length} bytes are no whole number of ${name}`);
  const values = new array(new Uint8Array(rawData).buffer); // slice() of a Buffer would be a view
  if (name === "float16") return widenHalves(values as Uint16Array);
  return values instanceof BigInt64Array ? values : converted(values, type);
}

function fromLists(proto: TensorProto, type: NodeType): TensorData {
  if (proto.int64Data.length > 0) return BigInt64Array.from(proto.int64Data);
  if (proto.floatData.length > 0) return Float32Array.from(proto.floatData);
  if (proto.doubleData.length > 0) return Float32Array.from(proto.doubleData);
  if (elementTypeName(proto.dataType) === "float16") return widenHalves(Uint16Array.from(proto.int32Data));
  return converted(proto.int32Data, type);
}

/** Numbers as an array of the engine's type; an array that is one already is not copied. */
function converted(values: ArrayLike<number>, type: NodeType): TensorData {
  if (type === "float32") return values instanceof Float32Array ? values : Float32Array.from(values);
  if (type === "int64") return BigInt64Array.from(Array.from(values), BigInt);
  if (type === "int32") return values instanceof Int32Array ? values : Int32Array.from(values);
  return values instanceof Uint8Array ? values : Uint8Array.from(values);
}

const invalid = (where: string, what: string) =>
  new MareyError(
    "ONNX_INVALID",
    where,
    what,
    "Export the network again, with its weights inside the file and not beside it",
  );

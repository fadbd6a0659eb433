import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { MareyError } from "../error.js";
import {
  type AttributeProtoSchema,
  type GraphProto,
  type ModelProto,
  ModelProtoSchema,
  type NodeProtoSchema,
  type TensorProtoSchema,
  type ValueInfoProtoSchema,
} from "./onnx_pb.js";

/** Element types by name, with ONNX's numbers (TensorProto.DataType). */
export const elementTypes = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
} as const;
export type ElementType = keyof typeof elementTypes;

/** The name of an element type's number, or the number itself if it has no name here. */
export function elementTypeName(type: number): string {
  return Object.entries(elementTypes).find(([, value]) => value === type)?.[0] ?? String(type);
}

/** The numbers of ONNX's AttributeProto.AttributeType that are written here. */
const FLOAT = 1;
const INT = 2;
const STRING = 3;
const TENSOR = 4;
const FLOATS = 6;
const INTS = 7;

export type NodeInit = MessageInitShape<typeof NodeProtoSchema>;
export type TensorInit = MessageInitShape<typeof TensorProtoSchema>;
export type ValueInfoInit = MessageInitShape<typeof ValueInfoProtoSchema>;
type AttributeInit = MessageInitShape<typeof AttributeProtoSchema>;

/** A node's attribute: a number is an integer; floats say that they are, since JavaScript's numbers don't. */
export type Attribute =
  | number
  | string
  | readonly number[]
  | { readonly float: number }
  | { readonly floats: readonly number[] }
  | { readonly tensor: TensorInit };

function attribute(name: string, value: Attribute): AttributeInit {
  if (typeof value === "number") return { name, type: INT, i: BigInt(value) };
  if (typeof value === "string") return { name, type: STRING, s: new TextEncoder().encode(value) };
  if ("float" in value) return { name, type: FLOAT, f: value.float };
  if ("floats" in value) return { name, type: FLOATS, floats: [...value.floats] };
  if ("tensor" in value) return { name, type: TENSOR, t: value.tensor };
  return { name, type: INTS, ints: value.map(BigInt) };
}

/** An operator call. An input that is absent has the name "". */
export function node(
  operator: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Readonly<Record<string, Attribute>> = {},
  domain = "",
): NodeInit {
  return {
    opType: operator,
    name: `${operator}:${outputs[0]}`,
    input: [...inputs],
    output: [...outputs],
    attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
    domain,
  };
}

/** Arrays whose bytes are a tensor's as they lie (float16 as raw 16-bit words, bool as bytes). */
export type TensorData = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array | Uint16Array;

/** A stored tensor: an initialiser, or the value of an attribute. The data is shared, not copied. */
export function tensor(
  name: string,
  type: ElementType,
  shape: readonly number[],
  data: TensorData,
): TensorInit {
  return {
    name,
    dataType: elementTypes[type],
    dims: shape.map(BigInt),
    rawData: new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength),
  };
}

/** A dimension: its size, or a name for one that is free. */
export type Dimension = number | string;

/** The declaration of a graph's input or output. */
export function valueInfo(name: string, type: ElementType, shape?: readonly Dimension[]): ValueInfoInit {
  const dim = shape?.map((size) => ({
    value:
      typeof size === "number"
        ? { case: "dimValue" as const, value: BigInt(size) }
        : { case: "dimParam" as const, value: size },
  }));
  return {
    name,
    type: {
      value: { case: "tensorType", value: { elemType: elementTypes[type], shape: dim && { dim } } },
    },
  };
}

/** What a model is made of. Nodes must stand in an order in which each input is known. */
export interface ModelParts {
  name: string;
  inputs: ValueInfoInit[];
  outputs: ValueInfoInit[];
  initialisers: TensorInit[];
  nodes: NodeInit[];
  /** Free text about the model by key, kept in the file. */
  metadata?: Readonly<Record<string, string>>;
  /** Versions of further operator domains, such as `com.microsoft`. */
  domains?: Readonly<Record<string, number>>;
}

/** The version of ONNX's operators that all graphs are written in. */
export const operatorSet = 17;

/** Writes a model as an ONNX file (IR version 8, operator set 17). */
export function writeOnnx(parts: ModelParts): Uint8Array<ArrayBuffer> {
  const { domains = {}, metadata = {} } = parts;
  const model = create(ModelProtoSchema, {
    irVersion: 8n,
    producerName: "marey",
    opsetImport: Object.entries({ "": operatorSet, ...domains }).map(([domain, version]) => ({
      domain,
      version: BigInt(version),
    })),
    graph: {
      name: parts.name,
      node: parts.nodes,
      initializer: parts.initialisers,
      input: parts.inputs,
      output: parts.outputs,
    },
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
  });
  return toBinary(ModelProtoSchema, model) as Uint8Array<ArrayBuffer>;
}

/**
 * Reads an ONNX file as far as this project's schema knows the format.
 *
 * @throws MareyError `ONNX_INVALID` when the bytes are no ONNX model.
 */
export function readOnnx(bytes: Uint8Array, name = "model"): ModelProto {
  try {
    const model = fromBinary(ModelProtoSchema, bytes);
    if (model.graph) return model;
  } catch (cause) {
    throw notOnnx(name, (cause as Error).message, cause);
  }
  throw notOnnx(name, "it holds no graph");
}

const notOnnx = (name: string, why: string, cause?: unknown) =>
  new MareyError(
    "ONNX_INVALID",
    name,
    `this is no ONNX model (${why})`,
    "Export or convert the network again",
    {
      cause,
    },
  );

/** The declared dimensions of an input or output; a free one is its name, or "?" when it has none. */
export function declaredShape(info: GraphProto, name: string): Dimension[] | undefined {
  const value = [...info.input, ...info.output].find((entry) => entry.name === name);
  const dims = value?.type?.value.case === "tensorType" ? value.type.value.value.shape?.dim : undefined;
  return dims?.map(({ value: size }) =>
    size.case === "dimValue" ? Number(size.value) : size.case === "dimParam" ? size.value || "?" : "?",
  );
}

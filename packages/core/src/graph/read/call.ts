import { MareyError } from "../../error.js";
import { Constant, type Node } from "../node.js";
import type { TensorData } from "../onnx.js";
import type { AttributeProto } from "../onnx_pb.js";
import { readTensor, type Stored } from "./stored.js";

/** A call of an operator in a file, its inputs read already. */
export interface OnnxCall {
  readonly operator: string;
  /** The file and the call's place in it. */
  readonly where: string;
  /** Version of the operator set that the file is written in. */
  readonly opset: number;
  /** An input left out is undefined. */
  readonly inputs: readonly (Node | undefined)[];
  /** How many outputs it has. */
  readonly outputs: number;
  readonly attributes: ReadonlyMap<string, AttributeProto>;
  /** The file's values of an initialiser that became a parameter. */
  readonly stored: ReadonlyMap<Node, TensorData>;
}

/** Makes the symbolic tensors that a call gives: one, or a list of which the call's outputs are the first ones. */
export type Reader = (call: OnnxCall) => Node | readonly Node[];

/** The error of a call that the engine has no form for. */
export const unsupported = (call: OnnxCall, what: string, remedy = "Export the network without it") =>
  new MareyError("ONNX_UNSUPPORTED", call.where, what, remedy);

/** An input that must be there. */
export function operand(call: OnnxCall, index: number): Node {
  const node = call.inputs[index];
  if (node) return node;
  throw new MareyError(
    "ONNX_INVALID",
    call.where,
    `${call.operator} lacks its input ${index}`,
    "Export the network again",
  );
}

/** An integer attribute. */
export const int = ({ attributes }: OnnxCall, name: string, otherwise: number): number =>
  attributes.has(name) ? Number(attributes.get(name)?.i) : otherwise;

/** A list of integers, undefined when the attribute is absent. */
export const ints = ({ attributes }: OnnxCall, name: string): number[] | undefined =>
  attributes.get(name)?.ints.map(Number);

export const float = ({ attributes }: OnnxCall, name: string, otherwise: number): number =>
  attributes.get(name)?.f ?? otherwise;

export const floats = ({ attributes }: OnnxCall, name: string): readonly number[] | undefined =>
  attributes.get(name)?.floats;

export function text({ attributes }: OnnxCall, name: string, otherwise: string): string {
  const bytes = attributes.get(name)?.s;
  return bytes ? new TextDecoder().decode(bytes) : otherwise;
}

/** A stored tensor, undefined when the attribute is absent. */
export function storedAttribute({ attributes, where }: OnnxCall, name: string): Stored | undefined {
  const proto = attributes.get(name)?.t;
  return proto && readTensor(proto, `${where}, ${name}`);
}

/** The values of an input if they are known while the file is read, undefined when the input is left out. */
export function values(call: OnnxCall, index: number): number[] | undefined {
  const node = call.inputs[index];
  if (!node) return undefined;
  const data =
    node.op === (Constant as Node["op"])
      ? (node.attributes as { data: TensorData }).data
      : call.stored.get(node);
  if (data) return Array.from(data as ArrayLike<number | bigint>, Number);
  throw unsupported(
    call,
    `input ${index} of ${call.operator} is only known when the network runs`,
    "Export the network with fixed sizes",
  );
}

/** What older operator sets give as an attribute and newer ones as an input. */
export const intsOrValues = (call: OnnxCall, name: string, index: number): number[] | undefined =>
  ints(call, name) ?? values(call, index);

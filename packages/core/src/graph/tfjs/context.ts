import { MareyError } from "../../error.js";
import { type Constant, values } from "./constant.js";
import type { Emitter, Value } from "./emit.js";
import type { TfNode } from "./topology.js";

/** Turns one TensorFlow node into ONNX; returns a value per output of the node. */
export type Converter = (graph: Emitter, node: TfNode, inputs: Value[]) => Value[];
export type Converters = Readonly<Record<string, Converter>>;

/** The error for a node that can't be converted. */
export function unfit(node: TfNode, what: string): MareyError {
  return new MareyError(
    "TFJS_NODE",
    `node "${node.name}" (${node.operator})`,
    what,
    "Check the model file; if it is whole, this form of the operator is not supported",
  );
}

/** Input i of a node. */
export function input(node: TfNode, inputs: readonly Value[], i: number): Value {
  const value = inputs[i];
  if (!value) throw unfit(node, `input ${i} is absent`);
  return value;
}

/** Input i, which must be known at import. */
export function constantInput(node: TfNode, inputs: readonly Value[], i: number, rank?: number): Constant {
  const { constant } = input(node, inputs, i);
  if (!constant) throw unfit(node, `input ${i} must be a constant`);
  if (rank !== undefined && constant.shape.length !== rank)
    throw unfit(node, `input ${i} has the shape [${constant.shape}], expected rank ${rank}`);
  return constant;
}

/** The integers of input i, which must be a short constant. */
export function integerInput(node: TfNode, inputs: readonly Value[], i: number): number[] {
  const constant = constantInput(node, inputs, i);
  if (constant.data.length > 1024) throw unfit(node, `input ${i} has ${constant.data.length} elements`);
  const numbers = values(constant);
  if (!numbers.every(Number.isSafeInteger)) throw unfit(node, `input ${i} must hold integers`);
  return numbers;
}

/** The only integer of input i, which must be a constant. */
export function oneInteger(node: TfNode, inputs: readonly Value[], i: number): number {
  const numbers = integerInput(node, inputs, i);
  if (numbers.length !== 1) throw unfit(node, `input ${i} must be one number`);
  return numbers[0];
}

/** An integer attribute, `otherwise` when absent. */
export function integer(node: TfNode, name: string, otherwise?: number): number {
  const raw = node.attributes[name]?.i ?? otherwise;
  const value = raw === undefined ? Number.NaN : Number(raw);
  if (!Number.isSafeInteger(value)) throw unfit(node, `attribute "${name}" is no integer (${raw})`);
  return value;
}

/** A float attribute; JSON made by protobuf writes infinities as text. */
export function float(node: TfNode, name: string, otherwise: number): number {
  const value = Number(node.attributes[name]?.f ?? otherwise);
  if (Number.isNaN(value)) throw unfit(node, `attribute "${name}" is no number`);
  return value;
}

export const flag = (node: TfNode, name: string): boolean => node.attributes[name]?.b === true;

/** A list of integers. */
export function integerList(node: TfNode, name: string): number[] {
  const numbers = (node.attributes[name]?.list?.i ?? []).map(Number);
  if (!numbers.every(Number.isSafeInteger)) throw unfit(node, `attribute "${name}" must hold integers`);
  return numbers;
}

/** A text attribute; the file has it in base64. Undefined when absent. */
export function text(node: TfNode, name: string): string | undefined {
  const raw = node.attributes[name]?.s;
  return raw === undefined ? undefined : base64(raw);
}

export const textList = (node: TfNode, name: string): string[] =>
  (node.attributes[name]?.list?.s ?? []).map(base64);

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Decodes base64 of ASCII text; characters outside the alphabet end it. */
function base64(encoded: string): string {
  let out = "";
  let bits = 0;
  let held = 0;
  for (const char of encoded) {
    const digit = DIGITS.indexOf(char);
    if (digit < 0) break;
    bits = ((bits << 6) | digit) & 0xffff;
    held += 6;
    if (held >= 8) {
      held -= 8;
      out += String.fromCharCode((bits >> held) & 255);
    }
  }
  return out;
}

/** Counts that decide how many results or nodes are made: bounded, so that a damaged file can't ask for millions. */
export function count(node: TfNode, name: string): number {
  const value = integer(node, name);
  if (value < 1 || value > 4096) throw unfit(node, `attribute "${name}" is ${value}, expected 1 to 4096`);
  return value;
}

/** The position (axis + 1 new for stacking) of an axis that may count from the end. */
export function axisOf(node: TfNode, axis: number, rank: number): number {
  const at = axis < 0 ? axis + rank : axis;
  if (at < 0 || at >= rank) throw unfit(node, `axis ${axis} of a tensor of rank ${rank}`);
  return at;
}

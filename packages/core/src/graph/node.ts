import { MareyError } from "../error.js";
import type { Attribute, ElementType, TensorData } from "./onnx.js";

/** Sizes of a tensor's axes. A symbolic tensor knows them all when it is made. */
export type Shape = readonly number[];

/** Element types that symbolic tensors have: float32 for values, int64 for indices, bool for masks, uint8 for bytes. */
export type NodeType = Extract<ElementType, "float32" | "int64" | "int32" | "bool" | "uint8">;

/**
 * A symbolic tensor: an operator applied to other symbolic tensors. Nothing is computed when one is made; only its
 * shape and type are checked. `id` counts in the order of making, so inputs have smaller ones.
 */
export interface Node<A extends object = object> {
  readonly id: number;
  readonly op: Op<A>;
  readonly inputs: readonly Node[];
  readonly attributes: A;
  readonly type: NodeType;
  readonly shape: Shape;
}

/** A symbolic tensor, or a number that stands for a constant. */
export type Operand = Node | number;

/** One operator of ONNX with its arguments; `undefined` is an input left out. */
export interface Call {
  readonly call: string;
  readonly inputs: readonly (Node | undefined)[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly domain?: string;
  /** Which of the call's outputs is meant, 0 when absent. Nodes with the same call share it. */
  readonly output?: number;
  /** How many outputs the kernel must be given, where it refuses to leave out those that nobody asks for. */
  readonly outputs?: number;
}

/**
 * An operator. Its shape rule throws through `refuse`; its gradient is in terms of other operators, never a kernel of
 * its own; its form is a call of ONNX, or a composition of other operators that takes its place when it is written.
 */
export interface Op<A extends object = object> {
  readonly name: string;
  shape(inputs: readonly Node[], attributes: A): Shape;
  /** The type of the result: the first input's when absent. */
  type?(inputs: readonly Node[], attributes: A): NodeType;
  /**
   * Given the gradient of the loss with respect to the node, those with respect to its inputs: in the input's shape, or
   * in one that broadcasting made larger (they are summed down where they meet); null where nothing flows.
   */
  gradient(node: Node<A>, g: Node): readonly (Node | null)[];
  form(node: Node<A>): Call | Node;
  /** A composition that takes the form's place on WebGPU, whose kernels can't do all that the processor's can. */
  plain?(node: Node<A>): Node;
  /** Values that the operator wants its state inputs (running statistics) to have afterwards. */
  updates?(node: Node<A>): readonly { readonly state: Node; readonly value: Node }[];
}

let made = 0;

/** Applies an operator: checks its inputs and gives the symbolic result. */
export function apply<A extends object>(op: Op<A>, inputs: readonly Node[], attributes: A): Node<A> {
  const shape = op.shape(inputs, attributes);
  const type = op.type ? op.type(inputs, attributes) : (inputs[0]?.type ?? "float32");
  return { id: made++, op, inputs, attributes, type, shape };
}

/** Throws the error of an operator that can't take its inputs: it names the operator and all shapes. */
export function refuse(operator: string, inputs: readonly Node[], what: string, remedy: string): never {
  const shapes = inputs.map(({ shape, type }) => `${type} [${shape}]`).join(", ");
  throw new MareyError("GRAPH_SHAPE", `operator ${operator}`, `${what}; given ${shapes}`, remedy);
}

/** The number of elements of a shape. */
export const sizeOf = (shape: Shape): number => shape.reduce((product, size) => product * size, 1);

export const sameShape = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((size, axis) => size === b[axis]);

/** Axes counted from 0: negative ones count from the end. `refuse`s one that isn't there. */
export function axesOf(operator: string, x: Node, axes: readonly number[]): number[] {
  const rank = x.shape.length;
  return axes.map((axis) => {
    if (!Number.isInteger(axis) || axis < -rank || axis >= rank)
      refuse(operator, [x], `axis ${axis} of a tensor with ${rank}`, "Give an axis that the tensor has");
    return axis < 0 ? axis + rank : axis;
  });
}

const noGradient = () => [];
const leaf = (name: string): never => {
  throw new Error(`${name} has no form: it is a leaf`);
};

interface InputAttributes {
  readonly name: string;
  readonly type: NodeType;
  readonly shape: Shape;
}

/** A tensor that is fed when the graph runs. */
export const Input: Op<InputAttributes> = {
  name: "Input",
  shape: (_, { shape }) => shape,
  type: (_, { type }) => type,
  gradient: noGradient,
  form: () => leaf("Input"),
};

/** A tensor that is fed under `name` when the graph runs: a batch's, a parameter, a piece of state. */
export const input = (name: string, shape: Shape, type: NodeType = "float32"): Node<InputAttributes> =>
  apply(Input, [], { name, type, shape });

interface ConstantAttributes {
  readonly data: TensorData;
  readonly type: NodeType;
  readonly shape: Shape;
}

/** A tensor whose values are written into the graph. */
export const Constant: Op<ConstantAttributes> = {
  name: "Constant",
  shape: (_, { shape, data }) => {
    if (data.length !== sizeOf(shape))
      refuse(
        "Constant",
        [],
        `${data.length} values for the shape [${shape}]`,
        "Give as many as the shape has",
      );
    return shape;
  },
  type: (_, { type }) => type,
  gradient: noGradient,
  form: () => leaf("Constant"),
};

/** A constant of numbers, float32 unless said. */
export function constant(
  values: number | readonly number[] | TensorData,
  shape?: Shape,
  type: NodeType = "float32",
): Node<ConstantAttributes> {
  const list = typeof values === "number" ? [values] : values;
  const size = shape ?? (typeof values === "number" ? [] : [list.length]);
  return apply(Constant, [], { data: ArrayBuffer.isView(list) ? list : pack(list, type), type, shape: size });
}

function pack(values: readonly number[], type: NodeType): TensorData {
  if (type === "float32") return Float32Array.from(values);
  if (type === "int64") return BigInt64Array.from(values, BigInt);
  if (type === "int32") return Int32Array.from(values);
  return Uint8Array.from(values);
}

/** The number that a constant of one element holds; undefined for everything else. */
export function scalarOf(node: Node): number | undefined {
  if (node.op !== (Constant as Op)) return undefined;
  const { data } = node.attributes as ConstantAttributes;
  return data.length === 1 ? Number(data[0]) : undefined;
}

/** An operand as a node. */
export const toNode = (value: Operand, type: NodeType = "float32"): Node =>
  typeof value === "number" ? constant(value, [], type) : value;

/** What random leaves hold: float32 in [0, 1), float32 of the normal distribution, or bytes 0…255. */
export type Distribution = "uniform" | "normal" | "bytes";

interface RandomAttributes {
  readonly distribution: Distribution;
  readonly shape: Shape;
}

/** A tensor that whoever runs the graph fills anew for each run, from a seed. */
export const RandomLeaf: Op<RandomAttributes> = {
  name: "Random",
  shape: (_, { shape }) => shape,
  type: (_, { distribution }) => (distribution === "bytes" ? "uint8" : "float32"),
  gradient: noGradient,
  form: () => leaf("Random"),
};

/**
 * Random numbers, new in each run. They are fed and not made inside the graph, so that a run follows from its seed
 * alone, on any device, and a training that is resumed draws the same ones.
 */
export const randomLeaf = (shape: Shape, distribution: Distribution): Node<RandomAttributes> =>
  apply(RandomLeaf, [], { distribution, shape });

/**
 * All nodes that `outputs` depend on, each after its inputs; those `known` and what only they need are left out.
 * Iterative: recurrent graphs are thousands deep.
 */
export function inOrder(
  outputs: readonly Node[],
  known: { has(node: Node): boolean } = new Set<Node>(),
): Node[] {
  const seen = new Set<Node>();
  const order: Node[] = [];
  const stack: { node: Node; ready: boolean }[] = outputs.map((node) => ({ node, ready: false })).reverse();
  while (stack.length > 0) {
    const { node, ready } = stack.pop() as { node: Node; ready: boolean };
    if (ready) order.push(node);
    else if (!seen.has(node) && !known.has(node)) {
      seen.add(node);
      stack.push({ node, ready: true });
      for (let i = node.inputs.length - 1; i >= 0; i--)
        if (!seen.has(node.inputs[i])) stack.push({ node: node.inputs[i], ready: false });
    }
  }
  return order;
}

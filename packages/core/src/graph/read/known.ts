import { Constant, constant, inOrder, type Node, type NodeType, type Shape, sizeOf } from "../node.js";
import type { TensorData } from "../onnx.js";

/** Results of more elements are left to the runtime. */
const LARGEST = 4096;

/**
 * The constant that a node is whose leaves are all constants: shapes, axes, paddings and scales, which exporters compute
 * from other shapes. Undefined where a leaf isn't constant, an operator isn't one of those that such sums consist of,
 * or the result is large.
 */
export function knownConstant(node: Node): Node | undefined {
  const known = new Map<Node, readonly number[]>();
  for (const each of inOrder([node])) {
    if (sizeOf(each.shape) > LARGEST) return undefined;
    const inputs = each.inputs.map((from) => known.get(from) as readonly number[]);
    const value = each.op === (Constant as Node["op"]) ? stored(each) : compute(each, inputs);
    if (!value) return undefined;
    known.set(each, value);
  }
  return constant(packed(known.get(node) as readonly number[], node.type), node.shape, node.type);
}

const stored = (node: Node): number[] =>
  Array.from((node.attributes as { data: TensorData }).data as ArrayLike<number | bigint>, Number);

/** Exporters write "to the end" as the largest int64, which a double can't hold. */
const toBigInt = (value: number) =>
  BigInt(Math.min(Math.max(Math.trunc(value) || 0, -Number.MAX_SAFE_INTEGER), Number.MAX_SAFE_INTEGER));

function packed(values: readonly number[], type: NodeType): TensorData {
  if (type === "float32") return Float32Array.from(values);
  if (type === "int64") return BigInt64Array.from(values, toBigInt);
  if (type === "int32") return Int32Array.from(values);
  return Uint8Array.from(values);
}

type Compute = (...values: number[]) => number;
const truth = (test: (a: number, b: number) => boolean): Compute => {
  return (a, b) => Number(test(a, b));
};

/** Operators that treat each element by itself. */
const pointwise: Readonly<Record<string, Compute>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Max: Math.max,
  Min: Math.min,
  Pow: (a, b) => a ** b,
  Greater: truth((a, b) => a > b),
  Less: truth((a, b) => a < b),
  GreaterOrEqual: truth((a, b) => a >= b),
  LessOrEqual: truth((a, b) => a <= b),
  Equal: truth((a, b) => a === b),
  And: truth((a, b) => a !== 0 && b !== 0),
  Or: truth((a, b) => a !== 0 || b !== 0),
  Not: (a) => Number(a === 0),
  Neg: (a) => -a,
  Abs: Math.abs,
  Sign: Math.sign,
  Floor: Math.floor,
  Ceil: Math.ceil,
  Sqrt: Math.sqrt,
  Reciprocal: (a) => 1 / a,
  Where: (condition, a, b) => (condition ? a : b),
};

/** Operators that fold a group of elements into one. */
const folding: Readonly<Record<string, Compute>> = {
  ReduceSum: (a, b) => a + b,
  ReduceMax: Math.max,
  ReduceMin: Math.min,
};

type Values = readonly number[];

function compute(node: Node, inputs: readonly Values[]): Values | undefined {
  const { name } = node.op;
  if (name === "Div") return byElement(node, inputs, divideAs(node.type));
  if (name === "Cast") return byElement(node, inputs, castTo(node));
  if (Object.hasOwn(pointwise, name)) return byElement(node, inputs, pointwise[name]);
  if (Object.hasOwn(folding, name)) return reduced(node, inputs[0], folding[name]);
  return Object.hasOwn(moved, name) ? moved[name](node, inputs) : undefined;
}

/** Integers are divided as ONNX does, towards zero. */
const divideAs = (type: NodeType): Compute =>
  type === "float32" ? (a, b) => a / b : (a, b) => Math.trunc(a / b);

function castTo({ type, inputs: [x] }: Node): Compute {
  if (type === "bool") return (a) => Number(a !== 0);
  return type === "float32" || x.type !== "float32" ? (a) => a : Math.trunc;
}

/** The elements' places: coordinates from a flat index and back. */
function coordinates(index: number, shape: Shape): number[] {
  const at = new Array<number>(shape.length);
  let rest = index;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    at[axis] = rest % shape[axis];
    rest = Math.floor(rest / shape[axis]);
  }
  return at;
}
const place = (at: readonly number[], shape: Shape): number =>
  shape.reduce((index, size, axis) => index * size + at[axis], 0);

/** Computes each element of a shape from its coordinates. */
const filled = (shape: Shape, value: (at: readonly number[]) => number): number[] =>
  Array.from({ length: sizeOf(shape) }, (_, i) => value(coordinates(i, shape)));

/** The element of a tensor that broadcasting puts at coordinates of a larger shape. */
const spread = (values: Values, shape: Shape, at: readonly number[]): number =>
  values[
    place(
      shape.map((size, i) => (size === 1 ? 0 : at[i + at.length - shape.length])),
      shape,
    )
  ];

const byElement = ({ shape, inputs }: Node, values: readonly Values[], compute: Compute): Values =>
  filled(shape, (at) => compute(...values.map((list, i) => spread(list, inputs[i].shape, at))));

function reduced({ shape, inputs: [x] }: Node, values: Values, compute: Compute): Values {
  const out = new Array<number | undefined>(sizeOf(shape)).fill(undefined);
  values.forEach((value, i) => {
    const to = place(
      coordinates(i, x.shape).map((at, axis) => (shape[axis] === 1 ? 0 : at)),
      shape,
    );
    const before = out[to];
    out[to] = before === undefined ? value : compute(before, value);
  });
  return out.map((value) => value ?? 0);
}

interface Attributes {
  readonly permutation: readonly number[];
  readonly axes: readonly number[];
  readonly starts: readonly number[];
  readonly steps: readonly number[];
  readonly axis: number;
}

/** Operators that put elements elsewhere; a negative index counts from the axis's end. */
const moved: Readonly<Record<string, (node: Node, inputs: readonly Values[]) => Values | undefined>> = {
  Reshape: (_, [values]) => values,
  Expand: (node, inputs) => byElement(node, inputs, (a) => a),
  Transpose: ({ shape, inputs: [x], attributes }, [values]) => {
    const { permutation } = attributes as Attributes;
    return filled(shape, (at) => {
      const from = new Array<number>(at.length);
      permutation.forEach((axis, i) => {
        from[axis] = at[i];
      });
      return values[place(from, x.shape)];
    });
  },
  Slice: ({ shape, inputs: [x], attributes }, [values]) => {
    const { axes, starts, steps } = attributes as Attributes;
    return filled(shape, (at) => {
      const from = [...at];
      axes.forEach((axis, i) => {
        from[axis] = starts[i] + at[axis] * steps[i];
      });
      return values[place(from, x.shape)];
    });
  },
  Gather: ({ shape, inputs: [x, indices], attributes }, [values, list]) => {
    const { axis } = attributes as Attributes;
    const rank = indices.shape.length;
    const size = x.shape[axis];
    if (list.some((index) => index < -size || index >= size)) return undefined; // the runtime's error
    return filled(shape, (at) => {
      const index = list[place(at.slice(axis, axis + rank), indices.shape)];
      const from = [...at.slice(0, axis), index < 0 ? index + size : index, ...at.slice(axis + rank)];
      return values[place(from, x.shape)];
    });
  },
  Concat: ({ shape, inputs, attributes }, parts) => {
    const { axis } = attributes as Attributes;
    return filled(shape, (at) => {
      let i = 0;
      let index = at[axis];
      while (index >= inputs[i].shape[axis]) index -= inputs[i++].shape[axis];
      return parts[i][place(at.with(axis, index), inputs[i].shape)];
    });
  },
};

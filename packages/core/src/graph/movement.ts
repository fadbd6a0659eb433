import { foldTranspose, smallConstant } from "./fold.js";
import {
  apply,
  axesOf,
  constant,
  type Node,
  type Op,
  refuse,
  type Shape,
  sameShape,
  sizeOf,
} from "./node.js";

const int64 = (values: readonly number[]) => constant(values, [values.length], "int64");

const Reshape: Op<{ shape: Shape }> = {
  name: "Reshape",
  shape: ([x], { shape }) => {
    if (sizeOf(shape) !== sizeOf(x.shape) || shape.some((size) => !Number.isInteger(size) || size < 0))
      refuse(
        "Reshape",
        [x],
        `${sizeOf(x.shape)} elements can't become [${shape}]`,
        "Keep the number of elements",
      );
    return shape;
  },
  gradient: ({ inputs: [x] }, g) => [reshape(g, x.shape)],
  form: ({ inputs: [x], shape }) => ({
    call: "Reshape",
    inputs: [x, int64(shape)],
    attributes: { allowzero: 1 },
  }),
};
/** The same elements in another shape; one size may be −1 and follows from the others. */
export function reshape(x: Node, shape: Shape): Node {
  const known = shape.reduce((product, size) => (size === -1 ? product : product * size), 1);
  const whole = shape.map((size) => (size === -1 ? sizeOf(x.shape) / known : size));
  if (sameShape(whole, x.shape)) return x;
  Reshape.shape([x], { shape: whole }); // refuses what doesn't fit
  const folded = smallConstant(x);
  if (folded) return constant(folded, whole);
  const from = x.op === (Reshape as Op) ? x.inputs[0] : x;
  return sameShape(whole, from.shape) ? from : apply(Reshape, [from], { shape: whole });
}

const Transpose: Op<{ permutation: readonly number[] }> = {
  name: "Transpose",
  shape: ([x], { permutation }) => {
    const sorted = [...permutation].sort((a, b) => a - b);
    if (permutation.length !== x.shape.length || sorted.some((axis, i) => axis !== i))
      refuse("Transpose", [x], `[${permutation}] is no order of its axes`, "Name each axis once");
    return permutation.map((axis) => x.shape[axis]);
  },
  gradient: ({ attributes: { permutation } }, g) => [transpose(g, inverse(permutation))],
  form: ({ inputs, attributes: { permutation } }) => ({
    call: "Transpose",
    inputs,
    attributes: { perm: permutation },
  }),
};
const inverse = (permutation: readonly number[]) => permutation.map((_, axis) => permutation.indexOf(axis));
/** Axis i of the result is axis `permutation[i]` of x; without one, the last two change places. */
export function transpose(x: Node, permutation?: readonly number[]): Node {
  const axes = x.shape.map((_, axis) => axis);
  const order = permutation ?? [...axes.slice(0, -2), axes.length - 1, axes.length - 2];
  if (order.length === axes.length && order.every((axis, i) => axis === i)) return x;
  Transpose.shape([x], { permutation: order }); // refuses what is no order
  if (x.op !== (Transpose as Op))
    return foldTranspose(x, order) ?? apply(Transpose, [x], { permutation: order });
  const { permutation: before } = x.attributes as { permutation: readonly number[] };
  return transpose(
    x.inputs[0],
    order.map((axis) => before[axis]),
  );
}

export const Expand: Op<{ shape: Shape }> = {
  name: "Expand",
  shape: ([x], { shape }) => {
    const lead = shape.length - x.shape.length;
    if (lead < 0 || x.shape.some((size, i) => size !== 1 && size !== shape[i + lead]))
      refuse("Expand", [x], `can't become [${shape}]`, "Only axes of size 1 can grow");
    return shape;
  },
  gradient: (_, g) => [g], // summed to the input's shape by gradients()
  form: ({ inputs: [x], shape }) => ({ call: "Expand", inputs: [x, int64(shape)] }),
};
/** Repeats axes of size 1, and puts new axes in front. */
export const expand = (x: Node, shape: Shape): Node =>
  sameShape(x.shape, shape) ? x : apply(Expand, [x], { shape });

interface SliceAttributes {
  readonly axes: readonly number[];
  readonly starts: readonly number[];
  /** The last taken element's successor; with a negative step, its predecessor (−1 for the axis's begin). */
  readonly ends: readonly number[];
  readonly steps: readonly number[];
}

/** ONNX counts a negative end from the axis's end; this one lies before its begin for every size. */
const BEFORE_BEGIN = -(2 ** 31);
const Slice: Op<SliceAttributes> = {
  name: "Slice",
  shape: ([x], { axes, starts, ends, steps }) => {
    const shape = [...x.shape];
    axes.forEach((axis, i) => {
      shape[axis] = Math.max(0, Math.ceil((ends[i] - starts[i]) / steps[i]));
    });
    return shape;
  },
  gradient: ({ inputs: [x], attributes }, g) => [spread(g, x.shape, attributes)],
  form: ({ inputs: [x], attributes: { axes, starts, ends, steps } }) => ({
    call: "Slice",
    inputs: [
      x,
      int64(starts),
      int64(ends.map((end) => (end < 0 ? BEFORE_BEGIN : end))),
      int64(axes),
      int64(steps),
    ],
  }),
};

/** A slice of one axis: elements start, start + step, … before end. Negative start and end count from the axis's end. */
export function slice(x: Node, axis: number, start: number, end?: number, step = 1): Node {
  const [at] = axesOf("Slice", x, [axis]);
  const size = x.shape[at];
  const clamp = (value: number, low: number, high: number) =>
    Math.min(Math.max(value < 0 ? value + size : value, low), high);
  if (!Number.isInteger(step) || step === 0)
    refuse("Slice", [x], `step ${step}`, "Give a whole number other than 0");
  const from = step > 0 ? clamp(start, 0, size) : clamp(start, 0, size - 1);
  const to = step > 0 ? clamp(end ?? size, 0, size) : end === undefined ? -1 : clamp(end, -1, size - 1);
  if (from === 0 && to === size && step === 1) return x;
  return sliced(x, { axes: [at], starts: [from], ends: [to], steps: [step] });
}

/** Slices of different axes, one after the other, are one call. */
function sliced(x: Node, last: SliceAttributes): Node {
  if (x.op !== (Slice as Op)) return apply(Slice, [x], last);
  const first = x.attributes as SliceAttributes;
  if (first.axes.some((axis) => last.axes.includes(axis))) return apply(Slice, [x], last);
  const both = (key: keyof SliceAttributes) => [...first[key], ...last[key]];
  return apply(Slice, [x.inputs[0]], {
    axes: both("axes"),
    starts: both("starts"),
    ends: both("ends"),
    steps: both("steps"),
  });
}

/** The reverse order of elements along axes. */
export const flip = (x: Node, axes: readonly number[]): Node =>
  axes.reduce((y, axis) => (y.shape[axisOf(y, axis)] === 0 ? y : slice(y, axis, -1, undefined, -1)), x);
const axisOf = (x: Node, axis: number) => axesOf("Flip", x, [axis])[0];

/** Puts what a slice took back into its place among zeros. */
function spread(g: Node, shape: Shape, { axes, starts, steps }: SliceAttributes): Node {
  return axes.reduce((y, axis, i) => {
    const step = Math.abs(steps[i]);
    const upright = steps[i] < 0 ? flip(y, [axis]) : y;
    const taken = upright.shape[axis];
    if (taken === 0)
      return expand(
        constant(0),
        y.shape.map((size, a) => (a === axis ? shape[axis] : size)),
      );
    const first = steps[i] < 0 ? starts[i] - (taken - 1) * step : starts[i];
    const wide = dilate(upright, axis, step);
    return padAxis(wide, axis, first, shape[axis] - first - wide.shape[axis]);
  }, g);
}

/** Zeros between the elements of an axis: element i comes to lie at i·step. */
export function dilate(x: Node, axis: number, step: number): Node {
  const size = x.shape[axis];
  if (step === 1 || size <= 1) return x;
  const before = x.shape.slice(0, axis + 1);
  const after = x.shape.slice(axis + 1);
  const cells = padAxis(reshape(x, [...before, 1, ...after]), axis + 1, 0, step - 1);
  const joined = reshape(cells, [...x.shape.slice(0, axis), size * step, ...after]);
  return slice(joined, axis, 0, size * step - (step - 1));
}

interface PadAttributes {
  readonly pads: readonly number[];
  readonly value: number;
}

export const Pad: Op<PadAttributes> = {
  name: "Pad",
  shape: ([x], { pads }) => x.shape.map((size, i) => size + pads[i] + pads[i + x.shape.length]),
  gradient: ({ attributes: { pads } }, g) => [
    pad(
      g,
      pads.map((p) => -p),
    ),
  ],
  form: ({ inputs: [x], attributes: { pads, value } }) => ({
    call: "Pad",
    inputs: [x, int64(pads), ...(value === 0 ? [] : [constant(value)])],
  }),
};
/** Adds a constant around: all axes' begins, then all ends; negative numbers crop. */
export function pad(x: Node, pads: readonly number[], value = 0): Node {
  if (pads.length !== 2 * x.shape.length)
    refuse("Pad", [x], `${pads.length} pads`, "Give a begin for each axis, then an end for each");
  const rank = x.shape.length;
  if (x.shape.some((size, i) => size + Math.min(pads[i], 0) + Math.min(pads[i + rank], 0) < 0))
    refuse("Pad", [x], `pads [${pads}] crop more than there is`, "Crop less");
  if (pads.every((p) => p === 0)) return x;
  if (x.op !== (Pad as Op)) return apply(Pad, [x], { pads, value });
  const before = x.attributes as PadAttributes;
  const growing = [...pads, ...before.pads].every((p) => p >= 0) && before.value === value;
  return growing
    ? apply(Pad, [x.inputs[0]], { pads: pads.map((p, i) => p + before.pads[i]), value })
    : apply(Pad, [x], { pads, value });
}

/** Adds a constant at an axis's begin and end; negative numbers crop. */
export function padAxis(x: Node, axis: number, begin: number, end: number, value = 0): Node {
  const pads = new Array<number>(2 * x.shape.length).fill(0);
  pads[axis] = begin;
  pads[axis + x.shape.length] = end;
  return pad(x, pads, value);
}

export const Concat: Op<{ axis: number }> = {
  name: "Concat",
  shape: (inputs, { axis }) => {
    const [first] = inputs;
    const fits = inputs.every(
      (x) => x.type === first.type && sameShape(without(x.shape, axis), without(first.shape, axis)),
    );
    if (!fits)
      refuse("Concat", inputs, `they differ beside axis ${axis}`, "Make the other axes and the types equal");
    return first.shape.map((size, i) =>
      i === axis ? inputs.reduce((sum, x) => sum + x.shape[axis], 0) : size,
    );
  },
  gradient: ({ inputs, attributes: { axis } }, g) => {
    let start = 0;
    return inputs.map((x) => {
      start += x.shape[axis];
      return slice(g, axis, start - x.shape[axis], start);
    });
  },
  form: ({ inputs, attributes: { axis } }) => ({ call: "Concat", inputs, attributes: { axis } }),
};
const without = (shape: Shape, axis: number) => shape.filter((_, i) => i !== axis);
/** Joins tensors along an axis. */
export function concat(parts: readonly Node[], axis: number): Node {
  if (parts.length === 0) refuse("Concat", [], "nothing to join", "Give at least one tensor");
  if (parts.length === 1) return parts[0];
  return apply(Concat, parts, { axis: axesOf("Concat", parts[0], [axis])[0] });
}

/** x with a new axis of size 1. */
export const unsqueeze = (x: Node, axis: number): Node => {
  const at = axis < 0 ? axis + x.shape.length + 1 : axis;
  return reshape(x, [...x.shape.slice(0, at), 1, ...x.shape.slice(at)]);
};

/** Joins tensors of one shape along a new axis. */
export const stack = (parts: readonly Node[], axis: number): Node =>
  concat(
    parts.map((part) => unsqueeze(part, axis)),
    axis < 0 ? axis + parts[0].shape.length + 1 : axis,
  );

/** The pieces of an axis, of the given sizes. */
export function split(x: Node, axis: number, sizes: readonly number[]): Node[] {
  let start = 0;
  return sizes.map((size) => {
    start += size;
    return slice(x, axis, start - size, start);
  });
}

export const movement: Readonly<Record<string, Op>> = { Reshape, Transpose, Expand, Slice, Pad, Concat };

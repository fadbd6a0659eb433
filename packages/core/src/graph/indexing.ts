import { add, cast, equal, less, mul, where } from "./elementwise.js";
import { matmul } from "./linear.js";
import { expand, reshape, unsqueeze } from "./movement.js";
import {
  apply,
  axesOf,
  type Call,
  constant,
  type Node,
  type NodeType,
  type Op,
  refuse,
  type Shape,
  sizeOf,
} from "./node.js";
import { reduceSum } from "./reduce.js";

const AS_LONG_AS_DATA = "Give an int64 index for each place, with as many axes as the data has";
const zeros = (shape: Shape) => expand(constant(0), shape);

/**
 * Rows of so many numbers at most get their gradients by a matrix product: for 48 numbers it takes 6 ms where scattering
 * takes 14; for 250 they are even.
 */
const FEW = 128;

/** Of gathered elements the gradient: each returns to its place, and those of one place are added. */
function putBack(x: Node, indices: Node, axis: number, g: Node): Node {
  const [places, count] = [x.shape[axis], sizeOf(indices.shape)];
  const [before, after] = [x.shape.slice(0, axis), x.shape.slice(axis + 1)];
  const [outer, inner] = [sizeOf(before), sizeOf(after)];
  const flat = reshape(indices, [count]);
  if ((outer === 1 ? places : Math.max(places, count) * inner) > FEW)
    return indexAdd(zeros(x.shape), axis, flat, reshape(g, [...before, count, ...after]));
  const rows = oneHot(fromStart(flat, constant(places, [], indices.type)), places);
  const back =
    outer === 1
      ? matmul(rows, reshape(g, [count, inner]), { transA: true })
      : matmul(reshape(g, [outer, count * inner]), spreadOver(rows, inner));
  return reshape(back, x.shape);
}

/** The Kronecker product of a matrix with the identity: it moves groups of `inner` elements as the matrix moves single ones. */
function spreadOver(rows: Node, inner: number): Node {
  const [count, places] = rows.shape;
  const same = constant(
    Float32Array.from({ length: inner ** 2 }, (_, i) => Number(i % (inner + 1) === 0)),
    [inner, 1, inner],
  );
  return reshape(mul(reshape(rows, [count, 1, places, 1]), same), [count * inner, places * inner]);
}

/** Indices that count from an axis's start, where negative ones counted from its end. */
const fromStart = (indices: Node, size: Node): Node => where(less(indices, 0), add(indices, size), indices);

function requireIndices(operator: string, x: Node, indices: Node): void {
  if (indices.type !== "int64" && indices.type !== "int32")
    refuse(operator, [x, indices], "indices are no integers", "Cast them to int64");
}

const Gather: Op<{ axis: number }> = {
  name: "Gather",
  shape: ([x, indices], { axis }) => {
    requireIndices("Gather", x, indices);
    return [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)];
  },
  gradient: ({ inputs: [x, indices], attributes: { axis } }, g) => [putBack(x, indices, axis, g), null],
  form: ({ inputs, attributes }) => ({ call: "Gather", inputs, attributes: { ...attributes } }),
};
/** The elements of an axis that integer indices name; the indices' axes stand in its place. Negative ones count from the end. */
export const gather = (x: Node, indices: Node, axis = 0): Node =>
  apply(Gather, [x, indices], { axis: axesOf("Gather", x, [axis])[0] });

/** The rows of a table (classes × size) that indices of any shape name. */
export const embedding = (weight: Node, indices: Node): Node => gather(weight, indices, 0);

function requireAligned(operator: string, [x, indices, updates]: readonly Node[], axis: number): void {
  requireIndices(operator, x, indices);
  const within = indices.shape.every((size, i) => i === axis || size <= x.shape[i]);
  if (indices.shape.length !== x.shape.length || !within)
    refuse(operator, [x, indices], `indices don't lie within the data beside axis ${axis}`, AS_LONG_AS_DATA);
  if (updates && updates.shape.join() !== indices.shape.join())
    refuse(operator, [x, indices, updates], "updates and indices differ", "Give one update for each index");
}

const GatherElements: Op<{ axis: number }> = {
  name: "GatherElements",
  shape: (inputs, { axis }) => {
    requireAligned("GatherElements", inputs, axis);
    return inputs[1].shape;
  },
  gradient: ({ inputs: [x, indices], attributes: { axis } }, g) => [
    scatterElements(zeros(x.shape), indices, g, axis, "add"),
    null,
  ],
  form: ({ inputs, attributes }) => ({ call: "GatherElements", inputs, attributes: { ...attributes } }),
};
/** y[i][j][k] = x[i][index[i][j][k]][k] for axis 1: each place has an index of its own along the axis. */
export const gatherElements = (x: Node, indices: Node, axis: number): Node =>
  apply(GatherElements, [x, indices], { axis: axesOf("GatherElements", x, [axis])[0] });

interface ScatterAttributes {
  readonly axis: number;
  readonly reduction: "none" | "add";
}

/**
 * Not ScatterND, though it is several times faster: ONNX Runtime runs it in parallel, and repeated indices race (of 60
 * runs on two threads that added 400,000 numbers in 7 places 7 gave other sums; its issue 18048).
 */
const ScatterElements: Op<ScatterAttributes> = {
  name: "ScatterElements",
  shape: (inputs, { axis }) => {
    requireAligned("ScatterElements", inputs, axis);
    return inputs[0].shape;
  },
  gradient: ({ inputs: [, indices], attributes: { axis, reduction } }, g) => [
    reduction === "add" ? g : scatterElements(g, indices, zeros(indices.shape), axis),
    null,
    gatherElements(g, indices, axis),
  ],
  form: ({ inputs, attributes: { axis, reduction } }): Call => ({
    call: "ScatterElements",
    inputs,
    attributes: { axis, ...(reduction !== "none" && { reduction }) },
  }),
};
/**
 * x with `updates` put (or added) where the indices say, as `gatherElements` would read them. An index must not repeat
 * unless updates are added.
 */
export const scatterElements = (
  x: Node,
  indices: Node,
  updates: Node,
  axis: number,
  reduction: "none" | "add" = "none",
): Node =>
  apply(ScatterElements, [x, indices, updates], { axis: axesOf("ScatterElements", x, [axis])[0], reduction });

/** x with slices added along an axis: slice i of `updates` to slice `indices[i]`. Indices may repeat. */
export function indexAdd(x: Node, axis: number, indices: Node, updates: Node): Node {
  const [at] = axesOf("IndexAdd", x, [axis]);
  if (indices.shape.length !== 1 || indices.shape[0] !== updates.shape[at])
    refuse(
      "IndexAdd",
      [x, indices, updates],
      "expected a list of indices",
      "Give one for each slice of updates",
    );
  const places = updates.shape.map((size, i) => (i === at ? size : 1));
  return scatterElements(x, expand(reshape(indices, places), updates.shape), updates, at, "add");
}

/** Slices of x at points: the last axis of `indices` counts along x's leading axes. */
export function gatherNd(x: Node, indices: Node): Node {
  requireIndices("GatherNd", x, indices);
  const depth = indices.shape.at(-1) ?? 0;
  if (depth < 1 || depth > x.shape.length)
    refuse("GatherNd", [x, indices], `points of ${depth} coordinates`, "Give 1 up to as many as x has axes");
  const leading = x.shape.slice(0, depth);
  const list = (values: readonly number[]) => constant(values, [depth], indices.type);
  const upright = fromStart(indices, list(leading));
  const strides = leading.map((_, i) => sizeOf(leading.slice(i + 1)));
  const flat = reduceSum(mul(upright, list(strides)), [-1]);
  return gather(reshape(x, [sizeOf(leading), ...x.shape.slice(depth)]), flat, 0);
}

/** 1 at the index's place on a new last axis, else 0. */
export function oneHot(indices: Node, classes: number, type: NodeType = "float32"): Node {
  requireIndices("OneHot", indices, indices);
  const all = constant(
    Array.from({ length: classes }, (_, i) => i),
    [classes],
    indices.type,
  );
  return cast(equal(unsqueeze(indices, -1), all), type);
}

interface TopKAttributes {
  readonly k: number;
  readonly axis: number;
  readonly largest: boolean;
  readonly output: "values" | "indices";
}

/** One call with two outputs: a node for each, which share it. */
const TopK: Op<TopKAttributes> = {
  name: "TopK",
  shape: ([x], { k, axis }) => {
    if (!Number.isInteger(k) || k < 0 || k > x.shape[axis])
      refuse("TopK", [x], `${k} of axis ${axis}`, "Ask for as many as the axis has, at most");
    return x.shape.map((size, i) => (i === axis ? k : size));
  },
  type: ([x], { output }) => (output === "values" ? x.type : "int64"),
  gradient: ({ inputs: [x], attributes }, g) => {
    if (attributes.output === "indices") return [null];
    const indices = apply(TopK, [x], { ...attributes, output: "indices" });
    return [scatterElements(zeros(x.shape), indices, g, attributes.axis)];
  },
  form: ({ inputs: [x], attributes: { k, axis, largest, output } }): Call => ({
    call: "TopK",
    inputs: [x, constant([k], [1], "int64")],
    attributes: { axis, largest: Number(largest), sorted: 1 },
    output: output === "values" ? 0 : 1,
    outputs: 2,
  }),
};
/** The k largest (or smallest) elements along an axis in order, and where they stood. Of equal ones the first comes first. */
export function topK(x: Node, k: number, axis = -1, largest = true): { values: Node; indices: Node } {
  const [at] = axesOf("TopK", x, [axis]);
  const part = (output: TopKAttributes["output"]) => apply(TopK, [x], { k, axis: at, largest, output });
  return { values: part("values"), indices: part("indices") };
}

/** All elements along an axis in order, and where they stood. */
export const sort = (x: Node, axis = -1, descending = false): { values: Node; indices: Node } =>
  topK(x, x.shape[axesOf("Sort", x, [axis])[0]], axis, descending);

const argument = (name: string): Op<{ axis: number }> => ({
  name,
  shape: ([x], { axis }) => x.shape.map((size, i) => (i === axis ? 1 : size)),
  type: () => "int64",
  gradient: () => [null],
  form: ({ inputs, attributes: { axis } }) => ({ call: name, inputs, attributes: { axis, keepdims: 1 } }),
});
const ArgMax = argument("ArgMax");
const ArgMin = argument("ArgMin");
const argumentOf =
  (op: Op<{ axis: number }>) =>
  (x: Node, axis: number, keepDims = false): Node => {
    const [at] = axesOf(op.name, x, [axis]);
    const y = apply(op, [x], { axis: at });
    return keepDims ? y : reshape(y, [...y.shape.slice(0, at), ...y.shape.slice(at + 1)]);
  };
/** Where along an axis the largest element stands; the first of equal ones. */
export const argMax = argumentOf(ArgMax);
/** Where along an axis the smallest element stands; the first of equal ones. */
export const argMin = argumentOf(ArgMin);

export const indexing: Readonly<Record<string, Op>> = {
  Gather, GatherElements, ScatterElements, TopK, ArgMax, ArgMin,
}; // biome-ignore format: a table

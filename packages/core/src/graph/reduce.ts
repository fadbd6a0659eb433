import { cast, div, equal, mul } from "./elementwise.js";
import { expand, reshape } from "./movement.js";
import { apply, axesOf, type Call, constant, type Node, type Op, type Shape, sizeOf } from "./node.js";

/** What a reduction is told. */
export interface ReduceAttributes {
  /** Sorted, from 0. The axes stay, with size 1. */
  readonly axes: readonly number[];
}

/** x's shape with the axes reduced to size 1. */
export const reduced = (x: Node, axes: readonly number[]): Shape =>
  x.shape.map((size, i) => (axes.includes(i) ? 1 : size));

/** ReduceSum takes its axes as an input in operator set 17, the others as an attribute. */
function reduceOp(name: string, gradient: Op<ReduceAttributes>["gradient"]): Op<ReduceAttributes> {
  return {
    name,
    shape: ([x], { axes }) => reduced(x, axes),
    gradient,
    form: ({ inputs: [x], attributes: { axes } }): Call =>
      name === "ReduceSum"
        ? { call: name, inputs: [x, constant(axes, [axes.length], "int64")], attributes: { keepdims: 1 } }
        : { call: name, inputs: [x], attributes: { axes, keepdims: 1 } },
  };
}

/** Ties share the gradient equally. */
const extremum: Op<ReduceAttributes>["gradient"] = (y, g) => {
  const [x] = y.inputs;
  const chosen = cast(equal(x, y), "float32");
  return [mul(chosen, div(g, reduceSum(chosen, y.attributes.axes, true)))];
};

const ReduceSum = reduceOp("ReduceSum", ({ inputs: [x] }, g) => [expand(g, x.shape)]);
const ReduceMean = reduceOp("ReduceMean", ({ inputs: [x], attributes: { axes } }, g) => [
  expand(mul(g, 1 / sizeOf(axes.map((axis) => x.shape[axis]))), x.shape),
]);
const ReduceMax = reduceOp("ReduceMax", extremum);
const ReduceMin = reduceOp("ReduceMin", extremum);

/** Applies a reduction over axes (all when absent) and drops them, unless they are kept with size 1. */
export function reduceOver<A extends ReduceAttributes>(
  op: Op<A>,
  x: Node,
  axes: readonly number[] | undefined,
  keepDims: boolean,
  options: Omit<A, "axes">,
): Node {
  const over = axes ? axesOf(op.name, x, axes).sort((a, b) => a - b) : x.shape.map((_, i) => i);
  const y = apply(op, [x], { ...options, axes: over } as unknown as A);
  return keepDims ? y : dropAxes(y, over);
}

/** x without axes of size 1. */
export const dropAxes = (x: Node, axes: readonly number[]): Node =>
  reshape(
    x,
    x.shape.filter((_, i) => !axes.includes(i)),
  );

/** A reduction over no axes is nothing, whatever the reduction. */
const reduction =
  (op: Op<ReduceAttributes>) =>
  (x: Node, axes?: readonly number[], keepDims = false): Node =>
    (axes ?? x.shape).length === 0 ? x : reduceOver(op, x, axes, keepDims, {});

/** The sum over axes (all when absent), which are dropped or kept with size 1. So the other reductions. */
export const reduceSum = reduction(ReduceSum);
/** The mean over axes. */
export const reduceMean = reduction(ReduceMean);
/** The largest over axes; equal ones share the gradient. */
export const reduceMax = reduction(ReduceMax);
/** The smallest over axes; equal ones share the gradient. */
export const reduceMin = reduction(ReduceMin);

/** Sums x down to a shape that broadcasts to x's: the one place that knows of broadcasting in gradients. */
export function sumTo(x: Node, shape: Shape): Node {
  const lead = x.shape.length - shape.length;
  const axes = x.shape.flatMap((size, i) => (i < lead || (shape[i - lead] === 1 && size !== 1) ? [i] : []));
  return reshape(reduceSum(x, axes, true), shape);
}

export const reduce: Readonly<Record<string, Op>> = { ReduceSum, ReduceMean, ReduceMax, ReduceMin };

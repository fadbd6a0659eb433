import { safeSqrt } from "./elementary.js";
import { abs, add, div, equal, exp, log, maximum, mul, pow, square, sub, where } from "./elementwise.js";
import { type Node, type Op, refuse, sizeOf } from "./node.js";
import {
  type ReduceAttributes,
  reduced,
  reduceMax,
  reduceMean,
  reduceMin,
  reduceOver,
  reduceSum,
} from "./reduce.js";

/** y = √Σx²; at y = 0 the gradient is 0, as in PyTorch. */
const Length: Op<ReduceAttributes> = {
  name: "ReduceL2",
  shape: ([x], { axes }) => reduced(x, axes),
  gradient: (y, g) => [mul(y.inputs[0], div(g, where(equal(y, 0), 1, y)))],
  form: ({ inputs, attributes: { axes } }) => ({
    call: "ReduceL2",
    inputs,
    attributes: { axes, keepdims: 1 },
  }),
};

/**
 * The p-norm over axes (all when absent): (Σ|x|ᵖ)^(1/p); Infinity is the largest magnitude, −Infinity the smallest, 0
 * counts what isn't 0. Where the norm is 0 so is its gradient.
 */
export function norm(x: Node, order = 2, axes?: readonly number[], keepDims = false): Node {
  if (Number.isNaN(order)) refuse("Norm", [x], "order NaN", "Give a number or ±Infinity");
  if (order === 2) return reduceOver(Length, x, axes, keepDims, {});
  const size = abs(x);
  if (order === 1) return reduceSum(size, axes, keepDims);
  if (order === Infinity) return reduceMax(size, axes, keepDims);
  if (order === -Infinity) return reduceMin(size, axes, keepDims);
  if (order === 0) return reduceSum(where(equal(x, 0), 0, 1), axes, keepDims);
  const sum = reduceSum(pow(size, order), axes, keepDims);
  const empty = equal(sum, 0);
  return where(empty, 0, pow(where(empty, 1, sum), 1 / order));
}

/** x divided by its length along an axis, or by epsilon where that is larger. */
export const normalize = (x: Node, axis: number, epsilon = 1e-12): Node =>
  div(x, maximum(norm(x, 2, [axis], true), epsilon));

/** The largest element is taken out before, so that nothing overflows; the gradient is the softmax. */
const LogSumExp: Op<ReduceAttributes> = {
  name: "LogSumExp",
  shape: ([x], { axes }) => reduced(x, axes),
  gradient: (y, g) => [mul(g, exp(sub(y.inputs[0], y)))],
  form: ({ inputs: [x], attributes: { axes } }) => {
    const most = reduceMax(x, axes, true);
    const top = where(equal(abs(most), Infinity), 0, most); // ∞ − ∞ would be NaN
    return add(log(reduceSum(exp(sub(x, top)), axes, true)), top);
  },
};
/** ln Σeˣ over axes (all when absent). */
export const logSumExp = (x: Node, axes?: readonly number[], keepDims = false): Node =>
  reduceOver(LogSumExp, x, axes, keepDims, {});

interface VarianceAttributes extends ReduceAttributes {
  readonly correction: number;
}

const divisor = (x: Node, { axes, correction }: VarianceAttributes) =>
  Math.max(sizeOf(axes.map((axis) => x.shape[axis])) - correction, 0);

/** Σ(x − mean)² / (n − correction); the gradient needs no path through the mean, since deviations sum to 0. */
const Variance: Op<VarianceAttributes> = {
  name: "Variance",
  shape: ([x], { axes }) => reduced(x, axes),
  gradient: ({ inputs: [x], attributes }, g) => [
    mul(mul(g, 2 / divisor(x, attributes)), sub(x, reduceMean(x, attributes.axes, true))),
  ],
  form: ({ inputs: [x], attributes }) => {
    const deviation = sub(x, reduceMean(x, attributes.axes, true));
    return mul(reduceSum(square(deviation), attributes.axes, true), 1 / divisor(x, attributes));
  },
};

/** The variance over axes (all when absent): correction 0 divides by n, 1 by n − 1. */
export const variance = (x: Node, axes?: readonly number[], correction = 0, keepDims = false): Node =>
  reduceOver(Variance, x, axes, keepDims, { correction });

/** The root of the variance; where nothing varies its gradient is 0. */
export const standardDeviation = (
  x: Node,
  axes?: readonly number[],
  correction = 0,
  keepDims = false,
): Node => safeSqrt(variance(x, axes, correction, keepDims));

export const statistics: Readonly<Record<string, Op>> = { ReduceL2: Length, LogSumExp, Variance };

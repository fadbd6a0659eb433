import { exp, mul, sub } from "./elementwise.js";
import { apply, axesOf, type Node, type Op } from "./node.js";
import { reduceSum } from "./reduce.js";

interface SoftmaxAttributes {
  readonly axis: number;
}

/** Native forms: they subtract the largest value first, so large inputs stay finite. */
function softmaxOp(name: string, gradient: (y: Node, g: Node, axis: number) => Node): Op<SoftmaxAttributes> {
  return {
    name,
    shape: ([x]) => x.shape,
    gradient: (y, g) => [gradient(y, g, y.attributes.axis)],
    form: ({ inputs, attributes: { axis } }) => ({ call: name, inputs, attributes: { axis } }),
  };
}

/** dx = y (g − Σ g y) */
const Softmax = softmaxOp("Softmax", (y, g, axis) => mul(y, sub(g, reduceSum(mul(g, y), [axis], true))));
/** dx = g − eʸ Σ g */
const LogSoftmax = softmaxOp("LogSoftmax", (y, g, axis) => sub(g, mul(exp(y), reduceSum(g, [axis], true))));

const along =
  (op: Op<SoftmaxAttributes>) =>
  (x: Node, axis = -1): Node =>
    apply(op, [x], { axis: axesOf(op.name, x, [axis])[0] });

/** Shares of an axis that sum to 1: eˣ / Σ eˣ. */
export const softmax = along(Softmax);
/** The logarithm of `softmax`, without its underflow. */
export const logSoftmax = along(LogSoftmax);

export const softmaxes: Readonly<Record<string, Op>> = { Softmax, LogSoftmax };

import type { Node, Shape } from "@marey/core/graph";
import * as g from "@marey/core/graph";
import { between, float, type Given, given, of, type Sample, type Samples } from "./sample.js";

const long = (values: readonly number[], shape: Shape = [values.length]) =>
  g.constant(values, shape, "int64");

const positive = between(0.4, 2);
const apart = given(-1.3, 0.2, 0.9, -0.4, 1.6); // away from whole numbers, halves and 0, and from each other

const binary = (op: (a: Node, b: Node) => Node): Sample[] => [
  of(op, [2, 3], between(0.5, 2)),
  of(op, [2, 1, 3], between(0.5, 2, [2, 1])),
  of((a) => op(a, g.constant(1.7)), [3]),
];
const comparison = (op: (a: Node, b: Node) => Node) => [
  of((a, b) => float(op(a, b)), apart, given(0, 0, 1, 1, 1)),
];
const junction = (op: (a: Node, b: Node) => Node) => [
  of((a, b) => float(op(g.greater(a, 0), g.greater(b, 0))), apart, given(1, -1, 1, -1, 1)),
];
const unary = (op: (x: Node) => Node, input: Shape | Given = [2, 3]) => [of(op, input)];
const reduction = (op: (x: Node, axes?: readonly number[], keep?: boolean) => Node) => [
  of((x) => op(x, [0, 2]), [2, 3, 2]),
  of((x) => op(x, [-1], true), [2, 3]),
  of((x) => op(x), [4]),
];

/** Samples of the general operators. */
export const general: Samples = {
  Add: binary(g.add),
  Sub: binary(g.sub),
  Mul: binary(g.mul),
  Div: [...binary(g.div), of((a) => g.div(1, a), positive)],
  Max: binary(g.maximum),
  Min: binary(g.minimum),
  Pow: [
    of(g.pow, positive, between(-2, 2)),
    of(g.pow, between(0.5, 2, [2, 1]), [3]),
    of((x) => g.pow(x, 3), [4]),
    of((x) => g.pow(x, -1.5), positive),
  ],
  Greater: comparison(g.greater),
  Less: comparison(g.less),
  GreaterOrEqual: comparison(g.greaterOrEqual),
  LessOrEqual: comparison(g.lessOrEqual),
  Equal: comparison(g.equal),
  And: junction(g.and),
  Or: junction(g.or),
  Not: unary((x) => float(g.not(g.greater(x, 0))), apart),
  Neg: unary(g.neg),
  Exp: unary(g.exp),
  Log: unary(g.log, positive),
  Sqrt: unary(g.sqrt, positive),
  Reciprocal: unary(g.reciprocal, positive),
  Abs: unary(g.abs, apart),
  Sign: unary(g.sign, apart),
  Floor: unary(g.floor, apart),
  Ceil: unary(g.ceil, apart),
  Round: unary(g.round, apart),
  Sigmoid: unary(g.sigmoid),
  Tanh: unary(g.tanh),
  Erf: unary(g.erf),
  Relu: unary(g.relu, apart),
  Sin: unary(g.sin),
  Cos: unary(g.cos),
  Tan: unary(g.tan, between(-0.8, 0.8)),
  Asin: unary(g.asin, between(-0.7, 0.7)),
  Acos: unary(g.acos, between(-0.7, 0.7)),
  Atan: unary(g.atan),
  Sinh: unary(g.sinh),
  Cosh: unary(g.cosh),
  Where: [
    of((a, b) => g.where(g.greater(a, 0), g.mul(a, b), b), apart, [2, 1]),
    of((a) => g.where(g.constant([1, 0, 1], [3], "bool"), a, 2), [2, 1]),
  ],
  Cast: [of((x) => g.mul(float(g.cast(x, "int64")), x), given(1.3, -2.4, 0.6))],
  Clip: unary((x) => g.clip(x, -0.7, 0.7), apart),
  StopGradient: [{ ...of((x) => g.stopGradient(x), [3]), stops: true }],

  Log1p: unary(g.log1p, between(-0.6, 2)),
  Atan2: [
    of(g.atan2, given(1, 1, -1, -1, 0.7, -0.7), given(0.6, -0.6, 0.6, -0.6, -2, -2)),
    of(g.atan2, between(0.5, 1, [3, 1]), between(-1, -0.5, [2])),
  ],
  BoundedLog: unary(g.boundedLog, positive),
  SafeSqrt: unary(g.safeSqrt, positive),

  Relu6: unary(g.relu6, given(-1, 0.5, 3, 5.5, 7)),
  Softplus: unary(g.softplus),
  Elu: unary((x) => g.elu(x, 0.8), apart),
  LeakyRelu: unary((x) => g.leakyRelu(x, 0.2), apart),
  PRelu: [
    of(
      (x, slope) => g.prelu(x, slope),
      { shape: [1, 2, 3], values: [1, -1, 2, -0.5, 0.7, -2] },
      between(0.1, 0.5, [2]),
    ),
    of((x, slope) => g.prelu(x, slope, 0), apart, between(0.1, 0.5, [1])),
  ],

  Reshape: [of((x) => g.square(g.reshape(x, [3, -1])), [2, 3])],
  Transpose: [of((x) => g.square(g.transpose(x, [2, 0, 1])), [2, 1, 3])],
  Expand: [of((x) => g.square(g.expand(x, [2, 2, 3])), [2, 1])],
  Slice: [
    of((x) => g.square(g.slice(x, 1, 1, 4)), [2, 5]),
    of((x) => g.slice(x, -1, -1, -6, -2), [2, 5]),
    of((x) => g.slice(g.slice(x, 0, 0, 2), 1, 1, 5, 3), [3, 5]),
    of((x) => g.flip(x, [0, 1]), [2, 3]),
  ],
  Pad: [
    of((x) => g.square(g.pad(x, [1, -1, 0, 2], 0.5)), [2, 3]),
    of((x) => g.padBorder(x, [0, 1, 0, 2], "reflect"), [2, 4]),
    of((x) => g.padBorder(x, [2, -1, 1, 2], "replicate"), [2, 4]),
    of((x) => g.padBorder(x, [1, 1], "circular"), [3]),
  ],
  Concat: [
    of((a, b) => g.square(g.concat([a, b, a], 1)), [2, 1], [2, 2]),
    of((a, b) => g.stack([a, b], -1), [2], [2]),
    of(
      (x) =>
        g
          .split(x, 1, [2, 1, 1])
          .map((part, i) => g.reduceSum(g.pow(part, i + 2)))
          .reduce(g.mul),
      between(0.5, 1.5, [2, 4]),
    ),
    of((x) => g.roll(x, [0, 1], [1, -1]), [3, 2]),
    of((x) => g.unfold(x, 1, 3, 2), [2, 7]),
    of((x) => g.tile(x, [2, 1, 2]), [2, 2]),
  ],

  Gather: [
    of((x) => g.square(g.gather(x, long([2, 0, 2, -1]), 1)), [2, 3]),
    of((x) => g.square(g.gather(x, long([1, -1, -2, 0], [2, 2]), 1)), [2, 2, 2]),
    of((x) => g.square(g.gather(g.tile(x, [65]), long([129, 0, 129, -2]), 0)), [2]), // too many places for a product
    of((x) => g.gatherNd(x, long([0, 1, 1, -1, 1, 1], [3, 2])), [2, 2, 2]),
  ],
  GatherElements: [of((x) => g.square(g.gatherElements(x, long([1, 1, 0, 0], [2, 2]), 0)), [2, 2])],
  ScatterElements: [
    of((x, u) => g.square(g.scatterElements(x, long([2, 0], [2, 1]), u, 1)), [2, 3], [2, 1]),
    of((x, u) => g.square(g.indexAdd(x, 0, long([1, 1, 0]), u)), [2, 2], [3, 2]),
  ],
  TopK: [
    of((x) => g.square(g.topK(x, 2).values), apart),
    of((x) => g.square(g.sort(x, 0).values), apart),
    of((x) => float(g.topK(x, 2, 0, false).indices), apart),
  ],
  ArgMax: unary((x) => float(g.argMax(x, 0)), apart),
  ArgMin: unary((x) => float(g.argMin(x, 0, true)), apart),

  ReduceSum: reduction((x, axes, keep) => g.square(g.reduceSum(x, axes, keep))),
  ReduceMean: reduction((x, axes, keep) => g.square(g.reduceMean(x, axes, keep))),
  ReduceMax: reduction(g.reduceMax),
  ReduceMin: reduction(g.reduceMin),
  ReduceL2: [
    ...reduction((x, axes, keep) => g.norm(x, 2, axes, keep)),
    of((x) => g.norm(x, 3, [0]), apart),
    of((x) => g.normalize(x, 1), [2, 3]),
  ],
  LogSumExp: reduction(g.logSumExp),
  Variance: [
    ...reduction((x, axes, keep) => g.variance(x, axes, 1, keep)),
    of((x) => g.standardDeviation(x), apart),
  ],
  CumSum: [of((x) => g.square(g.cumulativeSum(x, 1)), [2, 3]), of((x) => g.cumulativeSum(x, 0, true), [3])],
  MatMul: [
    of((a, b) => g.matmul(a, b), [2, 3], [3, 2]),
    of((a, b) => g.matmul(a, b, { transA: true }), [2, 3, 2], [2, 3, 1]),
    of((a, b) => g.matmul(a, b, { transA: true, transB: true }), [3, 2], [2, 2, 3]),
    of((a, b) => g.matmul(a, b), [2, 2, 3], [3, 2]),
    of((a, b) => g.matmul(a, b, { transB: true }), [2, 1, 3], [2, 3]),
    of((a, b) => g.matmul(a, b), [3], [2, 3, 2]),
  ],
};

import type { Node } from "@marey/core/graph";
import * as g from "@marey/core/graph";
import type { Operations } from "./fixture.js";
import { graphOperation } from "./graph.js";
import { opsArrangement } from "./opsArrangement.js";
import { opsConvolution } from "./opsConvolution.js";
import { opsGeometry } from "./opsGeometry.js";
import { opsLoss } from "./opsLoss.js";
import { opsNetwork } from "./opsNetwork.js";

const unary = (op: (x: Node) => Node) => graphOperation(({ x }) => ({ y: op(x!) }));
const binary = (op: (a: Node, b: Node) => Node) => graphOperation(({ a, b }) => ({ y: op(a!, b!) }));
const reduction = (op: (x: Node, axes: readonly number[], keepDims: boolean) => Node) =>
  graphOperation(({ x }, { axes, keepDims }) => ({ y: op(x!, axes, keepDims) }));

const elementwise: Operations = {
  add: binary(g.add),
  subtract: binary(g.sub),
  multiply: binary(g.mul),
  divide: binary(g.div),
  atan2: binary(g.atan2),
  maximum: binary(g.maximum),
  minimum: binary(g.minimum),
  power: graphOperation(({ a, b }, { exponent }) => ({ y: g.pow(a!, b ?? exponent) })),
  greater: binary(g.greater),
  where: graphOperation(({ condition, a, b }) => ({ y: g.where(condition!, a!, b!) })),
  clip: graphOperation(({ x }, { minimum, maximum }) => ({
    y: g.clip(x!, minimum ?? undefined, maximum ?? undefined),
  })),
  exp: unary(g.exp),
  log: unary(g.log),
  log1p: unary(g.log1p),
  sqrt: unary(g.sqrt),
  reciprocal: unary(g.reciprocal),
  rsqrt: unary(g.rsqrt),
  square: unary(g.square),
  negate: unary(g.neg),
  abs: unary(g.abs),
  erf: unary(g.erf),
  sin: unary(g.sin),
  cos: unary(g.cos),
  tan: unary(g.tan),
  asin: unary(g.asin),
  acos: unary(g.acos),
  atan: unary(g.atan),
  sinh: unary(g.sinh),
  cosh: unary(g.cosh),
  round: unary(g.round),
  floor: unary(g.floor),
  sign: unary(g.sign),
};

const activation: Operations = {
  sigmoid: unary(g.sigmoid),
  tanh: unary(g.tanh),
  softplus: unary(g.softplus),
  relu: unary(g.relu),
  relu6: unary(g.relu6),
  hardSwish: unary(g.hardSwish),
  hardSigmoid: unary(g.hardSigmoid),
  silu: unary(g.silu),
  elu: graphOperation(({ x }, { alpha }) => ({ y: g.elu(x!, alpha) })),
  mish: unary(g.mish),
  logSigmoid: unary(g.logSigmoid),
  softsign: unary(g.softsign),
  gelu: graphOperation(({ x }, { approximate }) => ({
    y: g.gelu(x!, { approximate: approximate === "tanh" }),
  })),
  leakyRelu: graphOperation(({ x }, { slope }) => ({ y: g.leakyRelu(x!, slope) })),
  prelu: graphOperation(({ x, slope }, { channelAxis }) => ({ y: g.prelu(x!, slope!, channelAxis) })),
};

const reduce: Operations = {
  reduceSum: reduction(g.reduceSum),
  reduceMean: reduction(g.reduceMean),
  reduceMax: reduction(g.reduceMax),
  reduceMin: reduction(g.reduceMin),
  reduceProduct: reduction(g.reduceProduct),
  logSumExp: reduction(g.logSumExp),
  norm: graphOperation(({ x }, { order, axes, keepDims }) => ({
    y: g.norm(x!, order === "inf" ? Infinity : order, axes, keepDims),
  })),
  variance: graphOperation(({ x }, { axes, correction, keepDims }) => ({
    y: g.variance(x!, axes, correction, keepDims),
  })),
  standardDeviation: graphOperation(({ x }, { axes, correction, keepDims }) => ({
    y: g.standardDeviation(x!, axes, correction, keepDims),
  })),
  cumulativeSum: graphOperation(({ x }, { axis }) => ({ y: g.cumulativeSum(x!, axis) })),
  cumulativeProduct: graphOperation(({ x }, { axis }) => ({ y: g.cumulativeProduct(x!, axis) })),
  normalize: graphOperation(({ x }, { axis, epsilon }) => ({ y: g.normalize(x!, axis, epsilon) })),
};

const products: Operations = {
  matmul: binary((a, b) => g.matmul(a, b)),
  linear: graphOperation(({ x, weight, bias }) => ({ y: g.affine(x!, weight!, bias) })),
  einsum: graphOperation((inputs, { equation }) => {
    const operands = Object.keys(inputs).sort(); // a, b …
    return { y: g.einsum(equation, ...operands.map((name) => inputs[name]!)) };
  }),
};

/** The operations of the golden group `ops` on the graph engine. */
export const ops: Operations = {
  ...elementwise,
  ...activation,
  ...reduce,
  ...products,
  ...opsArrangement,
  ...opsConvolution,
  ...opsGeometry,
  ...opsLoss,
  ...opsNetwork,
};

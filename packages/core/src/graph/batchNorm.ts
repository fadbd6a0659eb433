import { add, div, mul, neg, sqrt, sub } from "./elementwise.js";
import { matmul } from "./linear.js";
import { expand, reshape, slice } from "./movement.js";
import {
  apply,
  type Call,
  constant,
  type Node,
  type Op,
  type Operand,
  refuse,
  sameShape,
  sizeOf,
} from "./node.js";
import { reduceSum } from "./reduce.js";

/** Values of channels in a shape that meets x's [batch, channel, …]. */
const beside = (values: Node, x: Node): Node =>
  reshape(values, [values.shape[0], ...new Array<number>(x.shape.length - 2).fill(1)]);

/** Σ x per channel: along the last axes first, where the kernel is fastest. */
const channelSum = (x: Node): Node =>
  reduceSum(reduceSum(reshape(x, [x.shape[0], x.shape[1], -1]), [2]), [0]);

/** Σ x·y per channel, as products of rows with rows: nothing of x's size is written. */
function channelDot(x: Node, y: Node): Node {
  const rows = (z: Node) => reshape(z, [z.shape[0] * z.shape[1], 1, -1]);
  const dots = matmul(rows(x), rows(y), { transB: true });
  return reduceSum(reshape(dots, [x.shape[0], x.shape[1]]), [0]);
}

function requireChannels(operator: string, [x, ...values]: readonly Node[]): void {
  if (x.shape.length < 2 || values.some(({ shape }) => !sameShape(shape, [x.shape[1]])))
    refuse(
      operator,
      [x, ...values],
      "expected [batch, channel, …] and one number per channel",
      "Give [channel]",
    );
}

const filled = (count: number, value: number) => constant(new Float32Array(count).fill(value), [count]);

/** scale · x + shift per channel. ONNX's BatchNormalization with mean 0 and variance 1 does both in one pass. */
const ChannelAffine: Op = {
  name: "ChannelAffine",
  shape: (inputs) => {
    requireChannels("ChannelAffine", inputs);
    return inputs[0].shape;
  },
  gradient: ({ inputs: [x, scale] }, g) => [mul(g, beside(scale, g)), channelDot(g, x), channelSum(g)],
  form: ({ inputs: [x, scale, shift] }) => ({
    call: "BatchNormalization",
    inputs: [x, scale, shift, filled(x.shape[1], 0), filled(x.shape[1], 1)],
    attributes: { epsilon: { float: 0 } },
  }),
};

interface StandardiseAttributes {
  readonly epsilon: number;
}

/**
 * With a momentum of 0 the new "running" statistics are the batch's own: outputs 1 and 2 are mean and biased variance,
 * whatever the old ones. ONNX Runtime writes them over its inputs 3 and 4, so these are numbers that nothing else reads.
 */
function trainingCall([x, weight, bias]: readonly Node[], epsilon: number, output: number): Call {
  const first = x.shape.reduce((part, _, axis) => (axis === 1 ? part : slice(part, axis, 0, 1)), x);
  const own = add(add(reshape(first, weight.shape), weight), bias);
  return {
    call: "BatchNormalization",
    inputs: [x, weight, bias, mul(own, epsilon), mul(own, -epsilon)],
    attributes: { epsilon: { float: epsilon }, momentum: { float: 0 }, training_mode: 1 },
    output,
    outputs: 3, // in training mode its shape rule wants all of them
  };
}

/** (x − mean) / √(variance + ε) · weight + bias, with the batch's statistics per channel. */
const BatchNorm: Op<StandardiseAttributes> = {
  name: "BatchNorm",
  shape: (inputs) => {
    requireChannels("BatchNorm", inputs);
    return inputs[0].shape;
  },
  /**
   * With d = x − mean, σ² = variance + ε and n values per channel: dweight = Σ g·d / σ, dbias = Σ g,
   * dx = weight/σ · (g − dbias/n − d/σ · dweight/n), written as a·g + (b·d + c) with numbers a, b, c per channel.
   */
  gradient: ({ inputs, attributes }, g) => {
    const [x, weight] = inputs;
    const [mean, variance] = [BatchMean, BatchVariance].map((op) => apply(op, inputs, attributes));
    const count = sizeOf(x.shape) / x.shape[1];
    const centred = apply(ChannelAffine, [x, filled(x.shape[1], 1), neg(mean)], {});
    const perSigma = div(1, sqrt(add(variance, attributes.epsilon)));
    const dBias = channelSum(g);
    const dWeight = mul(channelDot(g, centred), perSigma);
    const a = mul(weight, perSigma);
    const b = mul(mul(a, perSigma), mul(dWeight, -1 / count));
    const c = mul(mul(a, dBias), -1 / count);
    return [add(mul(g, beside(a, g)), apply(ChannelAffine, [centred, b, c], {})), dWeight, dBias];
  },
  form: ({ inputs, attributes }) => trainingCall(inputs, attributes.epsilon, 0),
  plain: ({ inputs, attributes }) => {
    const [x, weight, bias] = inputs;
    const [mean, variance] = [BatchMean, BatchVariance].map((op) => apply(op, inputs, attributes));
    const scale = div(weight, sqrt(add(variance, attributes.epsilon)));
    return add(mul(sub(x, beside(mean, x)), beside(scale, x)), beside(bias, x));
  },
};

/** The kernel of BatchNorm knows the batch's mean, [channel]. */
const BatchMean: Op<StandardiseAttributes> = {
  name: "BatchMean",
  shape: ([x]) => [x.shape[1]],
  gradient: ({ inputs: [x] }, g) => [
    expand(beside(mul(g, x.shape[1] / sizeOf(x.shape)), x), x.shape),
    null,
    null,
  ],
  form: ({ inputs, attributes }) => trainingCall(inputs, attributes.epsilon, 1),
  plain: ({ inputs: [x] }) => mul(channelSum(x), x.shape[1] / sizeOf(x.shape)),
};

/** … and its biased variance, [channel]. */
const BatchVariance: Op<StandardiseAttributes> = {
  name: "BatchVariance",
  shape: ([x]) => [x.shape[1]],
  gradient: ({ inputs, attributes }, g) => {
    const [x] = inputs;
    const scale = mul(g, (2 * x.shape[1]) / sizeOf(x.shape));
    return [
      apply(ChannelAffine, [x, scale, mul(mul(scale, apply(BatchMean, inputs, attributes)), -1)], {}),
      null,
      null,
    ];
  },
  form: ({ inputs, attributes }) => trainingCall(inputs, attributes.epsilon, 2),
  plain: ({ inputs, attributes }) => {
    const [x] = inputs;
    const centred = sub(x, beside(apply(BatchMean, inputs, attributes), x));
    return mul(channelSum(mul(centred, centred)), x.shape[1] / sizeOf(x.shape));
  },
};

/** Per channel: the affine map after standardisation, and the statistics that evaluation uses. */
export interface BatchNormValues {
  readonly weight: Node;
  readonly bias: Node;
  readonly runningMean: Node;
  readonly runningVariance: Node;
}

export interface BatchNormOptions {
  /** Takes the batch's statistics and moves the running ones. */
  readonly training: boolean;
  /** Share of the batch's statistics in the new running ones, 0.1 when absent. */
  readonly momentum?: Operand;
  /** Added to the variance, 1e-5 when absent. */
  readonly epsilon?: number;
}

/**
 * Batch normalisation (Ioffe & Szegedy 2015) of x [batch, channel, …].
 *
 * @returns y, and the running statistics as they shall be afterwards; the variance among them is the unbiased one.
 */
export function batchNorm(
  x: Node,
  { weight, bias, runningMean, runningVariance }: BatchNormValues,
  { training, momentum = 0.1, epsilon = 1e-5 }: BatchNormOptions,
): { y: Node; runningMean: Node; runningVariance: Node } {
  if (!training) {
    const scale = div(weight, sqrt(add(runningVariance, epsilon)));
    const shift = sub(bias, mul(runningMean, scale));
    return { y: apply(ChannelAffine, [x, scale, shift], {}), runningMean, runningVariance };
  }
  const inputs = [x, weight, bias];
  const [mean, variance] = [BatchMean, BatchVariance].map((op) => apply(op, inputs, { epsilon }));
  const count = sizeOf(x.shape) / x.shape[1];
  const moved = (old: Node, now: Node) => add(mul(old, sub(1, momentum)), mul(now, momentum));
  return {
    y: apply(BatchNorm, inputs, { epsilon }),
    runningMean: moved(runningMean, mean),
    runningVariance: moved(runningVariance, mul(variance, count / Math.max(1, count - 1))),
  };
}

export const normalisation: Readonly<Record<string, Op>> = {
  ChannelAffine,
  BatchNorm,
  BatchMean,
  BatchVariance,
};

import type { Node, Shape } from "@marey/core/graph";
import * as g from "@marey/core/graph";
import { between, type Given, of, type Sample, type Samples } from "./sample.js";

const layerNorm = {
  ...of((x, weight, bias) => g.layerNorm(x, weight, bias), [2, 4], between(0.5, 2, [4]), [4]),
  once: true,
} satisfies Sample;
const weights = (...[weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0]: Node[]) => ({
  weight_ih_l0: weight_ih_l0!,
  weight_hh_l0: weight_hh_l0!,
  bias_ih_l0: bias_ih_l0!,
  bias_hh_l0: bias_hh_l0!,
});
/** x [3, 1, 2], then weights of so many gates with 2 units. */
const recurrent = (gates: number): Shape[] => [
  [3, 1, 2],
  [2 * gates, 2],
  [2 * gates, 2],
  [2 * gates],
  [2 * gates],
];
/** Far from singular, its singular values apart. */
const regular: Given = { shape: [1, 3, 3], values: [1.5, 0.2, -0.3, 0.1, 1, 0.4, -0.2, 0.5, 0.7] };

/** The weights' norm that differences see moves with the vectors, the gradient's doesn't: so the weights pass unchanged. */
const remembered = (x: Node) => {
  const [u, v] = [g.constant([1, 0]), g.constant([0, 1, 0])];
  return g.spectralNorm(x, u, v, { training: true, iterations: 0 }).weight;
};

/** No two alike, and none next to another in size. */
const ladder: Given = { shape: [1, 1, 3, 3], values: [0.3, 1.1, -0.8, 1.6, -0.2, 0.9, -1.4, 0.6, 1.3] };
const channels = (weight?: Node, bias?: Node, runningMean?: Node, runningVariance?: Node) => ({
  weight: weight!,
  bias: bias!,
  runningMean: runningMean ?? g.constant([0, 0]),
  runningVariance: runningVariance ?? g.constant([1, 1]),
});

/** Samples of operators with a meaning in networks and geometry. */
export const special: Samples = {
  Convolution: [
    of((x, w, bias) => g.conv(x, w, { bias, strides: 2, pads: [1, 0] }), [1, 2, 5], [2, 2, 3], [2]),
    of((x, w) => g.conv(x, w, { groups: 2, dilations: [1, 2], pads: 1 }), [1, 2, 2, 3], [2, 1, 2, 2]),
  ],
  TransposedConvolution: [
    of((x, w) => g.convTranspose(x, w, { strides: 2, pads: 1, outputPadding: 1 }), [1, 2, 3], [2, 1, 3]),
  ],
  ConvolutionWeights: [of((x, w) => g.conv(x, w, { strides: 2 }), [2, 1, 3, 3], [2, 1, 2, 2])],
  MaxPool: [of((x) => g.square(g.maxPool(x, { kernel: 2, strides: 1, pads: 1 })), ladder)],
  MaxPoolIndices: [of((x) => g.maxPool(x, { kernel: [2, 1] }), ladder)],
  ChannelAffine: [
    of(
      (x, ...c) => g.batchNorm(x, channels(...c), { training: false }).y,
      [2, 2, 2],
      [2],
      [2],
      [2],
      between(0.5, 2, [2]),
    ),
  ],
  BatchNorm: [of((x, ...c) => g.batchNorm(x, channels(...c), { training: true }).y, [3, 2, 2], [2], [2])],
  BatchMean: [
    of((x, ...c) => g.batchNorm(x, channels(...c), { training: true }).runningMean, [2, 2, 2], [2], [2]),
  ],
  BatchVariance: [
    of((x, ...c) => g.batchNorm(x, channels(...c), { training: true }).runningVariance, [2, 2, 2], [2], [2]),
  ],
  Softmax: [of((x) => g.softmax(x), [2, 3]), of((x) => g.softmax(x, 0), [3, 2])],
  LogSoftmax: [of((x) => g.logSoftmax(x, 1), [2, 3])],
  LayerNorm: [layerNorm],
  LayerNormMoment: [layerNorm],
  InstanceNorm: [
    of((x, weight, bias) => g.instanceNorm(x, weight, bias), [2, 2, 3], between(0.5, 2, [2]), [2]),
    of((x, weight, bias) => g.groupNorm(x, 1, weight, bias), [1, 2, 2], between(0.5, 2, [2]), [2]),
  ],
  Remember: [of((x) => remembered(x), [2, 3])],
  Gru: [of((x, ...w) => g.gru(weights(...w), x).y, ...recurrent(3))],
  Lstm: [
    of((x, ...w) => g.lstm(weights(...w), x).y, ...recurrent(4)),
    of((x, ...w) => g.lstm(weights(...w), x).cn, ...recurrent(4)),
  ],
  Step: [of((x, ...w) => g.gru(weights(...w), x).y, ...recurrent(3))],
  Procrustes: [of((x) => g.orthogonalProcrustes(x), regular)],
  Solve: [of((a, b) => g.solve(a, b), regular, [1, 3, 2])],
  Determinant: [
    of((x) => g.determinant(x), regular),
    of((x) => g.determinant(x), { shape: [2, 2], values: [1, 0.5, -0.3, 2] }),
  ],
};

import type { Random } from "../array/random.js";
import { add, relu } from "../graph/elementwise.js";
import type { Node } from "../graph/node.js";
import * as batchNorm from "./batchNorm.js";
import * as convolution from "./convolution.js";
import { kaimingNormal } from "./initialise.js";
import type { Mode } from "./mode.js";
import type { Symbolic } from "./tree.js";

/** A residual block (He et al. 2016) by torchvision's names; a bottleneck has the third convolution. */
export type ResidualParams = {
  readonly conv1: convolution.ConvolutionParams;
  readonly bn1: batchNorm.BatchNormParams;
  readonly conv2: convolution.ConvolutionParams;
  readonly bn2: batchNorm.BatchNormParams;
  readonly conv3?: convolution.ConvolutionParams;
  readonly bn3?: batchNorm.BatchNormParams;
  /** Where size or channels change: convolution and norm of the shortcut. */
  readonly downsample?: readonly [convolution.ConvolutionParams, batchNorm.BatchNormParams];
};

/** Channels and stride of a residual block. */
export interface ResidualSizes {
  readonly inputs: number;
  /** Channels inside; a bottleneck gives four times as many. */
  readonly width: number;
  /** 1 when absent. */
  readonly stride?: number;
  readonly bottleneck?: boolean;
}

/** Channels of a bottleneck's result over those inside it. */
const EXPANSION = 4;

/** Channels that a block gives. */
export const outputsOf = ({ width, bottleneck }: Pick<ResidualSizes, "width" | "bottleneck">): number =>
  bottleneck ? EXPANSION * width : width;

/** A convolution without bias before a norm, initialised as torchvision does: Kaiming's, by the outputs. */
export const normedConvolution = (
  random: Random,
  inputs: number,
  outputs: number,
  size: number,
): convolution.ConvolutionParams =>
  convolution.init(random, {
    inputs,
    outputs,
    kernel: [size, size],
    bias: false,
    fill: (from, shape) => kaimingNormal(from, shape, { fan: "out" }),
  });

/** A new block; its shortcut has a convolution where size or channels change. */
export function init(random: Random, sizes: ResidualSizes): ResidualParams {
  const { inputs, width, stride = 1, bottleneck = false } = sizes;
  const outputs = outputsOf(sizes);
  const kernels = bottleneck ? [1, 3] : [3, 3];
  return {
    conv1: normedConvolution(random, inputs, width, kernels[0]),
    bn1: batchNorm.init(width),
    conv2: normedConvolution(random, width, width, kernels[1]),
    bn2: batchNorm.init(width),
    ...(bottleneck && {
      conv3: normedConvolution(random, width, outputs, 1),
      bn3: batchNorm.init(outputs),
    }),
    ...((stride !== 1 || inputs !== outputs) && {
      downsample: [normedConvolution(random, inputs, outputs, 1), batchNorm.init(outputs)] as const,
    }),
  };
}

/**
 * x [batch, inputs, row, column] plus what two or three convolutions add to it, through a ReLU. The first 3×3
 * convolution has the stride, as in torchvision.
 */
export function forward(
  params: Symbolic<ResidualParams>,
  x: Node,
  { stride = 1, mode }: { readonly stride?: number; readonly mode: Mode },
): Node {
  const { conv1, bn1, conv2, bn2, conv3, bn3, downsample } = params;
  const first = conv3 ? {} : { strides: stride, pads: 1 };
  const second = { strides: conv3 ? stride : 1, pads: 1 };
  const normed = (
    norm: Symbolic<batchNorm.BatchNormParams>,
    from: Node,
    layer: Symbolic<convolution.ConvolutionParams>,
    geometry: convolution.ConvolutionGeometry = {},
  ) => batchNorm.forward(norm, convolution.forward(layer, from, geometry), { mode });
  let y = normed(bn2, relu(normed(bn1, x, conv1, first)), conv2, second);
  if (conv3 && bn3) y = normed(bn3, relu(y), conv3);
  const shortcut = downsample ? normed(downsample[1], x, downsample[0], { strides: stride }) : x;
  return relu(add(y, shortcut));
}

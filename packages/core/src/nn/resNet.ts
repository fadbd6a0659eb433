import type { Random } from "../array/random.js";
import { relu } from "../graph/elementwise.js";
import type { Node } from "../graph/node.js";
import { maxPool } from "../graph/pooling.js";
import { reduceMean } from "../graph/reduce.js";
import * as batchNorm from "./batchNorm.js";
import * as convolution from "./convolution.js";
import * as linear from "./linear.js";
import type { Mode } from "./mode.js";
import * as residual from "./residual.js";
import type { Symbolic } from "./tree.js";

/** A residual network (He et al. 2016) by torchvision's names. */
export type ResNetParams = {
  readonly conv1: convolution.ConvolutionParams;
  readonly bn1: batchNorm.BatchNormParams;
  readonly layer1: readonly residual.ResidualParams[];
  readonly layer2: readonly residual.ResidualParams[];
  readonly layer3: readonly residual.ResidualParams[];
  readonly layer4: readonly residual.ResidualParams[];
  /** Absent in a backbone. */
  readonly fc?: linear.LinearParams;
};

/** Blocks of the four layers, and whether they are bottlenecks. */
const LAYERS = {
  18: { blocks: [2, 2, 2, 2], bottleneck: false },
  34: { blocks: [3, 4, 6, 3], bottleneck: false },
  50: { blocks: [3, 4, 6, 3], bottleneck: true },
  101: { blocks: [3, 4, 23, 3], bottleneck: true },
  152: { blocks: [3, 8, 36, 3], bottleneck: true },
} as const;

/** Which residual network it is. */
export interface ResNetSizes {
  readonly depth: keyof typeof LAYERS;
  /** Channels of the first layer, 64 in the paper and when absent; each further layer has twice as many. */
  readonly width?: number;
  /** Channels of the picture, 3 when absent. */
  readonly channels?: number;
  /** Makes it a classifier; without, it is a backbone. */
  readonly classes?: number;
}

/** Channels of the features at strides 4, 8, 16 and 32. */
export const featureWidths = ({ depth, width = 64 }: ResNetSizes): number[] =>
  [1, 2, 4, 8].map((factor) =>
    residual.outputsOf({ width: width * factor, bottleneck: LAYERS[depth].bottleneck }),
  );

/** New parameters, as torchvision initialises them. */
export function init(random: Random, sizes: ResNetSizes): ResNetParams {
  const { depth, width = 64, channels = 3, classes } = sizes;
  const { blocks, bottleneck } = LAYERS[depth];
  const outputs = featureWidths(sizes);
  const layer = (level: number) =>
    Array.from({ length: blocks[level] }, (_, i) =>
      residual.init(random, {
        inputs: i > 0 ? outputs[level] : level > 0 ? outputs[level - 1] : width,
        width: width * 2 ** level,
        stride: strideOf(level, i),
        bottleneck,
      }),
    );
  return {
    conv1: residual.normedConvolution(random, channels, width, 7),
    bn1: batchNorm.init(width),
    layer1: layer(0),
    layer2: layer(1),
    layer3: layer(2),
    layer4: layer(3),
    ...(classes !== undefined && { fc: linear.init(random, { inputs: outputs[3], outputs: classes }) }),
  };
}

const strideOf = (level: number, block: number) => (level > 0 && block === 0 ? 2 : 1);

/**
 * Features of pictures [batch, channel, row, column] at strides 4, 8, 16 and 32; sizes that these don't divide are
 * rounded up.
 */
export function features(params: Symbolic<ResNetParams>, x: Node, mode: Mode): [Node, Node, Node, Node] {
  const { conv1, bn1, layer1, layer2, layer3, layer4 } = params;
  const stem = relu(batchNorm.forward(bn1, convolution.forward(conv1, x, { strides: 2, pads: 3 }), { mode }));
  const layer = (from: Node, level: number, blocks: readonly Symbolic<residual.ResidualParams>[]) =>
    blocks.reduce((y, block, i) => residual.forward(block, y, { stride: strideOf(level, i), mode }), from);
  const c2 = layer(maxPool(stem, { kernel: 3, strides: 2, pads: 1 }), 0, layer1);
  const c3 = layer(c2, 1, layer2);
  const c4 = layer(c3, 2, layer3);
  return [c2, c3, c4, layer(c4, 3, layer4)];
}

/** Scores of the classes, [batch, class]; of a backbone its last features' mean, [batch, feature]. */
export function forward(params: Symbolic<ResNetParams>, x: Node, mode: Mode): Node {
  const pooled = reduceMean(features(params, x, mode)[3], [2, 3]);
  return params.fc ? linear.forward(params.fc, pooled) : pooled;
}

import type { Random } from "../array/random.js";
import { relu6 } from "../graph/activation.js";
import { add } from "../graph/elementwise.js";
import type { Node } from "../graph/node.js";
import { reduceMean } from "../graph/reduce.js";
import * as batchNorm from "./batchNorm.js";
import * as convolution from "./convolution.js";
import * as dropout from "./dropout.js";
import { kaimingNormal } from "./initialise.js";
import * as linear from "./linear.js";
import type { Mode } from "./mode.js";
import type { Symbolic } from "./tree.js";

type Normed = readonly [convolution.ConvolutionParams, batchNorm.BatchNormParams];

/** An inverted residual: expansion (where there is one), depthwise convolution, then the projection and its norm. */
type Inverted = {
  readonly conv: readonly (Normed | convolution.ConvolutionParams | batchNorm.BatchNormParams)[];
};

/** MobileNetV2 (Sandler et al. 2018) by torchvision's names. */
export type MobileNetParams = {
  readonly features: readonly (Normed | Inverted)[];
  /** Absent in a backbone. */
  readonly classifier?: { readonly 1: linear.LinearParams };
};

/** Table 2 of the paper: expansion, channels, blocks, stride of the first block. */
const STAGES = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
] as const;

/** Which MobileNetV2 it is. */
export interface MobileNetSizes {
  /** Multiplies all channels, 1 when absent. */
  readonly width?: number;
  /** Channels of the picture, 3 when absent. */
  readonly channels?: number;
  /** Makes it a classifier; without, it is a backbone. */
  readonly classes?: number;
}
/** Sizes of all blocks in order: the paper's table, its channels multiplied. */
const blocksOf = (width: number) =>
  STAGES.flatMap(([expansion, channels, count, stride]) =>
    Array.from({ length: count }, (_, i) => ({
      expansion,
      outputs: rounded(channels * width),
      stride: i === 0 ? stride : 1,
    })),
  );

/** A multiple of 8 near `channels`, not below nine tenths of it (the authors' rounding). */
function rounded(channels: number): number {
  const near = Math.max(8, Math.floor((channels + 4) / 8) * 8);
  return near < 0.9 * channels ? near + 8 : near;
}

function normed(random: Random, inputs: number, outputs: number, size: number, groups = 1): Normed {
  const weight = convolution.init(random, {
    inputs,
    outputs,
    groups,
    kernel: [size, size],
    bias: false,
    fill: (from, shape) => kaimingNormal(from, shape, { fan: "out" }),
  });
  return [weight, batchNorm.init(outputs)];
}

/** New parameters, as torchvision initialises them. */
export function init(random: Random, sizes: MobileNetSizes = {}): MobileNetParams {
  const { width = 1, channels = 3, classes } = sizes;
  let inputs = rounded(32 * width);
  const features: (Normed | Inverted)[] = [normed(random, channels, inputs, 3)];
  for (const { expansion, outputs } of blocksOf(width)) {
    const hidden = inputs * expansion;
    const widen = expansion === 1 ? [] : [normed(random, inputs, hidden, 1)];
    const depthwise = normed(random, hidden, hidden, 3, hidden);
    features.push({ conv: [...widen, depthwise, ...normed(random, hidden, outputs, 1)] });
    inputs = outputs;
  }
  const last = rounded(1280 * Math.max(1, width));
  features.push(normed(random, inputs, last, 1));
  return {
    features,
    ...(classes !== undefined && {
      classifier: { 1: linear.init(random, { inputs: last, outputs: classes }) },
    }),
  };
}

/** Convolution, norm and ReLU6. */
const active = (
  [weight, norm]: Symbolic<Normed>,
  x: Node,
  mode: Mode,
  geometry: convolution.ConvolutionGeometry = {},
): Node => relu6(batchNorm.forward(norm, convolution.forward(weight, x, geometry), { mode }));

const depthwise = (x: Node, stride: number) => ({ strides: stride, pads: 1, groups: x.shape[1] });

function block({ conv }: Symbolic<Inverted>, x: Node, stride: number, mode: Mode): Node {
  const normeds = conv.slice(0, -2) as readonly Symbolic<Normed>[];
  const [project, norm] = conv.slice(-2) as unknown as Symbolic<Normed>;
  const wide = normeds.length > 1 ? active(normeds[0], x, mode) : x;
  const spread = active(normeds[normeds.length - 1], wide, mode, depthwise(wide, stride));
  const y = batchNorm.forward(norm, convolution.forward(project, spread), { mode });
  return stride === 1 && y.shape[1] === x.shape[1] ? add(x, y) : y;
}

/**
 * Features of pictures [batch, channel, row, column] at strides 4, 8, 16 and 32: what enters each halving, and the last
 * features. Sizes that the strides don't divide are rounded up.
 */
export function features(params: Symbolic<MobileNetParams>, x: Node, mode: Mode): Node[] {
  const list = params.features;
  let y = active(list[0] as Symbolic<Normed>, x, mode, { strides: 2, pads: 1 });
  const before: Node[] = [];
  blocksOf(1).forEach(({ stride }, i) => {
    if (stride === 2) before.push(y);
    y = block(list[i + 1] as Symbolic<Inverted>, y, stride, mode);
  });
  return [...before.slice(1), active(list[list.length - 1] as Symbolic<Normed>, y, mode)];
}

/** Scores of the classes, [batch, class], after dropout of 0.2; of a backbone its last features' mean. */
export function forward(params: Symbolic<MobileNetParams>, x: Node, mode: Mode): Node {
  const pooled = reduceMean(features(params, x, mode).at(-1) as Node, [2, 3]);
  if (!params.classifier) return pooled;
  return linear.forward(params.classifier[1], dropout.forward(pooled, 0.2, mode));
}

import type { Random } from "../../array/random.js";
import { MareyError } from "../../error.js";
import { add, mul } from "../../graph/elementwise.js";
import { matmul } from "../../graph/linear.js";
import { reshape, slice, stack, transpose } from "../../graph/movement.js";
import { type Node, refuse } from "../../graph/node.js";
import * as batchNorm from "../../nn/batchNorm.js";
import * as dropout from "../../nn/dropout.js";
import { torchUniform } from "../../nn/initialise.js";
import { EVALUATION, type Mode } from "../../nn/mode.js";
import { type Parameter, parameter, type Symbolic } from "../../nn/tree.js";

/** Sizes of a network's weights. */
export interface NetworkOptions {
  /** Frames that each layer joins, odd: their product is the receptive field. */
  readonly filterWidths: readonly number[];
  /** Channels of the hidden layers; the paper has 1024. */
  readonly channels: number;
  readonly jointsIn: number;
  /** 1 makes it the trajectory network. */
  readonly jointsOut: number;
  /** Numbers per input joint, 2 when absent. */
  readonly features?: number;
  /** The paper's ablation without dilation: wide filters, whose weights fit no other variant. */
  readonly dense?: boolean;
}

type Weight = { readonly weight: Parameter };

/** Parameters by the names of the official code's checkpoints. Weights are (out, in, width), oldest frame first. */
export type NetworkParams = {
  readonly expand_conv: Weight;
  readonly expand_bn: batchNorm.BatchNormParams;
  readonly layers_conv: readonly Weight[];
  readonly layers_bn: readonly batchNorm.BatchNormParams[];
  readonly shrink: { readonly weight: Parameter; readonly bias: Parameter };
};

/** How a network runs. */
export interface ForwardOptions {
  /**
   * `dilated` gives a pose for each frame that has its whole receptive field; `strided` computes only what the poses of
   * successive, disjoint windows need (a training example is one window), with the same weights; `dense` has weights of
   * its own.
   */
  readonly variant: "dilated" | "strided" | "dense";
  readonly filterWidths: readonly number[];
  /** The pose belongs to the newest frame of its window instead of the middle one. */
  readonly causal?: boolean;
  /** Share of values that training drops after each layer; 0.25 in the paper, 0 when absent. */
  readonly dropout?: number;
  /** Evaluation when absent. */
  readonly mode?: Mode;
}

/** Frames that one pose depends on. */
export const receptiveField = (filterWidths: readonly number[]): number =>
  filterWidths.reduce((product, width) => product * width, 1);

/** Taps of each filter: dense ones span what dilated ones span. */
function tapsOf(filterWidths: readonly number[], dense: boolean): number[] {
  if (filterWidths.length === 0 || filterWidths.some((width) => !(width >= 1 && width % 2 === 1)))
    throw new MareyError(
      "LIFT_WIDTHS",
      "filterWidths",
      `[${filterWidths.join(", ")}] has no middle frame in each filter`,
      "Give odd whole numbers, such as 3, 3, 3",
    );
  return filterWidths.map((width, i) =>
    dense ? (width - 1) * receptiveField(filterWidths.slice(0, i)) + 1 : width,
  );
}

/**
 * New parameters, as PyTorch initialises them.
 *
 * @throws MareyError `LIFT_WIDTHS` when a filter has no middle frame.
 */
export function init(random: Random, options: NetworkOptions): NetworkParams {
  const { filterWidths, channels, jointsIn, jointsOut, features = 2, dense = false } = options;
  const weight = (...shape: number[]) => parameter(shape, torchUniform(random, shape));
  const [first, ...others] = tapsOf(filterWidths, dense);
  const layers = others.flatMap((taps) => [taps, 1]);
  return {
    expand_conv: { weight: weight(channels, jointsIn * features, first) },
    expand_bn: batchNorm.init(channels),
    layers_conv: layers.map((taps) => ({ weight: weight(channels, channels, taps) })),
    layers_bn: layers.map(() => batchNorm.init(channels)),
    shrink: {
      weight: weight(3 * jointsOut, channels, 1),
      bias: parameter([3 * jointsOut], torchUniform(random, [3 * jointsOut], channels)),
    },
  };
}

/**
 * VideoPose3D (Pavllo et al. 2019): poses from 2D keypoints over time.
 *
 * Inside, values lie as channels × columns, a column being one time of one sequence, with the batch innermost and time
 * outside of it (`strided` cuts time further: the frame within the first layer's window outermost, then that within the
 * second's …). So each frame of a filter is one run of columns, what a strided layer joins is a reshape away, and every
 * convolution is a single matrix product with the weights as they are.
 *
 * @param x N×T×J×F, normalised keypoints; `strided` takes T as a multiple of the receptive field.
 * @returns N×T'×J'×3, metres, camera space, from the root; T' = T − receptive field + 1, `strided` one per window.
 * @throws MareyError `GRAPH_SHAPE` when T doesn't fit, `LIFT_WIDTHS` when a filter has no middle.
 */
export function forward(params: Symbolic<NetworkParams>, x: Node, options: ForwardOptions): Node {
  const { causal = false, dropout: rate = 0, mode = EVALUATION } = options;
  const { sequences, times, layers } = planOf(x, options);
  const stage = (from: Node, weight: Node, norm: Symbolic<batchNorm.BatchNormParams>, layer: Layer) => {
    const y = matmul(reshape(weight, [weight.shape[0], -1]), from);
    const scaled = (by: number) => {
      const [scale, shift] = [mul(norm.weight, by), mul(norm.bias, by)];
      return batchNorm.forward({ ...norm, weight: scale, bias: shift }, y, { mode, axis: 0 });
    };
    return dropout.afterRelu(scaled, y.shape, rate, ownMasks(mode, x.shape[0], sequences, layer));
  };
  const [first, ...blocks] = layers;
  const frames = reshape(x, [...x.shape.slice(0, 2), -1]);
  const entry = windows(columns(frames, sequences, times), first);
  let h = stage(entry, params.expand_conv.weight, params.expand_bn, first);
  blocks.forEach((layer, i) => {
    const start = (causal ? layer.taps - 1 : (layer.taps - 1) / 2) * layer.stride;
    const kept = slice(h, 1, start, start + layer.count);
    const [wide, single] = [2 * i, 2 * i + 1];
    const joined = stage(windows(h, layer), params.layers_conv[wide].weight, params.layers_bn[wide], layer);
    h = add(kept, stage(joined, params.layers_conv[single].weight, params.layers_bn[single], layer));
  });
  const { weight, bias } = params.shrink;
  const y = add(matmul(reshape(weight, weight.shape.slice(0, 2)), h), reshape(bias, [-1, 1]));
  const poses = transpose(reshape(y, [y.shape[0], -1, sequences]), [2, 1, 0]);
  return reshape(poses, [x.shape[0], -1, y.shape[0] / 3, 3]);
}

/** A convolution in the layout of columns: tap i of the output's column c is the input's column i · stride + c. */
interface Layer {
  readonly taps: number;
  readonly stride: number;
  /** Columns that come out. */
  readonly count: number;
  /** Sizes of their time axes, the slowest first. */
  readonly times: readonly number[];
}

/** Windows count as sequences where the network is strided. `times` are the input's time axes, the slowest first. */
function planOf(x: Node, { filterWidths, variant }: ForwardOptions) {
  const field = receptiveField(filterWidths);
  const [batch, frames] = x.shape;
  const strided = variant === "strided";
  if (x.shape.length !== 4 || frames < field || (strided && frames % field !== 0))
    refuse(
      "videoPose3d",
      [x],
      `expected N×T×J×F with ${strided ? `T a multiple of ${field}` : `T ≥ ${field}`}`,
      "Pad the sequence by repeating its edge frames, or use the dilated variant",
    );
  const sequences = strided ? (batch * frames) / field : batch;
  const inward = [...filterWidths].reverse();
  let columnCount = batch * frames;
  const layers = tapsOf(filterWidths, variant === "dense").map((taps, i): Layer => {
    const dilation = variant === "dilated" ? receptiveField(filterWidths.slice(0, i)) : 1;
    const stride = strided ? columnCount / taps : dilation * batch;
    columnCount = strided ? stride : columnCount - (taps - 1) * stride;
    const times = strided ? inward.slice(0, -1 - i) : [columnCount / batch];
    return { taps, stride, count: columnCount, times };
  });
  return { sequences, times: strided ? inward : [frames], layers };
}

/** N×T×C → C×columns: all axes in reverse order. */
function columns(x: Node, sequences: number, times: readonly number[]): Node {
  const apart = reshape(x, [sequences, ...times, x.shape[2]]);
  const reversed = apart.shape.map((_, i) => apart.shape.length - 1 - i);
  return reshape(transpose(apart, reversed), [x.shape[2], -1]);
}

/** What a layer's filters see: C×columns → (C · taps)×columns. Taps that follow each other are there already. */
function windows(h: Node, { taps, stride, count }: Layer): Node {
  const shape = [h.shape[0] * taps, count];
  if (stride === count && taps * count === h.shape[1]) return reshape(h, shape);
  const shifted = Array.from({ length: taps }, (_, i) => slice(h, 1, i * stride, i * stride + count));
  return reshape(stack(shifted, 1), shape);
}

/** Masks that are given come as N×C×T, as the official code draws them. */
const ownMasks = (mode: Mode, batch: number, sequences: number, { times }: Layer): Mode => ({
  ...mode,
  ...(mode.mask && {
    mask: ([channels, count]) => {
      const mask = (mode.mask as NonNullable<Mode["mask"]>)([batch, channels, count / batch]);
      return columns(transpose(mask, [0, 2, 1]), sequences, times);
    },
  }),
});

import type { Random } from "../../array/random.js";
import { relu } from "../../graph/elementwise.js";
import { concat } from "../../graph/movement.js";
import type { Node } from "../../graph/node.js";
import { averagePool, maxPool, type PoolingOptions } from "../../graph/pooling.js";
import * as convolution from "../../nn/convolution.js";
import * as dropout from "../../nn/dropout.js";
import { kaimingNormal, normal } from "../../nn/initialise.js";
import { EVALUATION, type Mode } from "../../nn/mode.js";
import * as prelu from "../../nn/prelu.js";
import { parameter, type Symbolic } from "../../nn/tree.js";

/** What follows a convolution; `prelu` has a slope for each channel. */
export type Activation = "relu" | "prelu" | "none";

/**
 * The steps that a network is described with. One description is read several times: by channel counts it gives the
 * parameters, by symbolic tensors the graph. So sizes and names stand in one place.
 */
export interface Layers<T> {
  /** A convolution that keeps the size, by the name that it has in the weights file. */
  conv(name: string, x: T, outputs: number, kernel: number, activation: Activation): T;
  maxPool(x: T, kernel: number): T;
  averagePool(x: T, kernel: number, stride: number): T;
  concat(parts: readonly T[]): T;
  /** Values dropped in training. */
  drop(x: T, rate: number): T;
}

/** Parameters by layer; PReLU slopes have layers of their own: `prelu4_2` follows `conv4_2`. */
export type LayerParams = Readonly<Record<string, convolution.ConvolutionParams>>;

const preluOf = (name: string) => name.replace("conv", "prelu");

/** How weights are filled: He's normal numbers, and small ones where nothing follows, so that maps begin near 0. */
const filling =
  (random: Random): Filling =>
  (shape, activation) =>
    activation === "none" ? normal(random, shape, 0.01) : kaimingNormal(random, shape);

type Filling = (shape: readonly number[], activation: Activation) => Float32Array;

/** Nothing in the leaves but their shapes: what weights of a file are compared with. */
const unfilled: Filling = () => new Float32Array(0);

function collect(describe: (on: Layers<number>) => unknown, fill: Filling): LayerParams {
  const params: Record<string, convolution.ConvolutionParams> = {};
  describe({
    conv: (name, inputs, outputs, kernel, activation) => {
      const shape = [outputs, inputs, kernel, kernel];
      params[name] = {
        weight: parameter(shape, fill(shape, activation)),
        bias: parameter([outputs], new Float32Array(outputs)),
      };
      if (activation === "prelu") params[preluOf(name)] = prelu.init(outputs);
      return outputs;
    },
    maxPool: (channels) => channels,
    averagePool: (channels) => channels,
    concat: (parts) => parts.reduce((sum, channels) => sum + channels, 0),
    drop: (channels) => channels,
  });
  return params;
}

/** New parameters of a network: its description is read by channel counts. */
export const initLayers = (random: Random, describe: (on: Layers<number>) => unknown): LayerParams =>
  collect(describe, filling(random));

/** The shapes of a network's parameters; weights have no values, so that none are drawn to be thrown away. */
export const shapesOf = (describe: (on: Layers<number>) => unknown): LayerParams =>
  collect(describe, unfilled);

/** How a graph is made. */
export interface LayerOptions {
  /** Pooling windows that reach over the edge count, as in Caffe; true when absent. */
  readonly ceilMode?: boolean;
  /** Evaluation when absent. */
  readonly mode?: Mode;
}

/** The steps on symbolic tensors [batch, channel, height, width] with the given parameters. */
export function symbolicLayers(params: Symbolic<LayerParams>, options: LayerOptions = {}): Layers<Node> {
  const { ceilMode = true, mode = EVALUATION } = options;
  const pooled = (kernel: number, strides: number): PoolingOptions => ({ kernel, strides, ceilMode });
  return {
    conv: (name, x, _, kernel, activation) => {
      const y = convolution.forward(params[name], x, { pads: (kernel - 1) / 2 });
      if (activation === "prelu") return prelu.forward(params[preluOf(name)], y);
      return activation === "relu" ? relu(y) : y;
    },
    maxPool: (x, kernel) => maxPool(x, pooled(kernel, 2)),
    averagePool: (x, kernel, stride) => averagePool(x, pooled(kernel, stride)),
    concat: (parts) => concat(parts, 1),
    drop: (x, rate) => dropout.forward(x, rate, mode),
  };
}

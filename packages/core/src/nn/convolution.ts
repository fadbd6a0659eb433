import type { Random } from "../array/random.js";
import { type ConvolutionOptions, conv, convTranspose } from "../graph/convolution.js";
import type { Node } from "../graph/node.js";
import { fans, torchUniform } from "./initialise.js";
import { type Parameter, parameter, type Symbolic } from "./tree.js";

/** A convolution's parameters; no `bias` where a normalisation follows. */
export type ConvolutionParams = { readonly weight: Parameter; readonly bias?: Parameter };

/** What a convolution's weights are made from. */
export interface ConvolutionSizes {
  readonly inputs: number;
  readonly outputs: number;
  /** One size per space axis: [3] over time, [3, 3] over pictures, [3, 3, 3] over volumes. */
  readonly kernel: readonly number[];
  /** True when absent. */
  readonly bias?: boolean;
  readonly groups?: number;
  /** Makes the weight; PyTorch's way when absent. */
  readonly fill?: (random: Random, shape: readonly number[]) => Float32Array;
}

/** Geometry of a layer: strides, dilations, pads, groups, as `conv` takes them. */
export type ConvolutionGeometry = Omit<ConvolutionOptions, "bias">;

/** A weight of [outputs, inputs / groups, …kernel]. */
export const init = (random: Random, sizes: ConvolutionSizes): ConvolutionParams =>
  paramsOf(random, [sizes.outputs, sizes.inputs / (sizes.groups ?? 1), ...sizes.kernel], sizes);

/** The weight of a transposed convolution: [inputs, outputs / groups, …kernel]. */
export const initTransposed = (random: Random, sizes: ConvolutionSizes): ConvolutionParams =>
  paramsOf(random, [sizes.inputs, sizes.outputs / (sizes.groups ?? 1), ...sizes.kernel], sizes);

function paramsOf(random: Random, shape: readonly number[], sizes: ConvolutionSizes): ConvolutionParams {
  const { outputs, bias = true, fill = torchUniform } = sizes;
  const weight = parameter(shape, fill(random, shape));
  return bias
    ? { weight, bias: parameter([outputs], torchUniform(random, [outputs], fans(shape).in)) }
    : { weight };
}

/** Cross-correlation of x [batch, inputs, …space] → [batch, outputs, …windows]. */
export const forward = (
  params: Symbolic<ConvolutionParams>,
  x: Node,
  geometry: ConvolutionGeometry = {},
): Node => conv(x, params.weight, { ...geometry, bias: params.bias });

/** Transposed convolution; `outputPadding` adds elements at the ends. */
export const forwardTransposed = (
  params: Symbolic<ConvolutionParams>,
  x: Node,
  geometry: ConvolutionGeometry & { readonly outputPadding?: number | readonly number[] } = {},
): Node => convTranspose(x, params.weight, { ...geometry, bias: params.bias });

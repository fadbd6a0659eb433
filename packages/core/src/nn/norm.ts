import type { Node, Shape } from "../graph/node.js";
import { groupNorm, instanceNorm, layerNorm } from "../graph/normalise.js";
import { ones, zeros } from "./initialise.js";
import { type Parameter, parameter, type Symbolic } from "./tree.js";

/** Scale and offset after a normalisation that keeps no statistics. */
export type NormParams = { readonly weight: Parameter; readonly bias: Parameter };

/** Parameters that leave normalised values as they are: the normalised axes' shape for layers, else [channels]. */
export const init = (shape: Shape): NormParams => ({
  weight: parameter(shape, ones(shape)),
  bias: parameter(shape, zeros(shape)),
});

/** Over the last axes, those that the weight has (Ba et al. 2016). */
export const forwardLayer = ({ weight, bias }: Symbolic<NormParams>, x: Node, epsilon = 1e-5): Node =>
  layerNorm(x, weight, bias, { epsilon });

/** Over `groups` runs of channels of each example (Wu & He 2018); x [batch, channel, …]. */
export const forwardGroup = (
  { weight, bias }: Symbolic<NormParams>,
  x: Node,
  groups: number,
  epsilon = 1e-5,
): Node => groupNorm(x, groups, weight, bias, { epsilon });

/** Over each channel of each example (Ulyanov et al. 2016); x [batch, channel, …]. */
export const forwardInstance = ({ weight, bias }: Symbolic<NormParams>, x: Node, epsilon = 1e-5): Node =>
  instanceNorm(x, weight, bias, { epsilon });

import { prelu } from "../graph/activation.js";
import type { Node } from "../graph/node.js";
import { type Parameter, parameter, type Symbolic } from "./tree.js";

/** Slopes below zero (He et al. 2015): one for all channels, or one for each. */
export type PreluParams = { readonly weight: Parameter };

/** Slopes of 0.25, or another first value. */
export const init = (channels = 1, slope = 0.25): PreluParams => ({
  weight: parameter([channels], new Float32Array(channels).fill(slope)),
});

/** x where it is positive, else slope · x. */
export const forward = ({ weight }: Symbolic<PreluParams>, x: Node, channelAxis = 1): Node =>
  prelu(x, weight, channelAxis);

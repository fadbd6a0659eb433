import type { Random } from "../array/random.js";
import { multiHeadAttention } from "../graph/attention.js";
import { torchUniform, xavierUniform, zeros } from "./initialise.js";
import { type Parameter, parameter } from "./tree.js";

/** Multi-head attention by PyTorch's names: query, key and value stacked in the input's projection. */
export type AttentionParams = {
  readonly in_proj_weight: Parameter;
  readonly in_proj_bias: Parameter;
  readonly out_proj: { readonly weight: Parameter; readonly bias: Parameter };
};

/** New parameters for vectors of `width` numbers, as PyTorch initialises them. */
export const init = (random: Random, width: number): AttentionParams => ({
  in_proj_weight: parameter([3 * width, width], xavierUniform(random, [3 * width, width])),
  in_proj_bias: parameter([3 * width], zeros([3 * width])),
  out_proj: {
    weight: parameter([width, width], torchUniform(random, [width, width])),
    bias: parameter([width], zeros([width])),
  },
});

export { multiHeadAttention as forward };

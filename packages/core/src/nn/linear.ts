import type { Random } from "../array/random.js";
import { affine } from "../graph/linear.js";
import type { Node } from "../graph/node.js";
import { torchUniform } from "./initialise.js";
import { type Parameter, parameter, type Symbolic } from "./tree.js";

/** An affine map's parameters: weight [outputs, inputs], bias [outputs]. */
export type LinearParams = { readonly weight: Parameter; readonly bias?: Parameter };

/** Lengths of the vectors that an affine map takes and gives. */
export interface LinearSizes {
  readonly inputs: number;
  readonly outputs: number;
  /** True when absent. */
  readonly bias?: boolean;
}

/** New parameters, as PyTorch initialises them. */
export function init(random: Random, { inputs, outputs, bias = true }: LinearSizes): LinearParams {
  const weight = parameter([outputs, inputs], torchUniform(random, [outputs, inputs]));
  return bias ? { weight, bias: parameter([outputs], torchUniform(random, [outputs], inputs)) } : { weight };
}

/** x Wᵀ + b over the last axis: […, inputs] → […, outputs]. */
export const forward = ({ weight, bias }: Symbolic<LinearParams>, x: Node): Node => affine(x, weight, bias);

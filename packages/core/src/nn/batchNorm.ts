import { batchNorm } from "../graph/batchNorm.js";
import { reshape } from "../graph/movement.js";
import { apply, type Node, type Op } from "../graph/node.js";
import { ones, zeros } from "./initialise.js";
import type { Mode } from "./mode.js";
import { type Parameter, parameter, type Symbolic, state } from "./tree.js";

/** Parameters of a batch norm by PyTorch's names, each of one value per channel. `num_batches_tracked` isn't used. */
export type BatchNormParams = {
  readonly weight: Parameter;
  readonly bias: Parameter;
  readonly running_mean: Parameter;
  readonly running_var: Parameter;
};

/** How a batch norm is applied. */
export interface BatchNormOptions {
  readonly mode: Mode;
  /** The channels' axis, 1 when absent. */
  readonly axis?: 0 | 1;
  /** Added to the variance; 1e-5 when absent. */
  readonly epsilon?: number;
}

/** Parameters that leave normalised values as they are. */
export const init = (channels: number): BatchNormParams => ({
  weight: parameter([channels], ones([channels])),
  bias: parameter([channels], zeros([channels])),
  running_mean: state([channels], zeros([channels])),
  running_var: state([channels], ones([channels])),
});

/**
 * Batch normalisation (Ioffe & Szegedy 2015): per channel (x − mean)/√(variance + ε) · weight + bias. In training the
 * statistics are the batch's, and the running ones move towards them by the mode's momentum; there the variance is the
 * unbiased one, as in PyTorch.
 */
export function forward(params: Symbolic<BatchNormParams>, x: Node, options: BatchNormOptions): Node {
  const { mode, axis = 1, epsilon } = options;
  const { weight, bias, running_mean: mean, running_var: variance } = params;
  const normed = batchNorm(
    axis === 1 ? x : reshape(x, [1, x.shape[0], -1]),
    { weight, bias, runningMean: mean, runningVariance: variance },
    { training: mode.training, momentum: mode.momentum, epsilon },
  );
  const y = reshape(normed.y, x.shape);
  if (!mode.training) return y;
  const updates = [
    { state: mean, value: normed.runningMean },
    { state: variance, value: normed.runningVariance },
  ];
  return apply(KeepState, [y], { updates });
}

/** Its input, with new values for state tensors. They are no inputs: who doesn't ask for them doesn't compute them. */
const KeepState: Op<{ updates: readonly { state: Node; value: Node }[] }> = {
  name: "KeepState",
  shape: ([x]) => x.shape,
  gradient: (_, g) => [g],
  form: ({ inputs: [x] }) => x,
  updates: ({ attributes: { updates } }) => updates,
};

import { add, div, mul, sqrt, sub } from "../graph/elementwise.js";
import { reshape } from "../graph/movement.js";
import { apply, type Node, type Op, type Operand, sizeOf } from "../graph/node.js";
import { reduceMean } from "../graph/reduce.js";
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

export interface BatchNormOptions {
  readonly mode: Mode;
  /** The channels' axis, 1 when absent. */
  readonly axis?: number;
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
  const { mode, axis = 1, epsilon = 1e-5 } = options;
  const perChannel = (v: Node) =>
    reshape(
      v,
      x.shape.map((_, i) => (i === axis ? -1 : 1)),
    );
  const affine = (d: Node, variance: Node) => {
    const scale = div(perChannel(params.weight), sqrt(add(variance, epsilon)));
    return add(mul(d, scale), perChannel(params.bias));
  };
  if (!mode.training) return affine(sub(x, perChannel(params.running_mean)), perChannel(params.running_var));
  const axes = x.shape.flatMap((_, i) => (i === axis ? [] : [i]));
  const mean = reduceMean(x, axes, true);
  const d = sub(x, mean);
  const variance = reduceMean(mul(d, d), axes, true);
  const count = sizeOf(x.shape) / x.shape[axis];
  const unbiased = mul(variance, count / Math.max(1, count - 1));
  const moved = (old: Node, now: Node) => blend(old, reshape(now, old.shape), mode.momentum ?? 0.1);
  return apply(KeepState, [affine(d, variance)], {
    updates: [
      { state: params.running_mean, value: moved(params.running_mean, mean) },
      { state: params.running_var, value: moved(params.running_var, unbiased) },
    ],
  });
}

const blend = (old: Node, now: Node, share: Operand) => add(mul(old, sub(1, share)), mul(now, share));

/** Its input, with new values for state tensors. */
const KeepState: Op<{ updates: readonly { state: Node; value: Node }[] }> = {
  name: "KeepState",
  shape: ([x]) => x.shape,
  gradient: (_, g) => [g],
  form: ({ inputs: [x] }) => x,
  updates: ({ attributes: { updates } }) => updates,
};

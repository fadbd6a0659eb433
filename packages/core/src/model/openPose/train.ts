import { slice } from "../../graph/movement.js";
import type { Node } from "../../graph/node.js";
import type { Mode } from "../../nn/mode.js";
import { adam, type Optimisers, scaled, sgd } from "../../nn/optimiser.js";
import type { Symbolic } from "../../nn/tree.js";
import { type StageLosses, stagesLoss } from "./loss.js";
import { forward, type NetworkOptions, type NetworkParams } from "./network.js";

/** The loss of a network on batches of `examples`: `picture`, `target` and `weight`. */
export const supervised =
  (options: NetworkOptions) =>
  (
    params: Symbolic<NetworkParams>,
    { picture, target, weight }: Readonly<Record<string, Node>>,
    mode?: Mode,
  ): StageLosses => {
    const stages = forward(params, picture, options, { mode });
    // Targets have a background, also for the networks that predict none.
    const { parts, background = true } = options;
    const part = (from: number, to?: number) => ({
      target: slice(target, 1, from, to),
      weight: slice(weight, 1, from, to),
    });
    const fields = stages.fields.length > 0 ? part(parts + 1) : undefined;
    return stagesLoss(stages, part(0, background ? parts + 1 : parts), fields);
  };

/** How OpenPose's networks are optimised. */
export interface OptimiserOptions {
  /** `sgd` for the network of 2017, `adam` for that of 2019. */
  readonly kind: "sgd" | "adam";
  /** Of gradient descent; the paper's 0.9 when absent. */
  readonly momentum?: number;
  /** Of weights, not of biases; the paper's 5e-4 when absent. */
  readonly weightDecay?: number;
  /** Learning rate of later stages as a multiple of the first ones' and the trunk's; 4 when absent. */
  readonly laterStages?: number;
  /** Learning rate of biases as a multiple of their weights'; 2 when absent. */
  readonly biases?: number;
}

/**
 * The optimisers of all parameters by their names: later stages, which nobody initialised from another network, learn four
 * times as fast, biases twice as fast and without decay (the released training files).
 */
export function optimisers(options: OptimiserOptions): Optimisers {
  const { kind, momentum = 0.9, weightDecay = 5e-4, laterStages = 4, biases = 2 } = options;
  const plain = (decay: number) =>
    kind === "sgd" ? sgd({ momentum, weightDecay: decay }) : adam({ weightDecay: decay });
  const [weight, bias] = [plain(weightDecay), plain(0)];
  return (path) => {
    const isBias = path.endsWith(".bias");
    return scaled(isBias ? bias : weight, (isLater(path) ? laterStages : 1) * (isBias ? biases : 1));
  };
}

/** `Mconv3_stage2_L1`: the networks of 2017 count stages from 1 and name only the later ones so, those of 2019 from 0. */
const isLater = (path: string): boolean => Number(/_stage(\d+)/.exec(path)?.[1] ?? 0) > 0;

/** A rate that falls by a factor each time so many steps have passed, as with Caffe's "step" and "multistep". */
export function steppedRate(rate: number, factor: number, at: readonly number[], step: number): number {
  return rate * factor ** at.filter((done) => step >= done).length;
}

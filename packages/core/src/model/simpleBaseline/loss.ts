import type { Node } from "../../graph/node.js";
import { jointsMseLoss, jointsOhkmLoss } from "../../nn/heatmapLoss.js";
import { type Mode, TRAINING } from "../../nn/mode.js";
import type { Symbolic } from "../../nn/tree.js";
import { forward, type NetworkParams } from "./network.js";

/**
 * The loss of a network on batches of `batchMaker`: `picture`, `target` and `weight`. Half of the mean squared difference
 * of the maps of joints that are labelled (Xiao et al. 2018).
 *
 * @param hardest Only so many joints of each person count, those with the largest differences (Chen et al. 2018); all
 *   when absent.
 */
export const supervised =
  (hardest?: number) =>
  (
    params: Symbolic<NetworkParams>,
    { picture, target, weight }: Readonly<Record<string, Node>>,
    mode: Mode = TRAINING,
  ): Node => {
    const maps = forward(params, picture, mode);
    return hardest === undefined
      ? jointsMseLoss(maps, target, weight)
      : jointsOhkmLoss(maps, target, weight, hardest);
  };

import { add, mul, square, sub } from "../../graph/elementwise.js";
import { type Node, refuse } from "../../graph/node.js";
import { reduceSum } from "../../graph/reduce.js";
import type { MapStages } from "./network.js";

/** Targets and weights of one kind of maps: [batch, channel, height, width]. A weight multiplies a cell's difference. */
export interface WeighedMaps {
  readonly target: Node;
  readonly weight: Node;
}

/** The loss, for the log also apart: of the last fields and of the last confidence maps. */
export interface StageLosses {
  readonly loss: Node;
  readonly fields?: Node;
  readonly heatmaps?: Node;
}

/** Half of the squared difference where it counts, summed over cells and channels, for one picture on average. */
function halfSquares(prediction: Node, { target, weight }: WeighedMaps): Node {
  const counted = mul(sub(prediction, target), weight);
  return mul(reduceSum(square(counted)), 0.5 / prediction.shape[0]);
}

/**
 * The loss of all stages (Cao et al. 2017, eq. 5; of 2019, where stages of fields precede those of confidence maps): every
 * stage is supervised alike, so that gradients reach the first ones.
 *
 * @param fields Targets of part affinity fields; absent for networks without.
 * @throws MareyError `GRAPH_SHAPE` when sizes differ or there are fields without targets.
 */
export function stagesLoss(stages: MapStages, heatmaps: WeighedMaps, fields?: WeighedMaps): StageLosses {
  if (stages.fields.length > 0 && !fields)
    refuse("OpenPoseLoss", [...stages.fields], "no targets of fields", "Pass them beside those of the maps");
  const ofFields = fields ? stages.fields.map((stage) => halfSquares(stage, fields)) : [];
  const ofMaps = stages.heatmaps.map((stage) => halfSquares(stage, heatmaps));
  return {
    loss: [...ofFields, ...ofMaps].reduce((a, b) => add(a, b)),
    ...(ofFields.length > 0 && { fields: ofFields[ofFields.length - 1] }),
    ...(ofMaps.length > 0 && { heatmaps: ofMaps[ofMaps.length - 1] }),
  };
}

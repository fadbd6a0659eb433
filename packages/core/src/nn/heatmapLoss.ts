import { add, mul, square, sub } from "../graph/elementwise.js";
import { topK } from "../graph/indexing.js";
import { stack, unsqueeze } from "../graph/movement.js";
import { type Node, refuse } from "../graph/node.js";
import { reduceMean, reduceSum } from "../graph/reduce.js";

/**
 * Squared difference of heatmaps where a mask lets it count (HigherHRNet, Cheng et al. 2020): people whom nobody
 * labelled are masked. The mean is over all cells, masked ones too.
 *
 * @param prediction, target [batch, joint, height, width]
 * @param mask [batch, height, width]: 1 counts, 0 doesn't.
 * @returns [batch]
 */
export const maskedHeatmapLoss = (prediction: Node, target: Node, mask: Node): Node =>
  reduceMean(mul(square(sub(prediction, target)), unsqueeze(mask, 1)), [1, 2, 3]);

/** Half of the mean squared difference of each map, [batch, joint]; a weight [batch, joint, 1] scales both maps. */
function perJoint(prediction: Node, target: Node, weight?: Node): Node {
  const difference = sub(prediction, target);
  const weighed = weight ? mul(difference, unsqueeze(weight, -1)) : difference;
  return mul(reduceMean(square(weighed), [2, 3]), 0.5);
}

/**
 * Half of the mean squared difference of heatmaps (Xiao et al. 2018, HRNet).
 *
 * @param prediction, target [batch, joint, height, width]
 * @param weight [batch, joint, 1], by which both maps are multiplied: 0 for joints that aren't labelled.
 */
export const jointsMseLoss = (prediction: Node, target: Node, weight?: Node): Node =>
  reduceMean(perJoint(prediction, target, weight));

/**
 * `jointsMseLoss` of the `hardest` joints of each image only (online hard keypoint mining, Chen et al. 2018).
 *
 * @param prediction, target [batch, joint, height, width]
 * @param weight [batch, joint, 1]
 */
export const jointsOhkmLoss = (prediction: Node, target: Node, weight: Node, hardest: number): Node =>
  reduceMean(topK(perJoint(prediction, target, weight), hardest).values);

/**
 * The mean squared difference of each stack of an hourglass network (Newell et al. 2016).
 *
 * @param prediction [batch, stack, joint, height, width]
 * @param target [batch, joint, height, width]
 * @returns [batch, stack]
 */
export const stackedHeatmapLoss = (prediction: Node, target: Node): Node =>
  reduceMean(square(sub(prediction, unsqueeze(target, 1))), [2, 3, 4]);

/** What OpenPose's network gives or shall give: part affinity fields and heatmaps, [batch, channel, height, width]. */
export interface FieldsAndHeatmaps {
  readonly fields: Node;
  readonly heatmaps: Node;
}

/**
 * The loss of all stages of OpenPose (Cao et al. 2017, eq. 5): half of the squared difference, summed over cells and
 * channels, for one image on average.
 *
 * @param mask [batch, 1, height, width]: 0 where people aren't labelled.
 * @returns The sum, and its parts [2 · stages]: fields of stage 0, heatmaps of stage 0, fields of stage 1 …
 */
export function openPoseLoss(
  stages: readonly FieldsAndHeatmaps[],
  target: FieldsAndHeatmaps,
  mask: Node,
): { loss: Node; perStage: Node } {
  if (stages.length === 0) refuse("OpenPoseLoss", [mask], "no stages", "Give what each stage predicts");
  const half = (prediction: Node, wanted: Node) =>
    mul(reduceSum(square(mul(sub(prediction, wanted), mask))), 0.5 / mask.shape[0]);
  const parts = stages.flatMap(({ fields, heatmaps }) => [
    half(fields, target.fields),
    half(heatmaps, target.heatmaps),
  ]);
  return { loss: parts.reduce((a, b) => add(a, b)), perStage: stack(parts, 0) };
}

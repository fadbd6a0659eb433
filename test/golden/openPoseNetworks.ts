import { network as convolutionalPoseMachine } from "@marey/core/model/convolutionalPoseMachine";
import { type MapStages, type NetworkOptions, network } from "@marey/core/model/openPose";
import type { Operations } from "./fixture.js";
import { operation } from "./networks.js";

/** Parameters without the component that PyTorch's wrappers put in front: `model1_1.conv5_1_CPM_L1`. */
const bare = (params: Record<string, object>) =>
  Object.assign({}, ...Object.values(params)) as Record<string, object>;

/** Caffe's rounding where a case names it; PyTorch's otherwise. */
const rounding = (pooling?: string) => ({ ceilMode: pooling?.startsWith("ceil") ?? false });

const openPose = (
  options: object,
  stages: (maps: MapStages) => object,
  unwrap = (params: object) => params,
) =>
  operation({
    forward: (params, { x }, { widths, stages: count, pooling }) => {
      const sizes = { ...options, stages: count, widths } as NetworkOptions;
      return { ...stages(network.forward(unwrap(params) as never, x!, sizes, rounding(pooling))) };
    },
  });

/** Nodes by names made of their places, counted from `first`. */
const named = <T>(nodes: readonly T[], name: (stage: number) => string, first = 1): Record<string, T> =>
  Object.fromEntries(nodes.map((node, i) => [name(i + first), node]));

const { coco18, body25, hand21 } = network.ARCHITECTURES;

/** The operations of the golden group `networks` that OpenPose's and CPM's networks are. */
export const openPoseNetworks: Operations = {
  openPoseCoco: openPose(
    coco18,
    ({ fields, heatmaps }) => ({
      ...named(fields, (stage) => `stage${stage}_paf`),
      ...named(heatmaps, (stage) => `stage${stage}_heatmap`),
    }),
    bare as never,
  ),
  openPoseHand: openPose(
    hand21,
    ({ heatmaps }) => named(heatmaps, (stage) => `stage${stage}`),
    bare as never,
  ),
  openPoseBody25: openPose(body25, ({ fields, heatmaps, output }) => ({
    ...named(fields, (stage) => `Mconv7_stage${stage}_L2`, 0),
    ...named(heatmaps, (stage) => `Mconv7_stage${stage}_L1`, 0),
    net_output: output,
  })),
  convolutionalPoseMachine: operation({
    forward: (params, { x, centerMap }, { widths, stages, pooling }) => {
      const { original } = convolutionalPoseMachine.ARCHITECTURES;
      const options = { ...original, stages, widths };
      const beliefs = convolutionalPoseMachine.forward(params, x!, centerMap!, options, rounding(pooling));
      return named(beliefs, (stage) => (stage === 1 ? "conv7_stage1" : `Mconv5_stage${stage}`));
    },
  }),
};

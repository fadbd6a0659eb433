import type { Node } from "@marey/core/graph";
import * as g from "@marey/core/graph";
import { loss as videoPose3d } from "@marey/core/model/videoPose3d";
import * as nn from "@marey/core/nn";
import { numbers, type Operations, type Stored } from "./fixture.js";
import { type Build, graphOperation } from "./graph.js";

const comparing = (loss: (prediction: Node, target: Node) => Node) =>
  graphOperation(({ prediction, target }) => ({ loss: loss(prediction!, target!) }));
const ofPoints = (loss: (points: Node, attributes: { delta: number }) => Node) =>
  graphOperation(({ points }, attributes) => ({ loss: loss(points!, attributes) }));

/** An operation of which some inputs are plain numbers, not tensors of the graph. */
const withNumbers =
  (
    build: (
      inputs: Record<string, Node>,
      stored: Record<string, Stored>,
      attributes: never,
    ) => Record<string, Node>,
  ): Operations[string] =>
  (fixture) => {
    const plain: Build = (inputs, attributes) => build(inputs, fixture.inputs, attributes as never);
    return graphOperation(plain)(fixture);
  };

const integers = (stored: Stored): number[] => [...numbers(stored)];
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

/** The first 25 of SPIN's 49 joints are OpenPose's, the others are annotated. */
const OPENPOSE_JOINTS = 25;

/** The operations of the golden group `losses`. */
export const losses: Operations = {
  associativeEmbeddingLoss: graphOperation(({ tags, joints }, { kind }) =>
    nn.associativeEmbeddingLoss(tags!, joints!, kind),
  ),
  maskedHeatmapLoss: graphOperation(({ prediction, target, mask }) => ({
    loss: nn.maskedHeatmapLoss(prediction!, target!, mask!),
  })),
  jointsMseLoss: graphOperation(({ prediction, target, weight }, { targetWeights }) => ({
    loss: nn.jointsMseLoss(prediction!, target!, targetWeights ? weight : undefined),
  })),
  jointsOhkmLoss: graphOperation(({ prediction, target, weight }, { topK }) => ({
    loss: nn.jointsOhkmLoss(prediction!, target!, weight!, topK),
  })),
  stackedHeatmapLoss: comparing(nn.stackedHeatmapLoss),
  openPoseLoss: graphOperation(({ mask, pafTarget, heatTarget, ...stages }, attributes) =>
    nn.openPoseLoss(
      range(0, attributes.stages).map((i) => ({ fields: stages[`paf${i}`]!, heatmaps: stages[`heat${i}`]! })),
      { fields: pafTarget!, heatmaps: heatTarget! },
      mask!,
    ),
  ),
  mpjpe: comparing(videoPose3d.mpjpe),
  weightedMpjpe: graphOperation(({ prediction, target, weight }) => ({
    loss: videoPose3d.weightedMpjpe(prediction!, target!, weight!),
  })),
  scaleAlignedMpjpe: comparing(videoPose3d.scaleAlignedMpjpe),
  procrustesAlignedMpjpe: comparing(videoPose3d.procrustesAlignedMpjpe),
  meanVelocityError: comparing(videoPose3d.meanVelocityError),
  boneLengthTerm: withNumbers(({ pose }, { parents }, { labelled }) => ({
    loss: videoPose3d.boneLengthTerm(pose!, integers(parents!), labelled),
  })),
  projectHuman36m: graphOperation(({ points, camera }) => ({
    points: videoPose3d.projectHuman36m(points!, camera!),
  })),
  projectLinear: graphOperation(({ points, camera }) => ({
    points: videoPose3d.projectLinear(points!, camera!),
  })),
  reprojectionLoss: graphOperation(({ points, camera, target }, { linear }) => ({
    loss: videoPose3d.reprojectionLoss(points!, camera!, target!, { linear }),
  })),
  symmetryLoss: withNumbers(({ pose }, { bonePairs }) => {
    const ends = integers(bonePairs!);
    const pairs = range(0, ends.length / 4).map(
      (i) => ends.slice(4 * i, 4 * i + 4) as unknown as nn.BonePair,
    );
    return { loss: nn.symmetryLoss(pose!, pairs) };
  }),
  accelerationLoss: graphOperation(({ pose }) => ({ loss: nn.accelerationLoss(pose!) })),
  weightedKeypointLoss: graphOperation(({ prediction, target, openposeWeight, annotatedWeight }) => {
    const others = prediction!.shape[1]! - OPENPOSE_JOINTS;
    const weight = g.concat(
      [g.expand(openposeWeight!, [OPENPOSE_JOINTS]), g.expand(annotatedWeight!, [others])],
      0,
    );
    return { loss: nn.weightedKeypointLoss(prediction!, target!, weight) };
  }),
  pelvisAlignedKeypointLoss: comparing((prediction, target) =>
    nn.pelvisAlignedKeypointLoss(prediction, target, range(25, 39), [27, 28]),
  ),
  smplParameterLoss: graphOperation(({ pose, betas, targetPose, targetBetas }) => ({
    ...nn.smplParameterLoss({ pose: pose!, betas: betas! }, { pose: targetPose!, betas: targetBetas! }),
  })),
  lsganGeneratorLoss: graphOperation(({ fake }) => ({ loss: nn.lsganGeneratorLoss(fake!) })),
  lsganDiscriminatorLoss: graphOperation(({ real, fake }) => ({
    ...nn.lsganDiscriminatorLoss(real!, fake!),
  })),
  wassersteinGeneratorLoss: graphOperation(({ fake }) => ({ loss: nn.wassersteinGeneratorLoss(fake!) })),
  wassersteinDiscriminatorLoss: graphOperation(({ real, fake }) => ({
    ...nn.wassersteinDiscriminatorLoss(real!, fake!),
  })),
  weakPerspectiveToFull: graphOperation(({ points, camera }) => ({
    points: nn.weakPerspectiveToFull(points!, camera!),
  })),
  weakPerspective: graphOperation(({ points, camera }) => ({ points: nn.weakPerspective(points!, camera!) })),
  visibleKeypointL1: graphOperation(({ prediction, target, visible }) => ({
    loss: nn.visibleKeypointL1(prediction!, target!, visible!),
  })),
  geodesicDistance: graphOperation(({ a, b }) => ({ loss: nn.geodesicDistance(a!, b!) })),
  integralJointLoss: graphOperation(({ volume, target, weight }, { joints, kind }) => ({
    loss: nn.integralJointLoss(volume!, target!, weight!, { joints, kind }),
  })),
  separationLoss: ofPoints((points, { delta }) => nn.separationLoss(points, delta)),
  heatmapVarianceLoss: graphOperation(({ logits }) => ({ loss: nn.heatmapVarianceLoss(logits!) })),
  silhouetteLoss: graphOperation(({ logits, mask }) => ({ loss: nn.silhouetteLoss(logits!, mask!) })),
  relativePoseLoss: graphOperation(({ first, second, rotation }) => ({
    ...nn.relativePoseLoss(first!, second!, rotation!),
  })),
  multiViewConsistencyLoss: graphOperation((p) => ({
    loss: nn.multiViewConsistencyLoss([p.uvFirst!, p.projectedSecond!], [p.uvSecond!, p.projectedFirst!]),
  })),
  keypoint3dMultiviewLoss: ofPoints(nn.keypoint3dMultiviewLoss),
  keypoint3dSeparationLoss: ofPoints(nn.keypoint3dSeparationLoss),
};

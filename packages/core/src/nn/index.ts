export {
  type AdadeltaOptions,
  type AdagradOptions,
  adadelta,
  adagrad,
  type RmspropOptions,
  rmsprop,
} from "./adaptive.js";
export {
  type DiscriminatorLoss,
  lsganDiscriminatorLoss,
  lsganGeneratorLoss,
  wassersteinDiscriminatorLoss,
  wassersteinGeneratorLoss,
} from "./adversarialLoss.js";
export * as attention from "./attention.js";
export { equalAverage, movingAverage, warmedDecay } from "./average.js";
export * as batchNorm from "./batchNorm.js";
export { clipByNorm, clipByValue, type Norm, normOf } from "./clip.js";
export * as convolution from "./convolution.js";
export { type CrossEntropyOptions, crossEntropy } from "./crossEntropy.js";
export * as dropout from "./dropout.js";
export {
  type FieldsAndHeatmaps,
  jointsMseLoss,
  jointsOhkmLoss,
  maskedHeatmapLoss,
  openPoseLoss,
  stackedHeatmapLoss,
} from "./heatmapLoss.js";
export * as initialise from "./initialise.js";
export {
  heatmapVarianceLoss,
  keypoint3dMultiviewLoss,
  keypoint3dSeparationLoss,
  multiViewConsistencyLoss,
  relativePoseLoss,
  separationLoss,
  silhouetteLoss,
} from "./keypointDiscoveryLoss.js";
export * as linear from "./linear.js";
export {
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  cosineSimilarity,
  huberLoss,
  klDivergence,
  type LossOptions,
  l1Loss,
  mseLoss,
  type Reduction,
  smoothL1Loss,
} from "./loss.js";
export * as mobileNet from "./mobileNet.js";
export { EVALUATION, type Mode, TRAINING } from "./mode.js";
export * as norm from "./norm.js";
export {
  type AdamOptions,
  adam,
  adamW,
  groups,
  type Optimiser,
  type Optimisers,
  optimiserOf,
  type ParameterGroup,
  type SgdOptions,
  type StepSettings,
  scaled,
  sgd,
  type Updated,
} from "./optimiser.js";
export {
  accelerationLoss,
  type BodyParameters,
  type BonePair,
  boneLengths,
  type CoordinateLoss,
  geodesicDistance,
  integralJointLoss,
  pelvisAlignedKeypointLoss,
  smplParameterLoss,
  symmetryLoss,
  visibleKeypointL1,
  weightedKeypointLoss,
} from "./poseLoss.js";
export * as prelu from "./prelu.js";
export { CROP_CAMERA, type CropCamera, weakPerspective, weakPerspectiveToFull } from "./projection.js";
export * as recurrent from "./recurrent.js";
export * as residual from "./residual.js";
export * as resNet from "./resNet.js";
export * as schedule from "./schedule.js";
export type { BatchPorts, StepDefinition, StepGraph } from "./step.js";
export { trainingStep, WEIGHTS } from "./step.js";
export { associativeEmbeddingLoss, type TagPush } from "./tagLoss.js";
export type { Kept, Trainer, TrainerOptions } from "./trainer.js";
export { openTrainer } from "./trainer.js";
export type { Parameter, Symbolic, Tree } from "./tree.js";
export { baked, count, leaves, load, mapLeaves, parameter, state, symbolic } from "./tree.js";

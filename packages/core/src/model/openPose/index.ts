export {
  type AugmentOptions,
  BODY25_AUGMENTATION,
  COCO_AUGMENTATION,
  drawView,
  type View,
  wholeView,
} from "./augment.js";
export { type ExampleOptions, type Examples, examples } from "./batches.js";
export { cutPicture, placePeople } from "./crop.js";
export { GRAPH_INPUT, GRAPH_OUTPUT, inferenceGraph } from "./inferenceGraph.js";
export type { Activation, LayerOptions, LayerParams, Layers } from "./layers.js";
export { type StageLosses, stagesLoss, type WeighedMaps } from "./loss.js";
export { boxRegion, encodeMask, isInside, type MaskGrid, type Region, readRegion } from "./mask.js";
export * as network from "./network.js";
export {
  ARCHITECTURES,
  type BeliefOptions,
  type DenseOptions,
  type DenseStage,
  type MapStages,
  type NetworkOptions,
  type NetworkParams,
  type PairedOptions,
} from "./network.js";
export {
  BODY_25,
  BODY_25B,
  BODY_25E,
  BODY_135,
  CAR_12,
  CAR_22,
  COCO_18,
  limbsByChannel,
  MPI_15,
  PART_MODELS,
  type PartEdge,
  type PartModel,
} from "./parts.js";
export { type CropLabels, channelsOf, type TargetOptions, targetEncoder } from "./targets.js";
export { type OptimiserOptions, optimisers, steppedRate, supervised } from "./train.js";
export { type LabelledPerson, type LabelledPicture, readTrainingSet } from "./trainingSet.js";
export { strideOf, type TrunkConvolution, type TrunkStep } from "./trunk.js";
export { loadWeights, officialNames, recognise } from "./weights.js";

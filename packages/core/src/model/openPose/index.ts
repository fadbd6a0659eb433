export {
  type AugmentOptions,
  BODY25_AUGMENTATION,
  COCO_AUGMENTATION,
  drawView,
  type View,
  wholeView,
} from "./augment.js";
export { mapAverager } from "./averageMaps.js";
export { type ExampleOptions, type Examples, examples } from "./batches.js";
export { type Colour, type DrawnSize, drawnSize, jointColours } from "./colours.js";
export { cutPicture, placePeople } from "./crop.js";
export { type CropBatchOptions, cropBatchMaker, type LabelledCrop } from "./cropBatches.js";
export { type OfficialOptions, type OfficialSight, officialReader, officialSkeleton } from "./infer.js";
export { GRAPH_INPUT, GRAPH_OUTPUT, inferenceGraph } from "./inferenceGraph.js";
export {
  handScales,
  PART_DEFAULTS,
  type PartNetworks,
  type PartOptions,
  partReader,
  type SeenParts,
} from "./inferParts.js";
export { keepTopPeople } from "./keepTop.js";
export type { Activation, LayerOptions, LayerParams, Layers } from "./layers.js";
export { type StageLosses, stagesLoss, type WeighedMaps } from "./loss.js";
export { boxRegion, encodeMask, isInside, type MaskGrid, type Region, readRegion } from "./mask.js";
export { drawAffine, drawNetInput } from "./netInput.js";
export {
  NET_SIZE_ACCURATE,
  NET_SIZE_DEFAULTS,
  type NetSize,
  type NetSizeOptions,
  type NetSizes,
  netSizes,
} from "./netSize.js";
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
export { assembleByEdge, assembleTogether, type PersonDraft } from "./officialAssembly.js";
export type { Pair, PartCandidates } from "./officialPairs.js";
export {
  OFFICIAL_SHIFT,
  type OfficialParserOptions,
  type OfficialPeople,
  officialParser,
} from "./officialParser.js";
export { followHand, type PartBoxes, partBoxes, type SeenHand, type SquareBox } from "./partBoxes.js";
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
export { type Thresholds, thresholdsOf } from "./thresholds.js";
export { type OptimiserOptions, optimisers, steppedRate, supervised } from "./train.js";
export { type FormSizes, type TrainingForm, trainingForm } from "./trainForm.js";
export {
  type LabelledPerson,
  type LabelledPicture,
  readTrainingSet,
  type TrainingSet,
} from "./trainingSet.js";
export { type Score, type ScoreOptions, scoreNetwork } from "./trainScore.js";
export { startFrom } from "./trainStart.js";
export { strideOf, type TrunkConvolution, type TrunkStep } from "./trunk.js";
export { loadWeights, officialNames, recognise } from "./weights.js";

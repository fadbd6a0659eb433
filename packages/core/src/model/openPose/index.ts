export { GRAPH_INPUT, GRAPH_OUTPUT, inferenceGraph } from "./inferenceGraph.js";
export type { Activation, LayerOptions, LayerParams, Layers } from "./layers.js";
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
export { strideOf, type TrunkConvolution, type TrunkStep } from "./trunk.js";
export { loadWeights, officialNames, recognise } from "./weights.js";

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
export { strideOf, type TrunkConvolution, type TrunkStep } from "./trunk.js";

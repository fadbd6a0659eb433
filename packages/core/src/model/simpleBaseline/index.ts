export { blurOf, type Coding, cellsOf, codecOf, type MapForm, sigmaOf } from "./coding.js";
export { openPoser, type Poser, type PoserOptions } from "./infer.js";
export { GRAPH_INPUT, GRAPH_OUTPUT, inferenceGraph } from "./inferenceGraph.js";
export { supervised } from "./loss.js";
export type { NetworkOptions, NetworkParams } from "./network.js";
export * as network from "./network.js";
export { COLOUR, writePicture } from "./picture.js";
export {
  halfOf,
  type Placing,
  type PoserScore,
  placeAnnotated,
  type ScoredSet,
  scorePlacings,
} from "./score.js";
export { batchMaker, type LabelledCrop, type PoseBatch } from "./train.js";
export { type LoadedNetwork, loadWeights, officialNames, startFrom } from "./weights.js";

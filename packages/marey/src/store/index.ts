export { type Card, cardSchema, readCard } from "./card.js";
export { cards } from "./cards.js";
export {
  exportWeights,
  importWeights,
  openWeights,
  type WeightsCard,
  type WeightsInfo,
} from "./imported.js";
export {
  describeModel,
  importModel,
  listModels,
  type ModelEntry,
  type ModelInfo,
  type ModelPort,
} from "./models.js";
export { findCard, loadNetwork, networkBytes } from "./networks.js";
export { readAnyWeights } from "./weights.js";

export { type Card, cardSchema, readCard } from "./card.js";
export { cards } from "./cards.js";
export {
  describeModel,
  importModel,
  listModels,
  type ModelEntry,
  type ModelInfo,
  type ModelPort,
} from "./models.js";
export { findCard, loadNetwork, networkBytes } from "./networks.js";

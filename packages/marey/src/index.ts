export { devices, onnxRuntime } from "./run/index.js";
export {
  type Card,
  cardSchema,
  cards,
  describeModel,
  findCard,
  importModel,
  listModels,
  loadNetwork,
  type ModelEntry,
  type ModelInfo,
  type ModelPort,
  networkBytes,
  readCard,
} from "./store/index.js";

export { devices, onnxRuntime } from "./run/index.js";
export {
  type Card,
  cardSchema,
  cards,
  findCard,
  loadNetwork,
  networkBytes,
  readCard,
} from "./store/index.js";

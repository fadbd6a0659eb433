export { halfToFloat, readSafetensors, type Safetensors, type StoredTensor } from "./safetensors.js";

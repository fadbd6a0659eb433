export { devices, onnxRuntime } from "./run/index.js";

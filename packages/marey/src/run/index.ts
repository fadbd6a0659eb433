export { devices, onnxRuntime } from "./onnxRuntime.js";

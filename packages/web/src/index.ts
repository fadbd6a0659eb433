export type { WebRuntimeOptions } from "./onnxRuntime.js";
export { webRuntime } from "./onnxRuntime.js";

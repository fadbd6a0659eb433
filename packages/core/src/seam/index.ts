export type { Frame, FrameOptions, FrameSource, Frames } from "./frames.js";
export type { Network, Runtime, RuntimeOptions, Tensor } from "./runtime.js";
export type { Store } from "./store.js";

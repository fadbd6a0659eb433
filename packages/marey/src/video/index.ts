export { type VideoShape, type VideoWriter, writeVideo } from "./encode.js";
export { frames, openFrames } from "./frames.js";
export { readImage, writeImage } from "./picture.js";
export { probeVideo, type VideoInfo } from "./probe.js";
export type { SourceOptions } from "./video.js";

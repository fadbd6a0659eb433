export { type SoundOptions, type VideoWriter, writeVideo } from "./encode.js";
export type { VideoShape } from "./encoder.js";
export { frames, openFrames } from "./frames.js";
export type { SourceOptions, StreamEvent } from "./options.js";
export { readImage, writeImage } from "./picture.js";
export { probeVideo, type VideoInfo } from "./probe.js";
export { isPicture } from "./still.js";
export { readTimeCode } from "./timeCode.js";

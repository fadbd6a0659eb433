export { type FrameFiles, frameFiles } from "./frameFiles.js";
export { type HeatmapOptions, heatmapWriter, requireHeatmaps } from "./heatmaps.js";
export { npzWriter } from "./npz.js";
export { type KeypointScale, type OpenPoseFilesOptions, openPoseFiles } from "./openPose.js";
export {
  type OverlayOptions,
  type OverlayPaint,
  overlayWriter,
  type PictureSink,
  pictureSink,
  picturesSink,
  videoSink,
} from "./overlay.js";
export { type CocoWriterOptions, cocoWriter, csvWriter, jsonWriter } from "./tables.js";
export { type FrameWriter, frameName, stemOf, type Take } from "./writer.js";

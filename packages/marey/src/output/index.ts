export { type CocoPartName, cocoPartNames, cocoParts, requireCocoPart } from "./cocoParts.js";
export { type FrameFiles, frameFiles } from "./frameFiles.js";
export { type HeatmapOptions, heatmapWriter, requireHeatmaps } from "./heatmaps.js";
export { npzWriter } from "./npz.js";
export { type KeypointScale, openPoseFiles } from "./openPose.js";
export {
  type OverlayPaint,
  overlayWriter,
  type PictureSink,
  pictureSink,
  picturesSink,
  videoSink,
} from "./overlay.js";
export { cocoWriter, csvWriter, jsonWriter } from "./tables.js";
export { type FrameWriter, stemOf, type Take } from "./writer.js";

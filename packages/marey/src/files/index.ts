export { type MotionFiles, writeMotionFiles } from "./motionFiles.js";
export { readOpenPoseFolder, writeOpenPoseFolder } from "./openPoseFolder.js";
export { readSource, type SourceOptions, skeletonNamed, skeletonOf } from "./source.js";
export {
  type FileSet,
  fileSet,
  type OpenFile,
  readWhole,
  requireAbsent,
  type WriteOptions,
  writeWhole,
} from "./whole.js";

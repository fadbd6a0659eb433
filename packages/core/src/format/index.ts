export { readCalibrationToml, writeCalibrationToml } from "./calibrationToml.js";
export { readDecimal, writeDecimal } from "./decimal.js";
export { readJson, readLines, readText } from "./lines.js";
export { type MarkerOptions, type Markers, markersToMotion, motionToMarkers } from "./markers.js";
export {
  lastNumber,
  type NamedBytes,
  type OpenPoseOptions,
  type OpenPosePerson,
  readOpenPose,
  readOpenPoseFrame,
  recogniseOpenPose,
  writeOpenPose,
  writeOpenPoseFrame,
} from "./openPose.js";
export { type QualisysOptions, readQualisys } from "./qualisys.js";
export { halfToFloat, readSafetensors, type Safetensors, type StoredTensor } from "./safetensors.js";
export { readTrc, type TrcOptions, writeTrc } from "./trc.js";
export { turnUp, turnVectors } from "./upAxis.js";

export { type Amc, type Asf, type AsfBone, poseAsf, readAmc, readAsf } from "./asf.js";
export { type Bvh, type BvhChannel, type BvhJoint, type BvhPose, poseBvh, readBvh, writeBvh } from "./bvh.js";
export { BVH_DEFAULTS, type BvhOptions, type BvhReadOptions, bvhToMotion, motionToBvh } from "./bvhMotion.js";
export { type C3d, type C3dOptions, readC3d } from "./c3d.js";
export type { C3dParameter } from "./c3dParameters.js";
export { c3dToMarkers, writeC3d } from "./c3dWriter.js";
export { type CaffeLayer, type CaffeModel, caffeTensors, readCaffeModel } from "./caffe.js";
export { readCalibrationToml, writeCalibrationToml } from "./calibrationToml.js";
export { type CocoOptions, isCocoKeypoints, readCocoKeypoints } from "./coco.js";
export { type CocoResultOptions, cocoResults } from "./cocoResults.js";
export { type CsvOptions, readCsv, writeCsv } from "./csv.js";
export {
  type AnnotatedImage,
  type AnnotatedPerson,
  type Annotations,
  type InterHandFiles,
  type LspFlag,
  lspAnnotations,
  readAnnotations,
  readCarFusion,
  readFacePoints,
  readFreiHand,
  readInterHand,
  readLsp,
} from "./dataset/index.js";
export { readDecimal, writeDecimal } from "./decimal.js";
export { detectionsCsv, detectionsCsvHead } from "./detectionsCsv.js";
export {
  type Content,
  type MotionFormat,
  type MotionReadOptions,
  type MotionWriteOptions,
  motionFormatOf,
  motionFormats,
} from "./formats.js";
export { writeGeneral } from "./general.js";
export { writeGlb } from "./glb.js";
export { type Gltf, type GltfChannel, type GltfNode, type GltfPrimitive, readGlb } from "./gltf.js";
export { gltfToMotion } from "./gltfMotion.js";
export { type GltfPose, poseGltf, skinGltf } from "./gltfPose.js";
export {
  type ChosenMaps,
  chosenMaps,
  type HeatmapChoice,
  mapsFloats,
  mapsPicture,
  type NetworkMaps,
} from "./heatmapFile.js";
export type { MareyJsonOptions } from "./jsonHeader.js";
export { detectionsJson, writeDetectionsJson, writeKeypointsJson } from "./keypointsJson.js";
export { forwardKinematics } from "./kinematics.js";
export { readJson, readLines, readText } from "./lines.js";
export { type MareyFile, readMareyJson } from "./mareyJson.js";
export { type MarkerOptions, type Markers, markersToMotion, motionToMarkers } from "./markers.js";
export { type NumpyRandom, numpyRandom, seedRandomState } from "./mersenne.js";
export { writeMotionJson } from "./motionJson.js";
export { motionNpzPieces, readMotionNpz, writeMotionNpz } from "./motionNpz.js";
export {
  type NpyArray,
  type NpyContent,
  type NpyData,
  type NpyInput,
  type NpyReadOptions,
  npyParts,
  readNpy,
  writeNpy,
} from "./npy.js";
export { type Npz, npzArray, npzPieces, readNpz, writeNpz } from "./npz.js";
export {
  lastNumber,
  type NamedBytes,
  type OpenPoseOptions,
  readOpenPose,
  recogniseOpenPose,
} from "./openPose.js";
export { type OpenPosePerson, readOpenPoseFrame } from "./openPoseFrame.js";
export {
  type OpenPoseWriter,
  type OpenPoseWriterOptions,
  openPoseWriter,
  writeOpenPose,
  writeOpenPoseFrame,
} from "./openPoseWriter.js";
export { readPickle } from "./pickle.js";
export {
  isKind,
  itemsOf,
  type PickleArray,
  type PickleComplex,
  type PickleDict,
  type PickleName,
  type PickleObject,
  type PickleScalar,
  type PickleSet,
  type PickleStorage,
  type PickleTensor,
  type PickleTuple,
  type PickleValue,
} from "./pickleValue.js";
export { readPyTorch } from "./pyTorch.js";
export { type QualisysOptions, readQualisys } from "./qualisys.js";
export { type RandomState, randomStateOf, readRandomState } from "./randomState.js";
export {
  isSafetensors,
  readSafetensors,
  type Safetensors,
  safetensorsPieces,
  writeSafetensors,
} from "./safetensors.js";
export { readSkeleton } from "./skeletonJson.js";
export { stateDictOf } from "./stateDict.js";
export { decodeElements, type StoredTensor } from "./storedTensor.js";
export { type ScalarEvent, tensorBoardHeader, tensorBoardScalars } from "./tensorBoard.js";
export { readTrc, type TrcOptions, writeTrc } from "./trc.js";
export { turnUp, turnVectors } from "./upAxis.js";
export { readWeights, type Weights } from "./weights.js";
export { openZip, type PackedFile, type ZipFile, zipPieces } from "./zip.js";

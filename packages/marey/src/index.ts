export {
  type DetectOptions,
  detectVideo,
  type EyeOptions,
  type Eyes,
  eyeModels,
  type LookOptions,
  openEyes,
  type Sight,
  type WorkerRuntime,
  workerRuntime,
} from "./detect/index.js";
export {
  type EvaluateOptions,
  evaluateMotion,
  evaluatePoses,
  evaluationTable,
  type Figure,
  type Found,
  type FoundOptions,
  type FoundPeople,
  type JointErrors,
  type MeasureName,
  type MotionEvaluation,
  motionTable,
  type PictureErrors,
  type PoseEvaluation,
  type PrecisionCurve,
  type ReportOptions,
  readFound,
  writeEvaluationReport,
} from "./evaluation/index.js";
export {
  type MotionFiles,
  readOpenPoseFolder,
  readSource,
  type SourceOptions,
  type WriteOptions,
  writeMotionFiles,
} from "./files/index.js";
export {
  type LifterCard,
  type LiftHost,
  type LiftSettings,
  lift,
  type OpenedLifter,
  openDefaultLifter,
  writeLifter,
} from "./lift/index.js";
export { openProgress, type Progress, type ProgressOptions, type TaskProgress } from "./progress.js";
export { devices, onnxRuntime } from "./run/index.js";
export { type CaptureHost, type CaptureSettings, capture } from "./session/capture.js";
export type { CameraQuality, CaptureSummary, PersonQuality, StageTime } from "./session/summary.js";
export {
  type Card,
  cardSchema,
  cards,
  describeModel,
  exportWeights,
  findCard,
  importModel,
  importWeights,
  listModels,
  loadNetwork,
  type ModelEntry,
  type ModelInfo,
  type ModelPort,
  networkBytes,
  openWeights,
  readAnyWeights,
  readCard,
  type WeightsCard,
  type WeightsInfo,
} from "./store/index.js";
export * from "./train/index.js";
export {
  frames,
  openFrames,
  probeVideo,
  readImage,
  type VideoInfo,
  type VideoShape,
  type VideoWriter,
  writeImage,
  writeVideo,
} from "./video/index.js";

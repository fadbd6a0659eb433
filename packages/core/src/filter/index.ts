export type { Boundary } from "./boundary.js";
export { type Band, type ButterworthOptions, butterworth, type DigitalFilter } from "./butterworth.js";
export { type FillOptions, fillGaps, fillRest } from "./gaps.js";
export { type GaussianOptions, gaussianFilter } from "./gaussian.js";
export { type GcvSplineOptions, gcvSpline } from "./gcvSpline.js";
export { gradient } from "./gradient.js";
export {
  type KalmanRun,
  kalmanFilter,
  kalmanRun,
  kalmanSmooth,
  type ProcessModel,
  whiteAcceleration,
  whiteJerk,
} from "./kalman.js";
export { type LoessOptions, loess } from "./loess.js";
export { type HampelOptions, hampel, medianFilter } from "./median.js";
export {
  type OneEuroOptions,
  type OneEuroState,
  oneEuro,
  oneEuroStart,
  oneEuroStep,
  oneEuroZeroPhase,
} from "./oneEuro.js";
export { type Pose2simFilter, pose2simFill, pose2simFilter, pose2simHampel } from "./pose2sim.js";
export { type ColumnFilter, filterRuns, forEachRun } from "./runs.js";
export { type SavitzkyGolayOptions, savitzkyGolay, savitzkyGolayWeights } from "./savitzkyGolay.js";
export { type SmootherOptions, smoothMotion, smoothPerson } from "./smoother.js";
export { type SmoothedSpline, smoothingSpline } from "./smoothingSpline.js";
export { type Interpolation, splineAt, splineSlopes } from "./spline.js";
export { filterMotion, filterPerson, type TrackFilter } from "./tracks.js";
export { type WhittakerOptions, whittaker, whittakerLambda } from "./whittaker.js";
export { filtfilt, type Padding, type PaddingOptions, sosfilt, sosfiltfilt, sosStart } from "./zeroPhase.js";

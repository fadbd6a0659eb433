export type { Boundary } from "./boundary.js";
export { type Band, type ButterworthOptions, butterworth, type DigitalFilter } from "./butterworth.js";
export { type FillOptions, fillGaps, fillRest } from "./gaps.js";
export { type HampelOptions, hampel, medianFilter } from "./median.js";
export { type ColumnFilter, filterRuns } from "./runs.js";
export { type Interpolation, splineAt, splineSlopes } from "./spline.js";
export { filtfilt, type Padding, type PaddingOptions, sosfilt, sosfiltfilt, sosStart } from "./zeroPhase.js";

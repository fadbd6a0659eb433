export type { Camera, Rig } from "./camera.js";
export { distortionCoefficients, distortPoint, undistortPoint } from "./distortion.js";
export {
  DROP_SEARCH_DEFAULTS,
  type DropSearchOptions,
  type TriangulatedPoints,
  triangulateDroppingViews,
} from "./dropSearch.js";
export {
  decomposeEssential,
  decomposeProjectionMatrix,
  essentialFromPoints,
  essentialOfCameras,
  fundamentalEightPoint,
  fundamentalOfCameras,
  type RelativePose,
  recoverPose,
} from "./epipolar.js";
export { distortFisheye, undistortFisheye } from "./fisheye.js";
export { applyHomography, estimateHomography } from "./homography.js";
export {
  fundamentalOfProjections,
  type OptimalTriangulation,
  triangulateOptimal,
} from "./optimalTriangulation.js";
export {
  cameraCentre,
  normalise,
  type ProjectOptions,
  project,
  projectionMatrices,
  projectionMatrix,
  undistort,
  viewingRays,
} from "./projection.js";
export { type ProjectionJacobian, projectionJacobian } from "./projectionJacobian.js";
export {
  type Loss,
  pointCovariance,
  REFINE_DEFAULTS,
  type RefineOptions,
  refinePoint,
  refinePoints,
} from "./refine.js";
export { turnRig } from "./rig.js";
export { ROBUST_DEFAULTS, type RobustOptions, type RobustPoints, triangulateRobustly } from "./robust.js";
export {
  countViews,
  reprojectionError,
  reprojectionErrors,
  solveDlt,
  type Triangulator,
  triangulate,
  triangulator,
  usableViews,
  viewDistance,
} from "./triangulation.js";

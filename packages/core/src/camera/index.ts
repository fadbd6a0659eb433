export type { Camera, Rig } from "./camera.js";
export { distortionCoefficients, distortPoint, undistortPoint } from "./distortion.js";
export {
  DROP_SEARCH_DEFAULTS,
  type DropSearchOptions,
  type TriangulatedPoints,
  triangulateDroppingViews,
} from "./dropSearch.js";
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
export { turnRig } from "./rig.js";
export {
  countViews,
  reprojectionError,
  reprojectionErrors,
  solveDlt,
  type Triangulator,
  triangulate,
  triangulator,
  usableViews,
} from "./triangulation.js";

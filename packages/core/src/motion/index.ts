export { bodyDetections, bodyKeypoints } from "./body.js";
export {
  type Detection,
  type Detections,
  emptyTrack,
  type Keypoints,
  type KeypointTrack,
} from "./keypoints.js";
export type { Motion, MotionPerson, UpAxis } from "./motion.js";
export { JointState, jointStateNames } from "./state.js";

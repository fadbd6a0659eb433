export { type Box, boxIou } from "./box.js";
export { type JointDistance, type MotionDistance, motionDistance } from "./compare.js";
export { type IdentityScores, identityScores } from "./identity.js";
export {
  accelerationError,
  type JointError,
  mpjpe,
  mpjve,
  nMpjpe,
  pMpjpe,
  procrustesAligned,
  rootRelative,
} from "./mpjpe.js";
export { extent, type Pose, poseArea, poseOks } from "./oks.js";

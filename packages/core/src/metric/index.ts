export { type Box, boxIou } from "./box.js";
export { type JointDistance, type MotionDistance, motionDistance } from "./compare.js";
export { type IdentityScores, identityScores } from "./identity.js";
export { type JointError, mpjpe } from "./mpjpe.js";
export { extent, type Pose, poseArea, poseOks } from "./oks.js";

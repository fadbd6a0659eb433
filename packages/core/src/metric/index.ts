export { type Box, boxIou } from "./box.js";
export { type IdentityScores, identityScores } from "./identity.js";
export { extent, type Pose, poseArea, poseOks } from "./oks.js";

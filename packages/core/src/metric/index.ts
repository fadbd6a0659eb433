export { type Box, boxIou } from "./box.js";
export { extent, type Pose, poseArea, poseOks } from "./oks.js";

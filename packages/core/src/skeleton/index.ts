export { convertPose, convertSkeleton, type JointSource } from "./convert.js";
export {
  blazePose33,
  body25,
  body25b,
  coco17,
  coco18,
  h36m17,
  halpe26,
  mpii16,
  skeletons,
} from "./layouts.js";
export { type NamedJoint, pose2simJoint, pose2simMarkers } from "./pose2sim.js";
export { type JointRow, type Skeleton, skeleton } from "./skeleton.js";

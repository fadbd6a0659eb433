export { type Assignment, type AssignmentOptions, assign, assignWithin } from "./assignment.js";
export {
  type BoxSuppressionOptions,
  type NearbyJointsOptions,
  type OksSuppressionOptions,
  type ScoredPoses,
  type SoftOksSuppressionOptions,
  softSuppressByOks,
  suppressByBox,
  suppressByNearbyJoints,
  suppressByOks,
} from "./suppression.js";

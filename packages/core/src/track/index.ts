export { type Assignment, type AssignmentOptions, assign, assignWithin } from "../array/assignment.js";
export { type EpipolarDistance, epipolarDistance, rayDistance } from "./epipolar.js";
export {
  type Follower,
  PEOPLE_TRACKER_DEFAULTS,
  type PeopleTracker,
  type PeopleTrackerOptions,
} from "./follower.js";
export { joinOverlapping } from "./joining.js";
export { type People, type TrackedPerson, unseenPerson } from "./people.js";
export { finishPeople, followFrame, peopleTracker } from "./peopleTracker.js";
export { associateSinglePerson, type SingleAssociationOptions } from "./pose2sim.js";
export { associateSeveralPeople, type SeveralAssociationOptions } from "./pose2simAffinity.js";
export { type Linker, type LinkOptions, linker, linkPeople } from "./pose2simLink.js";
export { type Pose2SimPeopleOptions, pose2simPeople } from "./pose2simPeople.js";
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
export { groupPeople, trackPeople } from "./trackPeople.js";
export { identifyPeople, tracksOf, trackView } from "./viewTake.js";
export {
  followView,
  VIEW_TRACKER_DEFAULTS,
  type ViewTracker,
  type ViewTrackerOptions,
  viewTracker,
} from "./viewTracker.js";

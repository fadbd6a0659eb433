export { type FrameRange, gatherObservations } from "./observations.js";
export { POSE2SIM_DEFAULTS, type Pose2simSettings, pose2simMotion } from "./pose2sim.js";
export { padPerson, slicePerson } from "./range.js";
export { detectionsOf, followPeople, type View, viewOf } from "./view.js";

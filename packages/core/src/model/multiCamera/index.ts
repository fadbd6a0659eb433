export { type FrameRange, gatherObservations, type ObservationOrder } from "./observations.js";
export {
  cleanPerson,
  POSE2SIM_DEFAULTS,
  type Pose2simSettings,
  placePerson,
  pose2simMotion,
} from "./pose2sim.js";
export {
  emptyTally,
  type LimbLength,
  limbLengths,
  type StateTally,
  tallyStates,
  tallyViews,
  type ViewTally,
} from "./quality.js";
export { padPerson, slicePerson } from "./range.js";
export { adjustTracked, placeTracked } from "./reconstruct.js";
export { detectionsOf, followPeople, type View, viewOf } from "./view.js";

export { type Square, type SquareOptions, squareAround } from "./crop.js";
export { decodeMultiPose, decodeSinglePose, type InputSize } from "./decode.js";
export {
  expectedJoints,
  type Followed,
  likeness,
  mixed,
  movedFrom,
  near,
  pairUp,
  sharedJoints,
  sureJoint,
} from "./follow.js";
export { type Hiding, hideOthers } from "./hide.js";
export {
  type Canvas,
  canvas,
  type FindOptions,
  findPeople,
  type PlaceOptions,
  placeJoints,
} from "./infer.js";

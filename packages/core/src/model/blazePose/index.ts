export {
  type BodyHint,
  decodeHints,
  detectorCode,
  detectorSide,
  type HintOptions,
} from "./detector.js";
export { type BodyCanvas, bodyCanvas, findBodies, type PlaceBodyOptions, placeBody } from "./infer.js";
export { type Body, decodeBody, type LandmarkOutputs, landmarkSide } from "./landmarks.js";
export { regionFromCircle } from "./region.js";

export { type AnchorBoxes, type AnchorOptions, anchorBoxes, type Candidate } from "./anchors.js";
export {
  BODY_BOX_DEFAULTS,
  type BoxJoints,
  body25BoxJoints,
  faceBox,
  handBox,
} from "./bodyBoxes.js";
export {
  CONFIDENCE_MAP_DEFAULTS,
  type ConfidenceMapOptions,
  encodeConfidenceMaps,
} from "./confidenceMaps.js";
export { LINE_INTEGRAL_DEFAULTS, type LineIntegralOptions, lineIntegral } from "./lineIntegral.js";
export { mapEnlarger } from "./mapEnlarger.js";
export type { MapGrid } from "./mapGrid.js";
export {
  type Limb,
  PART_AFFINITY_DEFAULTS,
  type PartAffinityOptions,
  partAffinityEncoder,
} from "./partAffinity.js";
export { emptyPeaks, findPeaks, type Peaks } from "./peaks.js";

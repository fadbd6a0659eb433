export { addMapped, addResized, unflipMaps } from "./aggregate.js";
export { type AnchorBoxes, type AnchorOptions, anchorBoxes, type Candidate } from "./anchors.js";
export {
  ASSEMBLY_DEFAULTS,
  type AssembledPeople,
  type AssemblyOptions,
  peopleAssembler,
} from "./assembly.js";
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
export {
  type CropBox,
  cropBox,
  invertAffine,
  type Samples,
  sampleAffine,
  threePointCrop,
  unbiasedCrop,
} from "./crop.js";
export { type DistributionBoxOptions, distributionBoxes } from "./distributionBoxes.js";
export {
  type GaussianHeatmapOptions,
  gaussianHeatmaps,
  type HeatmapCodec,
  type HeatmapSize,
  type HeatmapTarget,
} from "./heatmap.js";
export { LINE_INTEGRAL_DEFAULTS, type LineIntegralOptions, lineIntegral } from "./lineIntegral.js";
export { type MapPlace, mapEnlarger } from "./mapEnlarger.js";
export type { MapGrid } from "./mapGrid.js";
export { type MegviiHeatmapOptions, megviiHeatmaps } from "./megvii.js";
export {
  type DisplacementMaps,
  type DisplacementOptions,
  decodeDisplacementMaps,
  decodeOffsetMaps,
  type MappedPerson,
  type OffsetMapOptions,
  type OffsetMaps,
} from "./offsetMaps.js";
export {
  type Limb,
  PART_AFFINITY_DEFAULTS,
  type PartAffinityOptions,
  partAffinityEncoder,
} from "./partAffinity.js";
export { emptyPeaks, findPeaks, type Peaks } from "./peaks.js";
export { type RegressionCodec, regression } from "./regression.js";
export {
  type BoxForm,
  type BoxRow,
  type BoxRowOptions,
  boxRows,
  type JointColumn,
  type PixelUnit,
  type Rows,
  rowJoints,
} from "./rows.js";
export { sigmoid } from "./sigmoid.js";
export { type SimccCodec, type SimccOptions, type SimccTarget, simcc } from "./simcc.js";
export { softArgmax } from "./softArgmax.js";
export {
  adjustTagGroups,
  groupByTags,
  refineTagGroups,
  type TagGroupOptions,
  type TagMaps,
} from "./tagGroups.js";
export { type UdpHeatmapOptions, type UdpOffsetOptions, udpHeatmaps, udpOffsets } from "./udp.js";

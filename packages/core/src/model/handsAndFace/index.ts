export { type AloneSearch, facesAlone, handsAlone } from "./alone.js";
export { facePlace, type Guides, guidesOf, handPlace, type Place } from "./bodyPlaces.js";
export { decodeFace, type Face, meshSide, placeFace } from "./face.js";
export {
  decodeFaces,
  type FaceFinderOptions,
  type FaceHint,
  faceCode,
  faceFinderSide,
  findFaces,
} from "./faceDetector.js";
export { type FacePointCount, facePoints } from "./facePoints.js";
export { regionOfBox, regionOfMesh } from "./faceRegion.js";
export { decodeHand, type Hand, type HandOutputs, handJoints, handSide, placeHand } from "./hand.js";
export { regionOfHand, regionOfPalm } from "./handRegion.js";
export { type ByteRange, type InputMemory, inputMemory } from "./input.js";
export { placePupils } from "./iris.js";
export {
  type FaceNetworks,
  facesAt,
  type HandNetworks,
  handsAt,
  isSame,
  type Kept,
  type Lend,
  type PartSearch,
} from "./ofPeople.js";
export { decodePalms, findPalms, type PalmHint, type PalmOptions, palmCode, palmSide } from "./palm.js";

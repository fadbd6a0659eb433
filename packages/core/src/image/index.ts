export { type BoxPaint, type Colour, drawBox, drawDisc, drawLine, type Paint } from "./draw.js";
export type { Image } from "./image.js";
export {
  type Letterbox,
  type LetterboxOptions,
  letterbox,
  letterboxInto,
  letterboxToPicture,
  type Placement,
} from "./letterbox.js";
export { drawPeople, drawPerson, type PersonPaint, personColour } from "./person.js";
export {
  blankPlanes,
  type Canvas,
  type ColourMatrix,
  isPlanes,
  type Planes,
  planeColour,
  planesToImage,
} from "./planes.js";
export { type Region, regionMatrix, regionThrough } from "./region.js";
export { resize, resizeInto, type Size } from "./resize.js";
export { drawLabel, drawText, textWidth } from "./text.js";
export { type Affine, cropMatrix, warpAffine } from "./warp.js";

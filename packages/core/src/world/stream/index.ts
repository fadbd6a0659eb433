export {
  AUGMENTATION_DEFAULTS,
  type Augmentation,
  type AugmentationOptions,
  augment,
  drawAugmentation,
  NO_AUGMENTATION,
} from "./augmentation.js";
export { CROP_DEFAULTS, type CropOptions, drawCropCamera } from "./cropCamera.js";
export { cutSample, drawCut, drawNearer } from "./cut.js";
export { type Darkroom, type Developed, darkroom, type LabelChannel } from "./darkroom.js";
export { type LabelledPosed, type Labeller, labeller, type SeenJoints, type View } from "./labels.js";
export { mirrorSample, type Partners, partnersOf } from "./mirror.js";
export { type SampleOrder, sampleOrder } from "./order.js";
export { drawPatch, type Patch, putPatch } from "./patch.js";
export type { Sample, SampleBody, SamplePerson } from "./sample.js";
export { type Sight, sightOf } from "./sight.js";
export { openStudio, STUDIO_DEFAULTS, type Studio, type StudioOptions } from "./studio.js";
export { type Found, findView } from "./viewfinder.js";
export { drawPart, type Window } from "./window.js";

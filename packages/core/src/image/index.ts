export type { Image } from "./image.js";
export { type Letterbox, letterbox } from "./letterbox.js";
export { resize, type Size } from "./resize.js";
export { type Affine, cropMatrix, warpAffine } from "./warp.js";

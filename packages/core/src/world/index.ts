export { CLEAR_SIGHT, type DetectorFlaws, type Sighting } from "./detector.js";
export { type Judgement, judgeMotion } from "./judge.js";
export { PATHS, type PathOptions } from "./path.js";
export { RENDERER_DEFAULTS, type Renderer, type RendererOptions, renderer } from "./render/renderer.js";
export {
  type Channels,
  frameChannels,
  type Lamp,
  type Lights,
  type Shot,
  type Sky,
  type Sun,
  type Triple,
} from "./render/shot.js";
export type { Material, Rgb, Surface, Uv } from "./render/surface.js";
export { RING, type RingOptions, ringRig } from "./ring.js";
export { type SyntheticTake, type SyntheticTakeOptions, type SyntheticView, syntheticTake } from "./take.js";
export type { Walker } from "./walker.js";

export { CLEAR_SIGHT, type DetectorFlaws, type Sighting } from "./detector.js";
export { handHeld } from "./handHeld.js";
export { type Judgement, judgeMotion } from "./judge.js";
export type { Action, Hand, Point, Spot } from "./motion/action.js";
export type { BodyMotion, Doing, Seat } from "./motion/bodyMotion.js";
export { bodyMotionOf } from "./motion/bodyMotionOf.js";
export { type Captured, capturedAsf, capturedBvh } from "./motion/captured.js";
export { bodyFigure, type Figure, type FigureOptions, figureOf } from "./motion/figure.js";
export { type ImproviseOptions, improvise } from "./motion/improvise.js";
export { type Encounter, type EncounterOptions, encounter, trunkGap } from "./motion/meeting.js";
export { type Performance, type PerformOptions, perform } from "./motion/perform.js";
export { posedJoints } from "./motion/posed.js";
export { emptyPosture, type Posture } from "./motion/posture.js";
export { type RetargetOptions, retarget } from "./motion/retarget.js";
export type { Start } from "./motion/score.js";
export * from "./optics/index.js";
export { PATHS, type PathOptions } from "./path.js";
export type { PosedBody } from "./person/binding.js";
export { drawLook, HAIRSTYLES, type Look, type LookOptions } from "./person/look.js";
export type { Outfit } from "./person/outfit.js";
export { type LookTextures, type PaintOptions, paintLook } from "./person/paintLook.js";
export { type DressOptions, dress, type Person, posePerson } from "./person/person.js";
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
export { ownParts, type PointQuery, pointVisibility, VISIBILITY } from "./render/visibility.js";
export { RING, type RingOptions, ringRig } from "./ring.js";
export * from "./scene/index.js";
export { drawSetting, type Setting, type SettingOptions } from "./setting/setting.js";
export * from "./stream/index.js";
export { type SyntheticTake, type SyntheticTakeOptions, type SyntheticView, syntheticTake } from "./take.js";
export type { Walker } from "./walker.js";

export { poseActor } from "./acting.js";
export type { Act, Actor, StudioBody } from "./actor.js";
export { drawScene, type SameInAll, type Scene, type SceneOptions } from "./scene.js";
export { openStage, type Posed, type Stage, type StageOptions } from "./stage.js";
export { pointsOf, sceneTruth } from "./truth.js";

export { type DetectOptions, detectVideo } from "./detectVideo.js";
export { bodyModels, type EyeOptions, eyeModels, openEyes } from "./eyes/eyes.js";
export { type OfficialEyesOptions, openOfficialEyes } from "./eyes/officialEyes.js";
export { type PartsOptions, withHandsAndFace } from "./eyes/parts.js";
export { faceEyes, handEyes, type LoneFace, type LoneHand } from "./eyes/partsAlone.js";
export type { Eyes, LookOptions, Sight } from "./sight.js";
export { type SeenFrame, type WatchOptions, watch } from "./watch.js";
export { type WorkerRuntime, workerRuntime } from "./workers.js";

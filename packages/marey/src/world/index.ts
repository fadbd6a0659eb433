export { type RenderHost, type RenderOptions, type RenderSummary, renderWorld } from "./render.js";
export {
  checkScene,
  readSceneFile,
  type SceneFile,
  type WorldChannel,
  type WorldSettings,
  worldChannels,
  worldSettings,
} from "./settings.js";
export { describeRender } from "./summary.js";

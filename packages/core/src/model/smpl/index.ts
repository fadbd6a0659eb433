export { type BodyState, type BodyTensors, bodyTensors, skin } from "./skinning.js";

export { compressBlocks } from "./compression.js";
export { bendColour, bendFlow, bendLabels, type Lens, lensOf } from "./lens.js";
export { motionBlur } from "./motionBlur.js";
export { CLEAR_SENSOR, drawSensor, exposeSensor, type Sensor } from "./sensor.js";

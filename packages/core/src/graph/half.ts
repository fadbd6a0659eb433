/** Half precision is arithmetic below both the graph and the formats; it stands in `array`. */
export { halfToFloat, widenHalves } from "../array/half.js";

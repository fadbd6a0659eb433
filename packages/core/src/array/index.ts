export { nullVector4 } from "./nullVector.js";

export { MareyError } from "./error.js";

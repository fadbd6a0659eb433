export type { Parameter, Symbolic, Tree } from "./tree.js";
export { count, leaves, load, mapLeaves, parameter, state, symbolic } from "./tree.js";

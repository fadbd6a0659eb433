export * as network from "./network.js";
export { ARCHITECTURES, type ForwardOptions, type NetworkOptions, type NetworkParams } from "./network.js";

export { CPM_SIDE, centreMap, cpmScales, type PersonBox, placeJoints } from "./infer.js";
export * as network from "./network.js";
export { ARCHITECTURES, type ForwardOptions, type NetworkOptions, type NetworkParams } from "./network.js";
export { CENTRE_INPUT, inferenceGraph, loadWeights } from "./weights.js";

export type {
  AdamOptions,
  Optimiser,
  Optimisers,
  ParameterGroup,
  SgdOptions,
  StepSettings,
  Updated,
} from "./optimiser.js";
export { adam, adamW, groups, optimiserOf, scaled, sgd } from "./optimiser.js";
export type { Parameter, Symbolic, Tree } from "./tree.js";
export { count, leaves, load, mapLeaves, parameter, state, symbolic } from "./tree.js";

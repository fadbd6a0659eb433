export * from "./optimiser.js";
export type { BatchPorts, StepDefinition, StepGraph } from "./step.js";
export { trainingStep, WEIGHTS } from "./step.js";
export type { Kept, Trainer, TrainerOptions } from "./trainer.js";
export { openTrainer } from "./trainer.js";
export type { Parameter, Symbolic, Tree } from "./tree.js";
export { count, leaves, load, mapLeaves, parameter, state, symbolic } from "./tree.js";

import type { Node, Shape } from "../graph/node.js";

/** How layers behave that act differently in training. */
export interface Mode {
  /** Batch norms take the batch's statistics, and dropout drops. */
  readonly training: boolean;
  /** Share of the batch's statistics in the running ones, 0.1 when absent; a node when a schedule moves it. */
  readonly momentum?: Node | number;
  /** Masks for dropout in the order of its calls, true where a value is kept; random ones when absent. */
  readonly mask?: (shape: Shape) => Node;
}

/** Running statistics, nothing dropped. */
export const EVALUATION: Mode = { training: false };
/** Batch statistics, random dropout. */
export const TRAINING: Mode = { training: true };

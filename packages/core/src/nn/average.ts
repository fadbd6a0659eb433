import { add, div, minimum, mul, sub } from "../graph/elementwise.js";
import type { Node, Operand } from "../graph/node.js";
import { complement } from "./optimiser.js";

/** The exponential moving average after one more value: decay · average + (1 − decay) · value. */
export const movingAverage = (average: Node, value: Node, decay: Operand): Node =>
  add(mul(average, decay), mul(value, complement(decay)));

/** A decay that lets an average forget its first values: min(decay, (1 + step)/(10 + step)), steps counted from 1. */
export const warmedDecay = (decay: number, step: Node): Node =>
  minimum(div(add(step, 1), add(step, 10)), decay);

/** The mean after one more value, `count` values including this one (stochastic weight averaging, Izmailov 2018). */
export const equalAverage = (average: Node, value: Node, count: Operand): Node =>
  add(average, div(sub(value, average), count));

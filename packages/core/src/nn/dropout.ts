import { greaterOrEqual, mul, where } from "../graph/elementwise.js";
import { type Node, randomLeaf, refuse } from "../graph/node.js";
import type { Mode } from "./mode.js";

/**
 * Dropout (Srivastava et al. 2014): in training each value is dropped with probability `rate`, and what is kept is
 * divided by 1 − rate. Random masks come from bytes, so their rate is the nearest multiple of 1/256, and the division
 * goes by that.
 */
export function forward(x: Node, rate: number, mode: Mode): Node {
  if (!(rate >= 0 && rate < 1)) refuse("Dropout", [x], `a rate of ${rate}`, "Give one from 0 to below 1");
  if (!mode.training || rate === 0) return x;
  if (mode.mask) return where(mode.mask(x.shape), mul(x, 1 / (1 - rate)), 0);
  const threshold = Math.min(255, Math.round(rate * 256));
  const kept = greaterOrEqual(randomLeaf(x.shape, "bytes"), threshold);
  return where(kept, mul(x, 256 / (256 - threshold)), 0);
}

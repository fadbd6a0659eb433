import { cast, greaterOrEqual, mul } from "../graph/elementwise.js";
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
  if (mode.mask) return masked(x, mode.mask(x.shape), 1 / (1 - rate));
  const threshold = Math.min(255, Math.round(rate * 256));
  return masked(x, greaterOrEqual(randomLeaf(x.shape, "bytes"), threshold), 256 / (256 - threshold));
}

/** A product, since ONNX Runtime's `Where` is several times slower than a cast and a product. */
const masked = (x: Node, kept: Node, scale: number): Node => mul(x, mul(cast(kept, "float32"), scale));

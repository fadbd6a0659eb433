import { cast, greater, greaterOrEqual, mul, relu } from "../graph/elementwise.js";
import { apply, type Node, type Op, randomLeaf, refuse, type Shape, sameShape } from "../graph/node.js";
import type { Mode } from "./mode.js";

/** Which values a call of dropout keeps, and by how much they grow; undefined where nothing is dropped. */
interface Kept {
  readonly mask: Node;
  readonly scale: number;
}

/**
 * What is kept of a tensor. Random masks come from bytes, so their rate is the nearest multiple of 1/256, and values
 * are divided by that.
 */
function keptOf(shape: Shape, rate: number, mode: Mode): Kept | undefined {
  if (!(rate >= 0 && rate < 1)) refuse("Dropout", [], `a rate of ${rate}`, "Give one from 0 to below 1");
  if (!mode.training || rate === 0) return undefined;
  if (mode.mask) return { mask: mode.mask(shape), scale: 1 / (1 - rate) };
  const threshold = Math.min(255, Math.round(rate * 256));
  return { mask: greaterOrEqual(randomLeaf(shape, "bytes"), threshold), scale: 256 / (256 - threshold) };
}

/**
 * Dropout (Srivastava et al. 2014): in training each value is dropped with probability `rate`, and what is kept is
 * divided by 1 − rate.
 */
export function forward(x: Node, rate: number, mode: Mode): Node {
  const kept = keptOf(x.shape, rate, mode);
  // A product, since ONNX Runtime's `Where` is several times slower than a cast and a product.
  return kept ? mul(x, mul(cast(kept.mask, "float32"), kept.scale)) : x;
}

/**
 * ReLU, then dropout, of what `scaled` gives when its result shall be multiplied by a number: a normalisation does that
 * to its weights, which costs nothing. What is left of the gradient is a single mask.
 */
export function afterRelu(scaled: (by: number) => Node, shape: Shape, rate: number, mode: Mode): Node {
  const kept = keptOf(shape, rate, mode);
  return kept ? apply(MaskedRelu, [scaled(kept.scale), kept.mask], {}) : relu(scaled(1));
}

/** ReLU of x where the mask is true, else 0. Where the result is positive, both let the gradient through. */
const MaskedRelu: Op = {
  name: "MaskedRelu",
  shape: ([x, mask]) => {
    if (mask.type !== "bool" || !sameShape(x.shape, mask.shape))
      refuse("MaskedRelu", [x, mask], "expected a bool per value", "Give a mask of the values' shape");
    return x.shape;
  },
  gradient: (y, g) => [mul(g, cast(greater(y, 0), "float32")), null],
  form: ({ inputs: [x, mask] }) => mul(relu(x), cast(mask, "float32")),
};

import { abs, add, clip, div, maximum, minimum, mul, sqrt, square } from "../graph/elementwise.js";
import type { Node } from "../graph/node.js";
import { reduceMax, reduceSum } from "../graph/reduce.js";

/** Which norm: the sum of magnitudes, the Euclidean one, or the greatest magnitude. */
export type Norm = 1 | 2 | "infinity";

/** One norm over all numbers of all tensors. */
export function normOf(tensors: readonly Node[], norm: Norm = 2): Node {
  if (norm === "infinity") return tensors.map((x) => reduceMax(abs(x))).reduce(maximum);
  if (norm === 1) return tensors.map((x) => reduceSum(abs(x))).reduce(add);
  return sqrt(tensors.map((x) => reduceSum(square(x))).reduce(add));
}

/** Gradients that together have a norm of `limit` at most: all are multiplied by min(1, limit / (norm + 1e-6)). */
export function clipByNorm(gradients: readonly Node[], limit: number, norm: Norm = 2): Node[] {
  const factor = minimum(div(limit, add(normOf(gradients, norm), 1e-6)), 1);
  return gradients.map((g) => mul(g, factor));
}

/** Gradients of which each number lies within ±limit. */
export const clipByValue = (gradients: readonly Node[], limit: number): Node[] =>
  gradients.map((g) => clip(g, -limit, limit));

import { softplus } from "../graph/activation.js";
import { boundedLog } from "../graph/elementary.js";
import {
  abs,
  add,
  div,
  greater,
  less,
  log,
  maximum,
  mul,
  neg,
  square,
  sub,
  where,
} from "../graph/elementwise.js";
import type { Node, Operand } from "../graph/node.js";
import { reduceMean, reduceSum } from "../graph/reduce.js";
import { norm } from "../graph/statistics.js";

/** How the elements' losses become one number, if at all. */
export type Reduction = "mean" | "sum" | "none";

export interface LossOptions {
  /** "mean" when absent. */
  reduction?: Reduction;
  /** A factor for each element, broadcast. A mean still divides by the number of elements. */
  weight?: Operand;
}

/** Weighs and joins the elements' losses. */
function joined(losses: Node, { reduction = "mean", weight }: LossOptions): Node {
  const weighed = weight === undefined ? losses : mul(losses, weight);
  if (reduction === "none") return weighed;
  return reduction === "sum" ? reduceSum(weighed) : reduceMean(weighed);
}

/** The squared difference. */
export const mseLoss = (prediction: Node, target: Node, options: LossOptions = {}): Node =>
  joined(square(sub(prediction, target)), options);

/** The magnitude of the difference. */
export const l1Loss = (prediction: Node, target: Node, options: LossOptions = {}): Node =>
  joined(abs(sub(prediction, target)), options);

/** Huber's loss divided by beta: d²/(2β) where the difference d is below β, else d − β/2 (Girshick 2015 for β = 1). */
export function smoothL1Loss(
  prediction: Node,
  target: Node,
  { beta = 1, ...options }: LossOptions & { beta?: number } = {},
): Node {
  const distance = abs(sub(prediction, target));
  if (beta === 0) return joined(distance, options);
  const near = mul(square(distance), 0.5 / beta);
  return joined(where(less(distance, beta), near, sub(distance, 0.5 * beta)), options);
}

/** d²/2 where the difference d is below δ, else δ(d − δ/2) (Huber 1964). */
export const huberLoss = (
  prediction: Node,
  target: Node,
  { delta = 1, ...options }: LossOptions & { delta?: number } = {},
): Node =>
  smoothL1Loss(prediction, target, { ...options, beta: delta, weight: mul(options.weight ?? 1, delta) });

/** −t ln p − (1 − t) ln(1 − p) of probabilities p; the logarithms are −100 at least, as in PyTorch. */
export const binaryCrossEntropy = (prediction: Node, target: Node, options: LossOptions = {}): Node =>
  joined(
    sub(mul(sub(target, 1), boundedLog(sub(1, prediction))), mul(target, boundedLog(prediction))),
    options,
  );

/**
 * Binary cross-entropy of logits x, finite for all of them: (1 − t) x + (1 + (w − 1) t) ln(1 + e⁻ˣ).
 *
 * @param positiveWeight w: how much more a positive counts than a negative, broadcast.
 */
export function binaryCrossEntropyWithLogits(
  logits: Node,
  target: Node,
  { positiveWeight, ...options }: LossOptions & { positiveWeight?: Node } = {},
): Node {
  const missed = softplus(neg(logits));
  const scale = positiveWeight ? add(mul(sub(positiveWeight, 1), target), 1) : undefined;
  return joined(add(mul(sub(1, target), logits), scale ? mul(scale, missed) : missed), options);
}

/**
 * The Kullback–Leibler divergence of probabilities from a model's log-probabilities, Σ t (ln t − ln p), element by
 * element; an element whose target is 0 counts nothing. "batchmean" divides the sum by the first axis's size, which is
 * the divergence's own definition.
 */
export function klDivergence(
  logProbabilities: Node,
  target: Node,
  { reduction = "mean", ...options }: { reduction?: Reduction | "batchmean"; weight?: Operand } = {},
): Node {
  const present = greater(target, 0);
  const entropy = mul(target, log(where(present, target, 1)));
  const losses = sub(entropy, mul(target, logProbabilities));
  if (reduction !== "batchmean") return joined(losses, { ...options, reduction });
  return mul(joined(losses, { ...options, reduction: "sum" }), 1 / (losses.shape[0] ?? 1));
}

/** a·b / (|a| |b|) along an axis: 1 where they point one way. Lengths count as epsilon at least. */
export function cosineSimilarity(a: Node, b: Node, axis = 1, epsilon = 1e-8): Node {
  const length = (x: Node) => maximum(norm(x, 2, [axis]), epsilon);
  return div(reduceSum(mul(a, b), [axis]), mul(length(a), length(b)));
}

import { add, div, equal, mul, neg, not, where } from "../graph/elementwise.js";
import { gather, gatherElements } from "../graph/indexing.js";
import { reshape, unsqueeze } from "../graph/movement.js";
import { axesOf, type Node, refuse, sizeOf } from "../graph/node.js";
import { reduceMean, reduceSum } from "../graph/reduce.js";
import { logSoftmax } from "../graph/softmax.js";
import type { Reduction } from "./loss.js";

export interface CrossEntropyOptions {
  /** "mean" when absent: the sum divided by the weights of the targets that count; 0 where none does (in PyTorch NaN). */
  reduction?: Reduction;
  /** A weight for each class. */
  weight?: Node;
  /** Targets of this class count nothing; −100 when absent. */
  ignoreIndex?: number;
  /** The share of the target that is spread evenly over all classes (Szegedy et al. 2016). */
  labelSmoothing?: number;
  /** The axis of the logits that counts classes; 1 when absent. */
  classAxis?: number;
}

/**
 * Cross-entropy of logits with targets: int64 classes (the logits' shape without the class axis) or float32
 * probabilities (the logits' shape).
 */
export function crossEntropy(logits: Node, target: Node, options: CrossEntropyOptions = {}): Node {
  const [axis] = axesOf("CrossEntropy", logits, [options.classAxis ?? 1]);
  const logs = logSoftmax(logits, axis);
  const weight = options.weight && along(options.weight, logits, axis);
  return target.type === "float32"
    ? withProbabilities(logs, target, axis, weight, options)
    : withClasses(logs, target, axis, weight, options);
}

/** Class weights in a shape that broadcasts to the logits. */
function along(weight: Node, logits: Node, axis: number): Node {
  const classes = logits.shape[axis];
  if (sizeOf(weight.shape) !== classes)
    refuse(
      "CrossEntropy",
      [logits, weight],
      `weights for ${classes} classes`,
      "Give a weight for each class",
    );
  return reshape(weight, [classes, ...logits.shape.slice(axis + 1).map(() => 1)]);
}

function withProbabilities(
  logs: Node,
  target: Node,
  axis: number,
  weight: Node | undefined,
  { reduction = "mean", labelSmoothing = 0 }: CrossEntropyOptions,
): Node {
  const even = labelSmoothing / logs.shape[axis];
  const aim = add(mul(target, 1 - labelSmoothing), even);
  const products = mul(aim, weight ? mul(logs, weight) : logs);
  const losses = neg(reduceSum(products, [axis]));
  if (reduction === "none") return losses;
  return reduction === "sum" ? reduceSum(losses) : reduceMean(losses);
}

function withClasses(
  logs: Node,
  target: Node,
  axis: number,
  weight: Node | undefined,
  { reduction = "mean", labelSmoothing = 0, ignoreIndex = -100 }: CrossEntropyOptions,
): Node {
  const counted = not(equal(target, ignoreIndex));
  const place = where(counted, target, 0);
  const picked = gatherElements(logs, unsqueeze(place, axis), axis);
  const own = weight ? gather(reshape(weight, [sizeOf(weight.shape)]), place) : 1;
  const importance = where(counted, own, 0);
  const hard = mul(reshape(picked, target.shape), own);
  const even = mul(reduceSum(weight ? mul(logs, weight) : logs, [axis]), labelSmoothing / logs.shape[axis]);
  const mixed = labelSmoothing === 0 ? hard : add(mul(hard, 1 - labelSmoothing), even);
  const losses = where(counted, neg(mixed), 0);
  if (reduction === "none") return losses;
  const sum = reduceSum(losses);
  if (reduction === "sum") return sum;
  const whole = reduceSum(importance);
  return div(sum, where(equal(whole, 0), 1, whole));
}

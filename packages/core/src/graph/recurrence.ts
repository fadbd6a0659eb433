import { mul, sub } from "./elementwise.js";
import { matmul } from "./linear.js";
import { concat, padAxis, reshape, slice, unsqueeze } from "./movement.js";
import { apply, type Call, type Node, type Op, refuse, sameShape } from "./node.js";
import { reduceSum } from "./reduce.js";

/**
 * Recurrent layers run in ONNX's own kernels, one operator for a layer and a direction. Their gradients need the gates
 * of all steps; since the states of all steps are known by then, one product gives all gates, and only what is truly
 * sequential is unrolled: six to nine small operators a step. The weights' gradients are again one product over all steps.
 */
export interface Sizes {
  readonly steps: number;
  readonly batch: number;
  readonly hidden: number;
}

/** The sizes that a recurrent operator's inputs have. */
export const sizesOf = ([x, , recurrent]: readonly Node[]): Sizes => ({
  steps: x.shape[0],
  batch: x.shape[1],
  hidden: recurrent.shape[1],
});

/** Inputs of both operators: x [T, B, I], weight [G·H, I], recurrent [G·H, H], two biases [G·H], states [B, H]. */
export function checkShapes(name: string, gates: number, inputs: readonly Node[]): Sizes {
  const [x, weight, recurrent, bias, recurrentBias, ...states] = inputs;
  const sizes = sizesOf(inputs);
  const { batch, hidden } = sizes;
  const rows = gates * hidden;
  const fits =
    x.shape.length === 3 &&
    sameShape(weight.shape, [rows, x.shape[2]]) &&
    sameShape(recurrent.shape, [rows, hidden]) &&
    [bias, recurrentBias].every(({ shape }) => sameShape(shape, [rows])) &&
    states.every(({ shape }) => sameShape(shape, [batch, hidden]));
  if (!fits)
    refuse(
      name,
      inputs,
      `expected [time, batch, features] and weights of ${gates} gates`,
      "Compare each weight's shape with PyTorch's",
    );
  return sizes;
}

/** The pieces of a weight's first axis, one per gate, in ONNX's order, with the axis of directions in front. */
function gates(order: readonly number[], ...weights: readonly Node[]): Node {
  const pieces = weights.flatMap((weight) => {
    const size = weight.shape[0] / order.length;
    return order.map((gate) => slice(weight, 0, gate * size, (gate + 1) * size));
  });
  return unsqueeze(concat(pieces, 0), 0);
}

/** A call of ONNX's kernel: [direction, gates, …] weights, both biases in one, states with an axis of directions. */
export function kernel(
  call: "GRU" | "LSTM",
  order: readonly number[],
  inputs: readonly Node[],
  output: number,
): Call {
  const [x, weight, recurrent, bias, recurrentBias, ...states] = inputs;
  const { hidden } = sizesOf(inputs);
  return {
    call,
    inputs: [
      x,
      gates(order, weight),
      gates(order, recurrent),
      gates(order, bias, recurrentBias),
      undefined,
      ...states.map((state) => unsqueeze(state, 0)),
    ],
    attributes: { hidden_size: hidden, ...(call === "GRU" && { linear_before_reset: 1 }) },
    output,
  };
}

/** One step of a tensor whose first axis is time, which stays with size 1: an output of a call that gives all steps. */
export const Step: Op<{ readonly step: number }> = {
  name: "Step",
  shape: ([x]) => [1, ...x.shape.slice(1)],
  gradient: ({ inputs: [x], attributes: { step } }, g) => [padAxis(g, 0, step, x.shape[0] - step - 1)],
  form: ({ inputs, attributes: { step } }) => ({
    call: "Split",
    inputs,
    attributes: { axis: 0 },
    output: step,
    outputs: inputs[0].shape[0],
  }),
};
/** All steps of x [T, …], each [1, …]. */
export const stepsOf = (x: Node): Node[] =>
  Array.from({ length: x.shape[0] }, (_, step) => apply(Step, [x], { step }));

/** One step of x [T, …], without the axis of time. */
export const at = (x: Node, step: number): Node => reshape(slice(x, 0, step, step + 1), x.shape.slice(1));
/** The state before each step: the first one, then the others' results. */
export const before = (first: Node, states: Node): Node =>
  concat([unsqueeze(first, 0), slice(states, 0, 0, -1)], 0);
/** y (1 − y), the slope of the logistic function at result y. */
export const logisticSlope = (y: Node) => mul(y, sub(1, y));
/** 1 − y², the slope of the hyperbolic tangent at result y. */
export const tanhSlope = (y: Node) => sub(1, mul(y, y));

/** Gradients of x, weight and bias of x Wᵀ + b over all steps, from those of the results. */
export function affineGradients(x: Node, weight: Node, g: Node): { x: Node; weight: Node; bias: Node } {
  const rows = (y: Node) => reshape(y, [-1, y.shape[2]]);
  return {
    x: matmul(g, weight),
    weight: matmul(rows(g), rows(x), { transA: true }),
    bias: reduceSum(g, [0, 1]),
  };
}

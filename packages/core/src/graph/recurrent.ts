import { add, mul, sigmoid, sub, tanh } from "./elementwise.js";
import { matmul } from "./linear.js";
import {
  concat,
  expand,
  flip,
  padAxis,
  reshape,
  slice,
  split,
  stack,
  transpose,
  unsqueeze,
} from "./movement.js";
import { apply, type Call, constant, type Node, type Op, refuse, type Shape, sameShape } from "./node.js";
import { reduceSum } from "./reduce.js";

/**
 * Recurrent layers run in ONNX's own kernels, one operator for a layer and a direction. Their gradients need the gates
 * of all steps; since the states of all steps are known by then, one product gives all gates, and only what is truly
 * sequential is unrolled: six to nine small operators a step. The weights' gradients are again one product over all steps.
 */
interface Sizes {
  readonly steps: number;
  readonly batch: number;
  readonly hidden: number;
}

const sizesOf = ([x, , recurrent]: readonly Node[]): Sizes => ({
  steps: x.shape[0],
  batch: x.shape[1],
  hidden: recurrent.shape[1],
});

/** Inputs of both operators: x [T, B, I], weight [G·H, I], recurrent [G·H, H], two biases [G·H], states [B, H]. */
function checkShapes(name: string, gates: number, inputs: readonly Node[]): Sizes {
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
function kernel(
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
const Step: Op<{ readonly step: number }> = {
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
const stepsOf = (x: Node): Node[] =>
  Array.from({ length: x.shape[0] }, (_, step) => apply(Step, [x], { step }));

const at = (x: Node, step: number): Node => reshape(slice(x, 0, step, step + 1), x.shape.slice(1));
/** The state before each step: the first one, then the others' results. */
const before = (first: Node, states: Node): Node => concat([unsqueeze(first, 0), slice(states, 0, 0, -1)], 0);
const affine = (x: Node, weight: Node, bias: Node) => add(matmul(x, weight, { transB: true }), bias);
/** y (1 − y), the slope of the logistic function at result y. */
const logisticSlope = (y: Node) => mul(y, sub(1, y));
const tanhSlope = (y: Node) => sub(1, mul(y, y));

/** Gradients of x, weight and bias of x Wᵀ + b over all steps, from those of the results. */
function affineGradients(x: Node, weight: Node, g: Node): { x: Node; weight: Node; bias: Node } {
  const rows = (y: Node) => reshape(y, [-1, y.shape[2]]);
  return {
    x: matmul(g, weight),
    weight: matmul(rows(g), rows(x), { transA: true }),
    bias: reduceSum(g, [0, 1]),
  };
}

/** ONNX has update, reset, new; PyTorch reset, update, new. */
const GRU_ORDER = [1, 0, 2];

/** x, weight, recurrent, bias, recurrent bias, h0 → [T, 1, B, H]. */
const Gru: Op = {
  name: "Gru",
  shape: (inputs) => {
    const { steps, batch, hidden } = checkShapes("Gru", 3, inputs);
    return [steps, 1, batch, hidden];
  },
  gradient: (y, g) => gruGradient(y, reshape(g, [g.shape[0], ...g.shape.slice(2)])),
  form: ({ inputs }) => kernel("GRU", GRU_ORDER, inputs, 0),
};

/**
 * With r, z the reset and update gates, m = U h + c and n = tanh(W x + b + r m): h' = (1 − z) n + z h. Each gate's
 * gradient is the state's times a factor known beforehand, so a step is one product.
 */
function gruGradient(y: Node, g: Node): Node[] {
  const [x, weight, recurrent, bias, recurrentBias, h0] = y.inputs;
  const { steps, batch, hidden } = sizesOf(y.inputs);
  const previous = before(h0, reshape(y, [steps, batch, hidden]));
  const thirds = [hidden, hidden, hidden];
  const [xr, xz, xn] = split(affine(x, weight, bias), 2, thirds);
  const [hr, hz, m] = split(affine(previous, recurrent, recurrentBias), 2, thirds);
  const [r, z] = [sigmoid(add(xr, hr)), sigmoid(add(xz, hz))];
  const n = tanh(add(xn, mul(r, m)));
  const ofNew = mul(sub(1, z), tanhSlope(n));
  const ofReset = mul(mul(ofNew, m), logisticSlope(r));
  const ofUpdate = mul(sub(previous, n), logisticSlope(z));
  const factors = concat([ofReset, ofUpdate, mul(ofNew, r)], 2); // [T, B, 3H]
  const thrice = (state: Node) => concat([state, state, state], 2);

  const [given, kept, slopes] = [g, z, factors].map(stepsOf);
  const states: Node[] = [];
  let carried: Node | undefined;
  for (let t = steps - 1; t >= 0; t--) {
    const state: Node = carried ? add(given[t], carried) : given[t];
    states.push(state);
    carried = add(mul(state, kept[t]), matmul(mul(thrice(state), slopes[t]), recurrent));
  }
  const state = thrice(concat(states.reverse(), 0));
  const back = affineGradients(previous, recurrent, mul(factors, state));
  const front = affineGradients(x, weight, mul(concat([ofReset, ofUpdate, ofNew], 2), state));
  return [
    front.x,
    front.weight,
    back.weight,
    front.bias,
    back.bias,
    reshape(carried as Node, [batch, hidden]),
  ];
}

/** ONNX has input, output, forget, cell; PyTorch input, forget, cell, output. */
const LSTM_ORDER = [0, 3, 1, 2];

/** x, weight, recurrent, bias, recurrent bias, h0, c0 → states [T, 1, B, H], or the last step's cells [1, B, H]. */
const Lstm: Op<{ readonly result: "states" | "cells" }> = {
  name: "Lstm",
  shape: (inputs, { result }) => {
    const { steps, batch, hidden } = checkShapes("Lstm", 4, inputs);
    return result === "states" ? [steps, 1, batch, hidden] : [1, batch, hidden];
  },
  gradient: (node, g) => {
    if (node.attributes.result === "cells") return lstmGradient(node.inputs, undefined, g);
    return lstmGradient(node.inputs, reshape(g, [g.shape[0], ...g.shape.slice(2)]), undefined);
  },
  form: ({ inputs, attributes: { result } }) =>
    kernel("LSTM", LSTM_ORDER, inputs, result === "states" ? 0 : 2),
};

/** The gates of all steps, and the cells before and after each; the kernel keeps neither. */
function lstmSteps(inputs: readonly Node[]) {
  const [x, weight, recurrent, bias, recurrentBias, h0, c0] = inputs;
  const { steps, batch, hidden } = sizesOf(inputs);
  const states = reshape(apply(Lstm, inputs, { result: "states" }), [steps, batch, hidden]);
  const previous = before(h0, states);
  const sums = add(affine(x, weight, bias), affine(previous, recurrent, recurrentBias));
  const [i, f, n, o] = split(sums, 2, [hidden, hidden, hidden, hidden]);
  const gate = { input: sigmoid(i), forget: sigmoid(f), cell: tanh(n), output: sigmoid(o) };
  const [kept, added] = [gate.forget, mul(gate.input, gate.cell)].map(stepsOf);
  const cells = [unsqueeze(c0, 0)];
  for (let t = 0; t < steps; t++) cells.push(add(mul(kept[t], cells[t]), added[t]));
  return {
    gate,
    previous,
    cellsBefore: concat(cells.slice(0, -1), 0),
    shown: tanh(concat(cells.slice(1), 0)),
  };
}

/**
 * With gates i, f, n, o: c' = f c + i n and h' = o tanh(c').
 *
 * @param g Of the states [T, B, H], if they matter.
 * @param gCell Of the last cells [1, B, H], if they matter.
 */
function lstmGradient(inputs: readonly Node[], g: Node | undefined, gCell: Node | undefined): Node[] {
  const [x, weight, recurrent] = inputs;
  const { steps, batch, hidden } = sizesOf(inputs);
  const { gate, previous, cellsBefore, shown } = lstmSteps(inputs);
  const ofCell = concat(
    [
      mul(gate.cell, logisticSlope(gate.input)),
      mul(cellsBefore, logisticSlope(gate.forget)),
      mul(gate.input, tanhSlope(gate.cell)),
    ],
    2,
  );
  const factors = concat([ofCell, mul(shown, logisticSlope(gate.output))], 2); // [T, B, 4H]
  const toCell = mul(gate.output, tanhSlope(shown));

  const [kept, slopes, into] = [gate.forget, factors, toCell].map(stepsOf);
  const given = g && stepsOf(g);
  const zeros = expand(constant(0), [1, batch, hidden]);
  let [state, cell]: [Node, Node] = [zeros, gCell ?? zeros];
  const sums: Node[] = [];
  for (let t = steps - 1; t >= 0; t--) {
    if (given) state = add(given[t], state);
    cell = add(cell, mul(state, into[t]));
    const ofGates = mul(concat([cell, cell, cell, state], 2), slopes[t]);
    sums.push(ofGates);
    state = matmul(ofGates, recurrent);
    cell = mul(cell, kept[t]);
  }
  const all = concat(sums.reverse(), 0);
  const front = affineGradients(x, weight, all);
  const back = affineGradients(previous, recurrent, all);
  const ends = [state, cell].map((end) => reshape(end, [batch, hidden]));
  return [front.x, front.weight, back.weight, front.bias, back.bias, ...ends];
}

/** Weights under PyTorch's names: `weight_ih_l0`, `weight_hh_l0`, `bias_ih_l0`, `bias_hh_l0`, then `…_l1`; `…_reverse`. */
export type RecurrentWeights = Readonly<Record<string, Node>>;

export interface RecurrentOptions {
  /** [batch, time, features] instead of [time, batch, features]. */
  batchFirst?: boolean;
  /** First states [layers · directions, batch, hidden], direction fastest; zeros when absent. */
  h0?: Node;
  /** First cells of an LSTM, like `h0`. */
  c0?: Node;
}

/** Runs layer upon layer, each in one or both directions; `run` gives a direction's states and what else it ends with. */
function layered(
  weights: RecurrentWeights,
  input: Node,
  first: readonly (Node | undefined)[],
  run: (inputs: readonly Node[]) => { states: Node; ends: readonly Node[] },
): { y: Node; ends: Node[] } {
  const directions = "weight_ih_l0_reverse" in weights ? ["", "_reverse"] : [""];
  if (!("weight_ih_l0" in weights))
    refuse(
      "Recurrent",
      [input],
      `weights ${Object.keys(weights)}`,
      "Name them as PyTorch does: weight_ih_l0, …",
    );
  const ends: Node[][] = [];
  let x = input;
  for (let layer = 0; `weight_ih_l${layer}` in weights; layer++) {
    const sides = directions.map((direction) => {
      const named = (name: string) => weights[`${name}_l${layer}${direction}`];
      const recurrent = named("weight_hh");
      const shape: Shape = [x.shape[1], recurrent.shape[1]];
      const none = expand(constant(0), [recurrent.shape[0]]);
      const states = first.map((all) => (all ? at(all, ends.length) : expand(constant(0), shape)));
      const upright = direction === "" ? x : flip(x, [0]);
      const biases = [named("bias_ih") ?? none, named("bias_hh") ?? none];
      const result = run([upright, named("weight_ih"), recurrent, ...biases, ...states]);
      ends.push([...result.ends]);
      return direction === "" ? result.states : flip(result.states, [0]);
    });
    x = concat(sides, 2);
  }
  return {
    y: x,
    ends: ends[0].map((_, i) =>
      stack(
        ends.map((end) => end[i]),
        0,
      ),
    ),
  };
}

const timeFirst = (x: Node, { batchFirst = false }: RecurrentOptions) =>
  batchFirst ? transpose(x, [1, 0, 2]) : x;
/** [T, 1, B, H] → [T, B, H] */
const withoutDirection = (y: Node) => reshape(y, [y.shape[0], y.shape[2], y.shape[3]]);

/**
 * Gated recurrent units (Cho et al. 2014), the reset gate acting after the recurrent product. As many layers as there
 * are weights for, in both directions if some are named `_reverse`.
 *
 * @param x [time, batch, features], or [batch, time, features] by option.
 * @returns `y` like x with hidden · directions features, and the last states `hn` [layers · directions, batch, hidden].
 */
export function gru(
  weights: RecurrentWeights,
  x: Node,
  options: RecurrentOptions = {},
): { y: Node; hn: Node } {
  const { y, ends } = layered(weights, timeFirst(x, options), [options.h0], (inputs) => {
    const states = withoutDirection(apply(Gru, inputs, {}));
    return { states, ends: [at(states, states.shape[0] - 1)] };
  });
  return { y: timeFirst(y, options), hn: ends[0] };
}

/**
 * Long short-term memory (Hochreiter & Schmidhuber 1997). As many layers as there are weights for, in both directions
 * if some are named `_reverse`.
 *
 * @param x [time, batch, features], or [batch, time, features] by option.
 * @returns `y` like x with hidden · directions features, and the last states `hn` and cells `cn`
 *   [layers · directions, batch, hidden].
 */
export function lstm(
  weights: RecurrentWeights,
  x: Node,
  options: RecurrentOptions = {},
): { y: Node; hn: Node; cn: Node } {
  const { y, ends } = layered(weights, timeFirst(x, options), [options.h0, options.c0], (inputs) => {
    const states = withoutDirection(apply(Lstm, inputs, { result: "states" }));
    const cells = at(apply(Lstm, inputs, { result: "cells" }), 0);
    return { states, ends: [at(states, states.shape[0] - 1), cells] };
  });
  return { y: timeFirst(y, options), hn: ends[0], cn: ends[1] };
}

export const recurrent: Readonly<Record<string, Op>> = { Gru, Lstm, Step };

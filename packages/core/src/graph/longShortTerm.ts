import { add, mul, sigmoid, tanh } from "./elementwise.js";
import { affine, matmul } from "./linear.js";
import { concat, expand, reshape, split, unsqueeze } from "./movement.js";
import { apply, constant, type Node, type Op } from "./node.js";
import {
  affineGradients,
  before,
  checkShapes,
  kernel,
  logisticSlope,
  sizesOf,
  stepsOf,
  tanhSlope,
} from "./recurrence.js";

/** ONNX has input, output, forget, cell; PyTorch input, forget, cell, output. */
const LSTM_ORDER = [0, 3, 1, 2];

/** x, weight, recurrent, bias, recurrent bias, h0, c0 → states [T, 1, B, H], or the last step's cells [1, B, H]. */
export const Lstm: Op<{ readonly result: "states" | "cells" }> = {
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

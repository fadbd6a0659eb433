import { concat, expand, flip, reshape, slice, split, transpose } from "../movement.js";
import { constant, type Node } from "../node.js";
import { gru, lstm, type RecurrentWeights } from "../recurrent.js";
import { int, type OnnxCall, operand, type Reader, text, unsupported } from "./call.js";

/** Gates in PyTorch's order, by their places in ONNX's: GRU z r h → r z n, LSTM i o f c → i f g o. */
const orders = { GRU: [1, 0, 2], LSTM: [0, 2, 3, 1] };

/** The rows of a direction's weights in PyTorch's order of gates. */
const gates = (rows: Node, order: readonly number[]): Node => {
  const hidden = rows.shape[0] / order.length;
  return concat(
    order.map((gate) => slice(rows, 0, gate * hidden, (gate + 1) * hidden)),
    0,
  );
};

function requirePlain(call: OnnxCall): void {
  const odd =
    (call.inputs[4] && "lengths of their own for each sequence") ||
    (call.inputs[7] && "peepholes") ||
    (["clip", "activations", "activation_alpha"].find((name) => call.attributes.has(name)) ?? "") ||
    (int(call, "layout", 0) === 1 && "layout 1") ||
    (int(call, "input_forget", 0) === 1 && "input_forget") ||
    (call.operator === "GRU" &&
      int(call, "linear_before_reset", 0) === 0 &&
      "the reset gate before the product");
  if (odd) throw unsupported(call, `${call.operator} with ${odd}`, "Export a layer as PyTorch has it");
}

/** The weights of each direction by PyTorch's names; the inputs have the directions as their first axis. */
function weightsOf(call: OnnxCall, order: readonly number[], names: readonly string[]): RecurrentWeights {
  const part = (node: Node, i: number) => reshape(slice(node, 0, i, i + 1), node.shape.slice(1));
  const entries = names.flatMap((suffix, i) => {
    const [w, r] = [part(operand(call, 1), i), part(operand(call, 2), i)];
    const bias = call.inputs[3] ? part(call.inputs[3], i) : expand(constant(0), [2 * w.shape[0]]);
    const [ofInput, ofState] = split(bias, 0, [w.shape[0], w.shape[0]]);
    return [
      [`weight_ih_l0${suffix}`, gates(w, order)],
      [`weight_hh_l0${suffix}`, gates(r, order)],
      [`bias_ih_l0${suffix}`, gates(ofInput, order)],
      [`bias_hh_l0${suffix}`, gates(ofState, order)],
    ] as const;
  });
  return Object.fromEntries(entries);
}

/** [time, batch, directions · hidden] → [time, directions, batch, hidden] */
function withDirections(y: Node, directions: number): Node {
  const [time, batch, width] = y.shape;
  return transpose(reshape(y, [time, batch, directions, width / directions]), [0, 2, 1, 3]);
}

const readRecurrent =
  (operator: keyof typeof orders): Reader =>
  (call) => {
    requirePlain(call);
    const direction = text(call, "direction", "forward");
    const names = direction === "bidirectional" ? ["", "_reverse"] : [""];
    const turned = (x: Node) => (direction === "reverse" ? flip(x, [0]) : x);
    const weights = weightsOf(call, orders[operator], names);
    const first = { h0: call.inputs[5], c0: call.inputs[6] };
    const x = turned(operand(call, 0));
    const result = operator === "GRU" ? gru(weights, x, first) : lstm(weights, x, first);
    const y = withDirections(turned(result.y), names.length);
    return "cn" in result ? [y, result.hn, result.cn as Node] : [y, result.hn];
  };

export const recurrentReaders: Readonly<Record<string, Reader>> = {
  GRU: readRecurrent("GRU"),
  LSTM: readRecurrent("LSTM"),
};

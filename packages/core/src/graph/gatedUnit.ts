import { add, mul, sigmoid, sub, tanh } from "./elementwise.js";
import { affine, matmul } from "./linear.js";
import { concat, reshape, split } from "./movement.js";
import type { Node, Op } from "./node.js";
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

/** ONNX has update, reset, new; PyTorch reset, update, new. */
const GRU_ORDER = [1, 0, 2];

/** x, weight, recurrent, bias, recurrent bias, h0 → [T, 1, B, H]. */
export const Gru: Op = {
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

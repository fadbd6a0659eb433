import {
  abs, add, and, clip, div, erf, exp, greater, less, mul, neg, sigmoid, tanh, where,
} from "./elementwise.js"; // biome-ignore format: a list
import { reshape } from "./movement.js";
import { apply, axesOf, type Node, type Op, refuse } from "./node.js";

const Relu6: Op = {
  name: "Relu6",
  shape: ([x]) => x.shape,
  /** Nothing passes at 0 and 6 themselves, as in PyTorch; `clip` would let it. */
  gradient: (y, g) => [where(and(greater(y, 0), less(y, 6)), g, 0)],
  form: ({ inputs: [x] }) => clip(x, 0, 6),
};
/** min(max(x, 0), 6). */
export const relu6 = (x: Node): Node => apply(Relu6, [x], {});

/** relu6(x + 3) / 6: a sigmoid of straight pieces. */
export const hardSigmoid = (x: Node): Node => mul(relu6(add(x, 3)), 1 / 6);

/** x · hardSigmoid(x) (Howard et al. 2019). */
export const hardSwish = (x: Node): Node => mul(x, hardSigmoid(x));

/** x · sigmoid(x), also called swish. */
export const silu = (x: Node): Node => mul(x, sigmoid(x));

const Softplus: Op = {
  name: "Softplus",
  shape: ([x]) => x.shape,
  gradient: ({ inputs: [x] }, g) => [mul(g, sigmoid(x))],
  form: ({ inputs }) => ({ call: "Softplus", inputs }), // the kernel takes e^−|x|, which can't overflow
};
/** ln(1 + eˣ), finite for all finite x. */
export const softplus = (x: Node): Node => apply(Softplus, [x], {});

/** ln sigmoid(x), finite for all finite x. */
export const logSigmoid = (x: Node): Node => neg(softplus(neg(x)));

/** x · tanh(softplus(x)) (Misra 2019). */
export const mish = (x: Node): Node => mul(x, tanh(softplus(x)));

/** x / (1 + |x|). */
export const softsign = (x: Node): Node => div(x, add(abs(x), 1));

const Elu: Op<{ alpha: number }> = {
  name: "Elu",
  shape: ([x]) => x.shape,
  gradient: ({ inputs: [x], attributes: { alpha } }, g) => [
    mul(g, where(greater(x, 0), 1, mul(alpha, exp(where(greater(x, 0), 0, x))))),
  ],
  form: ({ inputs, attributes: { alpha } }) => ({
    call: "Elu",
    inputs,
    attributes: { alpha: { float: alpha } },
  }),
};
/** x where it is positive, else α(eˣ − 1). */
export const elu = (x: Node, alpha = 1): Node => apply(Elu, [x], { alpha });

/**
 * x · Φ(x), Φ being the normal distribution (Hendrycks & Gimpel 2016); `approximate` by the tanh formula of the paper.
 */
export function gelu(x: Node, { approximate = false } = {}): Node {
  if (!approximate) return mul(mul(x, 0.5), add(erf(mul(x, Math.SQRT1_2)), 1));
  const inner = mul(mul(x, Math.sqrt(2 / Math.PI)), add(mul(mul(x, x), 0.044715), 1));
  return mul(mul(x, 0.5), add(tanh(inner), 1));
}

const LeakyRelu: Op<{ slope: number }> = {
  name: "LeakyRelu",
  shape: ([x]) => x.shape,
  /** At 0 the slope counts, as in PyTorch. */
  gradient: ({ inputs: [x], attributes: { slope } }, g) => [where(greater(x, 0), g, mul(g, slope))],
  form: ({ inputs, attributes: { slope } }) => ({
    call: "LeakyRelu",
    inputs,
    attributes: { alpha: { float: slope } },
  }),
};
/** x where it is positive, else slope · x. */
export const leakyRelu = (x: Node, slope = 0.01): Node => apply(LeakyRelu, [x], { slope });

const PRelu: Op = {
  name: "PRelu",
  shape: ([x]) => x.shape,
  gradient: ({ inputs: [x, slope] }, g) => {
    const positive = greater(x, 0);
    return [where(positive, g, mul(g, slope)), where(positive, 0, mul(g, x))];
  },
  form: ({ inputs }) => ({ call: "PRelu", inputs }),
};
/** x where it is positive, else slope · x with a learned slope: one for all, or one for each place of `channelAxis`. */
export function prelu(x: Node, slope: Node, channelAxis = 1): Node {
  const [at] = axesOf("PRelu", x, [channelAxis]);
  const [slopes] = slope.shape;
  if (slope.shape.length !== 1 || (slopes !== 1 && slopes !== x.shape[at]))
    refuse("PRelu", [x, slope], `slopes for axis ${channelAxis}`, "Give one slope, or one for each channel");
  return apply(PRelu, [x, reshape(slope, [slopes, ...x.shape.slice(at + 1).map(() => 1)])], {});
}

export const activation: Readonly<Record<string, Op>> = { Relu6, Softplus, Elu, LeakyRelu, PRelu };

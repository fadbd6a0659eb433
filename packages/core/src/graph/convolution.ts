import {
  forwardForm,
  type Geometry,
  inputForm,
  spaceOf,
  unpadded,
  weightForm,
  windowCounts,
} from "./convolutionForm.js";
import { add } from "./elementwise.js";
import { pad, reshape } from "./movement.js";
import { apply, type Node, type Op, refuse, type Shape, sameShape } from "./node.js";
import { reduceSum } from "./reduce.js";

/**
 * Convolution y = x ∗ w is linear in x and in w. With a third tensor g of y's shape, the number Σ g·(x ∗ w) has three
 * partial derivatives, which are the three operators here: each is the others' gradient.
 */
const Convolution: Op<Geometry> = {
  name: "Convolution",
  shape: (inputs, geometry) => {
    const [x, weight, bias] = inputs;
    requireChannels("Convolution", inputs, x.shape[1], weight.shape[1] * geometry.groups, geometry.groups);
    const counts = windowCounts(spaceOf(x.shape), spaceOf(weight.shape), geometry);
    if (counts.some((count) => count < 1))
      refuse(
        "Convolution",
        inputs,
        "the kernel is larger than the padded input",
        "Pad, or use a smaller kernel",
      );
    if (bias && !sameShape(bias.shape, [weight.shape[0]]))
      refuse("Convolution", inputs, `a bias of [${bias.shape}]`, "Give one number for each output channel");
    return [x.shape[0], weight.shape[0], ...counts];
  },
  gradient: ({ inputs: [x, weight, bias], attributes: geometry }, g) => [
    backwards(g, weight, spaceOf(x.shape), geometry),
    weightGradient(x, g, spaceOf(weight.shape), geometry),
    ...(bias ? [perChannelSum(g)] : []),
  ],
  form: ({ inputs: [x, weight, bias], attributes }) => forwardForm(x, weight, bias, attributes),
};

interface TransposedAttributes extends Geometry {
  /** The space axes of the result. */
  readonly space: Shape;
}

/** The partial derivative with respect to x, from g and w. */
const TransposedConvolution: Op<TransposedAttributes> = {
  name: "TransposedConvolution",
  shape: (inputs, { space, ...geometry }) => {
    const [g, weight] = inputs;
    requireChannels("TransposedConvolution", inputs, g.shape[1], weight.shape[0], geometry.groups);
    const counts = windowCounts(space, spaceOf(weight.shape), geometry);
    if (!sameShape(counts, spaceOf(g.shape)))
      refuse(
        "TransposedConvolution",
        inputs,
        `[${space}] has [${counts}] windows`,
        "Give pads that fit the sizes",
      );
    return [g.shape[0], weight.shape[1] * geometry.groups, ...space];
  },
  gradient: ({ inputs: [g, weight], attributes: { space: _, ...geometry } }, h) => [
    apply(Convolution, [h, weight], geometry),
    weightGradient(h, g, spaceOf(weight.shape), geometry),
  ],
  form: ({ inputs: [g, weight], attributes: { space, ...geometry } }) =>
    inputForm(g, weight, space, geometry),
};

interface WeightAttributes extends Geometry {
  readonly kernel: Shape;
}

/** The partial derivative with respect to w, from x and g. */
const ConvolutionWeights: Op<WeightAttributes> = {
  name: "ConvolutionWeights",
  shape: ([x, g], { kernel, groups }) => [g.shape[1], x.shape[1] / groups, ...kernel],
  gradient: ({ inputs: [x, g], attributes: { kernel: _, ...geometry } }, h) => [
    backwards(g, h, spaceOf(x.shape), geometry),
    apply(Convolution, [x, h], geometry),
  ],
  form: ({ inputs: [x, g], attributes: { kernel, ...geometry } }) => weightForm(x, g, kernel, geometry),
};

const backwards = (g: Node, weight: Node, space: Shape, geometry: Geometry): Node =>
  apply(TransposedConvolution, [g, weight], { ...geometry, space });
const weightGradient = (x: Node, g: Node, kernel: Shape, geometry: Geometry): Node =>
  apply(ConvolutionWeights, [x, g], { ...geometry, kernel });
const perChannelSum = (g: Node): Node =>
  reduceSum(reduceSum(reshape(g, [g.shape[0], g.shape[1], -1]), [2]), [0]);

function requireChannels(
  operator: string,
  inputs: readonly Node[],
  have: number,
  want: number,
  groups: number,
): void {
  const [x, weight] = inputs;
  const ranks = x.shape.length >= 3 && weight.shape.length === x.shape.length;
  if (!ranks || have !== want || weight.shape[0] % groups !== 0)
    refuse(
      operator,
      inputs,
      `expected [batch, channel, …space] and weights for its channels in ${groups} groups`,
      "Weights are [out, in / groups, …kernel], transposed ones [in, out / groups, …kernel]",
    );
}

/** Options of convolutions; a single number holds for each axis. */
export interface ConvolutionOptions {
  /** One number per output channel. */
  readonly bias?: Node;
  /** 1 when absent. */
  readonly strides?: number | readonly number[];
  /** 1 when absent. */
  readonly dilations?: number | readonly number[];
  /** Zeros around: one number for all sides, or all axes' begins, then all ends; negative ones crop. 0 when absent. */
  readonly pads?: number | readonly number[];
  /** 1 when absent. */
  readonly groups?: number;
}

/** Numbers per axis from an option. */
export function perAxis(
  operator: string,
  x: Node,
  value: number | readonly number[],
  count: number,
): readonly number[] {
  const list = typeof value === "number" ? new Array<number>(count).fill(value) : value;
  if (list.length !== count || list.some((v) => !Number.isInteger(v)))
    refuse(operator, [x], `[${list}] for ${count} places`, "Give a whole number for each");
  return list;
}

function geometryOf(operator: string, x: Node, weight: Node, options: ConvolutionOptions): Geometry {
  const axes = weight.shape.length - 2;
  const { strides = 1, dilations = 1, pads = 0, groups = 1 } = options;
  const geometry = {
    strides: perAxis(operator, x, strides, axes),
    dilations: perAxis(operator, x, dilations, axes),
    pads: perAxis(operator, x, pads, 2 * axes),
    groups,
  };
  if ([...geometry.strides, ...geometry.dilations, groups].some((v) => !(v >= 1)))
    refuse(operator, [x, weight], "a stride, dilation or group below 1", "Give 1 or more");
  return geometry;
}

/**
 * Convolution (cross-correlation, as networks have it) over any number of space axes.
 *
 * @param x [batch, channel, …space]
 * @param weight [out, channel / groups, …kernel]
 * @returns [batch, out, …windows]
 */
export function conv(x: Node, weight: Node, options: ConvolutionOptions = {}): Node {
  const geometry = geometryOf("Convolution", x, weight, options);
  const inner = around(
    x,
    geometry.pads.map((p) => Math.min(p, 0)),
  );
  const inputs = options.bias ? [inner, weight, options.bias] : [inner, weight];
  return apply(Convolution, inputs, { ...geometry, pads: geometry.pads.map((p) => Math.max(p, 0)) });
}

/**
 * Transposed convolution: the gradient of a convolution with respect to its input, as a layer.
 *
 * @param x [batch, channel, …space]
 * @param weight [channel, out / groups, …kernel]
 * @param options `pads` crop the result; `outputPadding` (0 when absent) gives it so many more elements at its ends.
 * @returns [batch, out, (space − 1)·stride + dilation·(kernel − 1) + 1 − pads + outputPadding …]
 */
export function convTranspose(
  x: Node,
  weight: Node,
  options: ConvolutionOptions & { readonly outputPadding?: number | readonly number[] } = {},
): Node {
  const geometry = geometryOf("TransposedConvolution", x, weight, options);
  const kernel = spaceOf(weight.shape);
  const extra = perAxis("TransposedConvolution", x, options.outputPadding ?? 0, kernel.length);
  const pads = geometry.pads.map((p, i) => (i < kernel.length ? p : p - extra[i - kernel.length]));
  const inner = { ...geometry, pads: pads.map((p) => Math.max(p, 0)) };
  const space = spaceOf(x.shape).map((size, i) => unpadded(size, kernel[i], inner, i));
  const y = around(
    backwards(x, weight, space, inner),
    pads.map((p) => -Math.min(p, 0)),
  );
  return options.bias ? add(y, reshape(options.bias, [-1, ...kernel.map(() => 1)])) : y;
}

/** Zeros around the space axes; negative numbers crop. */
const around = (x: Node, pads: readonly number[]): Node =>
  pad(x, [0, 0, ...pads.slice(0, pads.length / 2), 0, 0, ...pads.slice(pads.length / 2)]);

export const convolution: Readonly<Record<string, Op>> = {
  Convolution,
  TransposedConvolution,
  ConvolutionWeights,
};

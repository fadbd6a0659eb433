import { add, div, mul, reciprocal, sqrt, square, stopGradient, sub } from "./elementwise.js";
import { matmul } from "./linear.js";
import { reshape } from "./movement.js";
import {
  apply,
  axesOf,
  type Call,
  constant,
  type Node,
  type Op,
  refuse,
  type Shape,
  sameShape,
} from "./node.js";
import { reduceMean, reduceSum } from "./reduce.js";
import { normalize } from "./statistics.js";

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
const sumsTo = (x: Node, axes: readonly number[], shape: Shape) => reshape(reduceSum(x, axes, true), shape);

/** Back through ŷ = (x − mean) · scale, where mean and scale = 1/√(variance + ε) are x's own over `axes`. */
function unstandardise(normal: Node, scale: Node, g: Node, axes: readonly number[]): Node {
  const along = mul(normal, reduceMean(mul(g, normal), axes, true));
  return mul(scale, sub(sub(g, reduceMean(g, axes, true)), along));
}

interface LayerNormAttributes {
  /** The first of the axes that are normalised; the rest follow it. */
  readonly axis: number;
  readonly epsilon: number;
}

/** The call's second and third output are the mean and 1/√(variance + ε): the gradient takes them from there. */
const layerNormCall = (
  inputs: readonly Node[],
  { axis, epsilon }: LayerNormAttributes,
  output: number,
): Call => ({
  call: "LayerNormalization",
  inputs,
  attributes: { axis, epsilon: { float: epsilon } },
  output,
});

const LayerNorm: Op<LayerNormAttributes> = {
  name: "LayerNorm",
  shape: ([x, weight, bias], { axis }) => {
    if ([weight, bias].some(({ shape }) => !sameShape(shape, x.shape.slice(axis))))
      refuse(
        "LayerNorm",
        [x, weight, bias],
        `axes from ${axis} on`,
        "Give weight and bias the shape of the normalised axes",
      );
    return x.shape;
  },
  gradient: (y, g) => {
    const [x, weight] = y.inputs;
    const { axis } = y.attributes;
    const axes = range(axis, x.shape.length);
    const [mean, scale] = [1, 2].map((output) =>
      apply(LayerNormMoment, y.inputs, { ...y.attributes, output }),
    );
    const normal = mul(sub(x, mean), scale);
    return [
      unstandardise(normal, scale, mul(g, weight), axes),
      sumsTo(mul(g, normal), range(0, axis), weight.shape),
      sumsTo(g, range(0, axis), weight.shape),
    ];
  },
  form: ({ inputs, attributes }) => layerNormCall(inputs, attributes, 0),
};

/** What the kernel of LayerNorm knows besides its result; only its gradient asks for it. */
const LayerNormMoment: Op<LayerNormAttributes & { readonly output: number }> = {
  name: "LayerNormMoment",
  shape: ([x], { axis }) => x.shape.map((size, i) => (i < axis ? size : 1)),
  gradient: ({ inputs }) =>
    refuse(
      "LayerNormMoment",
      inputs,
      "a second derivative",
      "Layer normalisation is differentiated once only",
    ),
  form: ({ inputs, attributes: { output, ...attributes } }) => layerNormCall(inputs, attributes, output),
};

/**
 * Layer normalisation (Ba et al. 2016) over the last axes, with the biased variance.
 *
 * @param weight, bias The shape of the normalised axes.
 * @param axes The normalised axes, which must be the last ones: those of `weight` when absent.
 */
export function layerNorm(
  x: Node,
  weight: Node,
  bias: Node,
  { axes, epsilon = 1e-5 }: { axes?: readonly number[]; epsilon?: number } = {},
): Node {
  const over = axes ? axesOf("LayerNorm", x, axes).sort((a, b) => a - b) : undefined;
  const axis = over?.[0] ?? x.shape.length - weight.shape.length;
  if (over && !sameShape(over, range(axis, x.shape.length)))
    refuse(
      "LayerNorm",
      [x],
      `axes [${axes}]`,
      "Normalise the last axes; transpose before, if they are others",
    );
  return apply(LayerNorm, [x, weight, bias], { axis, epsilon });
}

/** x [batch, channel, …], weight and bias [channel]: each channel of each example by its own mean and variance. */
const InstanceNorm: Op<{ epsilon: number }> = {
  name: "InstanceNorm",
  shape: ([x, weight, bias]) => {
    if (x.shape.length < 3 || [weight, bias].some(({ shape }) => !sameShape(shape, [x.shape[1]])))
      refuse(
        "InstanceNorm",
        [x, weight, bias],
        "expected [batch, channel, …] and two [channel]",
        "Give one weight and bias per channel",
      );
    return x.shape;
  },
  gradient: (y, g) => {
    const [x, weight] = y.inputs;
    const axes = range(2, x.shape.length);
    const centred = sub(x, reduceMean(x, axes, true));
    const scale = reciprocal(sqrt(add(reduceMean(square(centred), axes, true), y.attributes.epsilon)));
    const normal = mul(centred, scale);
    const others = [0, ...axes];
    return [
      unstandardise(normal, scale, mul(g, perChannel(weight, x)), axes),
      sumsTo(mul(g, normal), others, weight.shape),
      sumsTo(g, others, weight.shape),
    ];
  },
  form: ({ inputs, attributes: { epsilon } }) => ({
    call: "InstanceNormalization",
    inputs,
    attributes: { epsilon: { float: epsilon } },
  }),
};
const perChannel = (values: Node, x: Node) =>
  reshape(values, [values.shape[0], ...new Array<number>(x.shape.length - 2).fill(1)]);

/** Instance normalisation (Ulyanov et al. 2016) of x [batch, channel, …] by weight and bias [channel]. */
export const instanceNorm = (x: Node, weight: Node, bias: Node, { epsilon = 1e-5 } = {}): Node =>
  apply(InstanceNorm, [x, weight, bias], { epsilon });

/**
 * Group normalisation (Wu & He 2018): x [batch, channel, …] by mean and variance of each of `groups` equal runs of
 * channels, then by weight and bias [channel].
 */
export function groupNorm(x: Node, groups: number, weight: Node, bias: Node, { epsilon = 1e-5 } = {}): Node {
  const [batch, channels] = x.shape;
  if (channels % groups !== 0)
    refuse(
      "GroupNorm",
      [x],
      `${channels} channels in ${groups} groups`,
      "Give a number of groups that divides the channels",
    );
  const ones = constant(new Array<number>(groups).fill(1));
  const zeros = constant(new Array<number>(groups).fill(0));
  const normal = instanceNorm(reshape(x, [batch, groups, -1]), ones, zeros, { epsilon });
  return add(mul(reshape(normal, x.shape), perChannel(weight, x)), perChannel(bias, x));
}

/** Its first input; the others are pairs of a state and the value that it shall have afterwards. */
const Remember: Op = {
  name: "Remember",
  shape: ([x]) => x.shape,
  gradient: ({ inputs }, g) => [g, ...inputs.slice(1).map(() => null)],
  form: ({ inputs: [x] }) => x,
  updates: ({ inputs: [, ...pairs] }) =>
    range(0, pairs.length / 2).map((i) => ({ state: pairs[2 * i], value: pairs[2 * i + 1] })),
};

/**
 * Spectral normalisation (Miyato et al. 2018): a weight divided by its largest singular value σ = u·W v, estimated by
 * power iteration. In training each use iterates and remembers u and v as state; the gradient takes them as constants.
 *
 * @param weight [out, …]; the axes after the first count as one.
 * @param u [out], unit length.
 * @param v [product of the others], unit length.
 * @returns The weight divided, and u and v as they are afterwards.
 */
export function spectralNorm(
  weight: Node,
  u: Node,
  v: Node,
  { training, iterations = 1, epsilon = 1e-12 }: { training: boolean; iterations?: number; epsilon?: number },
): { weight: Node; u: Node; v: Node } {
  const matrix = reshape(weight, [weight.shape[0], -1]);
  const still = stopGradient(matrix);
  let [left, right] = [u, v];
  for (let i = 0; training && i < iterations; i++) {
    right = normalize(matmul(left, still), 0, epsilon);
    left = normalize(matmul(still, right), 0, epsilon);
  }
  [left, right] = [stopGradient(left), stopGradient(right)];
  const sigma = reduceSum(mul(left, matmul(matrix, right)));
  const divided = div(weight, sigma);
  return {
    weight: training ? apply(Remember, [divided, u, left, v, right], {}) : divided,
    u: left,
    v: right,
  };
}

export const normalise: Readonly<Record<string, Op>> = { LayerNorm, LayerNormMoment, InstanceNorm, Remember };

import { add } from "./elementwise.js";
import { matmul } from "./linear.js";
import { concat, dilate, flip, pad, reshape, slice, transpose } from "./movement.js";
import { apply, type Call, constant, type Node, type Op, type Shape, sizeOf } from "./node.js";
import { reduceSum } from "./reduce.js";

/** How windows lie over the space axes. Pads are not negative: all begins, then all ends. */
export interface Geometry {
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly pads: readonly number[];
  readonly groups: number;
}

/** The space axes' sizes: what follows batch and channel. */
export const spaceOf = (shape: Shape): Shape => shape.slice(2);

/** How many windows fit on each axis. */
export const windowCounts = (space: Shape, kernel: Shape, { strides, dilations, pads }: Geometry): number[] =>
  space.map((size, i) => {
    const room = size + pads[i] + pads[i + space.length] - dilations[i] * (kernel[i] - 1) - 1;
    return Math.floor(room / strides[i]) + 1;
  });

/*
 * A convolution, its gradients with respect to input and weights: each is linear in two of three tensors, and each is
 * written in the form that was fastest on a CPU for its sizes (two cores, ONNX Runtime 1.30, milliseconds, b = batch):
 * 64→64 3×3 at 64×64 b8: forward Conv 16; input gradient Conv with turned weights 16, ConvTranspose 23; weight gradient by
 * shifted copies 21, unfolded 28, by slices in channels-last order 45.
 * 512→512 3×3 at 4×4 b16: weight gradient by shifted copies 51 (it writes 16 × 9 × 512 × 512 numbers), with the batch
 * inside the product 13; input gradient Conv 22, ConvTranspose 20, with the batch inside the product 15.
 * 1024→1024 width 3 stride 3 on 9 columns b256: Conv 120, with the batch inside the product 40.
 */

/** Below so many windows, products per example are too small for Conv's kernel; the batch is put inside one product. */
const FEW_FORWARD = 16;
const FEW_BACKWARD = 32;
/** From so many windows on, products of rows with rows are the fastest weight gradient of single channels. */
const MANY_DEPTHWISE = 256;

const joinable = (x: Node, { groups }: Geometry) => groups === 1 && x.shape[0] > 1;

/** y from x and weights [out, in / groups, kernel…]. */
export function forwardForm(x: Node, weight: Node, bias: Node | undefined, geometry: Geometry): Call | Node {
  const kernel = spaceOf(weight.shape);
  const counts = windowCounts(spaceOf(x.shape), kernel, geometry);
  if (!joinable(x, geometry) || sizeOf(counts) >= FEW_FORWARD)
    return {
      call: "Conv",
      inputs: bias ? [x, weight, bias] : [x, weight],
      attributes: calls(kernel, geometry),
    };
  const product = matmul(windowRows(x, kernel, geometry), tapsLast(weight), { transB: true });
  const rows = bias ? add(product, bias) : product;
  return channelsFirst(reshape(rows, [x.shape[0], ...counts, weight.shape[0]]));
}

/** The gradient with respect to x, whose space axes have the sizes `space`, from that with respect to y. */
export function inputForm(g: Node, weight: Node, space: Shape, geometry: Geometry): Call | Node {
  const { strides, groups } = geometry;
  if (joinable(g, geometry) && sizeOf(spaceOf(g.shape)) < FEW_BACKWARD)
    return fromWindowRows(matmul(rowsOf(g), tapsLast(weight)), weight, g, space, geometry);
  if (strides.every((stride) => stride === 1)) return turnedConvolution(g, weight, space, geometry);
  const kernel = spaceOf(weight.shape);
  const natural = spaceOf(g.shape).map((count, i) => unpadded(count, kernel[i], geometry, i));
  return {
    call: "ConvTranspose",
    inputs: [g, weight],
    attributes: {
      ...calls(kernel, { ...geometry, groups }),
      output_padding: space.map((size, i) => size - natural[i]),
    },
  };
}

/** The gradient with respect to weights with the space axes `kernel`, from x and the gradient with respect to y. */
export function weightForm(x: Node, g: Node, kernel: Shape, geometry: Geometry): Node {
  const { groups } = geometry;
  const [inputs, outputs] = [x.shape[1], g.shape[1]];
  const windows = sizeOf(spaceOf(g.shape));
  if (joinable(x, geometry) && windows < outputs) {
    const product = matmul(rowsOf(g), windowRows(x, kernel, geometry), { transA: true });
    return tapsFirst(reshape(product, [outputs, ...kernel, inputs]));
  }
  const depthwise = groups === inputs && groups === outputs && windows >= MANY_DEPTHWISE;
  const wide = Math.min(inputs, outputs) / groups >= 16;
  if ((wide || depthwise) && isSame(x, g, kernel, geometry)) return shiftedProducts(x, g, kernel, geometry);
  const unfolded = unfold(x, kernel, geometry);
  const columns = reshape(unfolded, [x.shape[0], groups, (inputs / groups) * sizeOf(kernel), -1]);
  const products = matmul(grouped(g, groups), columns, { transB: true });
  return reshape(reduceSum(products, [0]), [outputs, inputs / groups, ...kernel]);
}

/** The size of an axis that `count` windows cover exactly, pads taken off. */
export const unpadded = (
  count: number,
  kernel: number,
  { strides, dilations, pads }: Geometry,
  axis: number,
): number =>
  (count - 1) * strides[axis] + dilations[axis] * (kernel - 1) + 1 - pads[axis] - pads[axis + strides.length];

const calls = (kernel: Shape, { strides, dilations, pads, groups }: Geometry) => ({
  kernel_shape: kernel,
  strides,
  dilations,
  pads,
  group: groups,
});

/** ONNX's Conv itself, for use inside forms; it is never differentiated. */
const PlainConv: Op<Geometry> = {
  name: "PlainConv",
  shape: ([x, weight], geometry) => [
    x.shape[0],
    weight.shape[0],
    ...windowCounts(spaceOf(x.shape), spaceOf(weight.shape), geometry),
  ],
  gradient: () => [],
  form: ({ inputs, attributes }) => ({
    call: "Conv",
    inputs,
    attributes: calls(spaceOf(inputs[1].shape), attributes),
  }),
};

/** With stride 1, going back is a convolution with weights whose taps are reversed and whose channels change sides. */
function turnedConvolution(
  g: Node,
  weight: Node,
  space: Shape,
  { dilations, pads, groups, strides }: Geometry,
): Node {
  const [outputs, inputs, ...kernel] = weight.shape;
  const axes = kernel.map((_, i) => i + 2);
  const apart = reshape(flip(weight, axes), [groups, outputs / groups, inputs, ...kernel]);
  const order = [0, 2, 1, ...kernel.map((_, i) => i + 3)];
  const turned = reshape(transpose(apart, order), [groups * inputs, outputs / groups, ...kernel]);
  const begins = kernel.map((size, i) => dilations[i] * (size - 1) - pads[i]);
  const ends = kernel.map((size, i) => space[i] + dilations[i] * (size - 1) - g.shape[i + 2] - begins[i]);
  const around = [...begins, ...ends];
  const cropped = padSpace(
    g,
    around.map((p) => Math.min(p, 0)),
  );
  return apply(PlainConv, [cropped, turned], {
    strides,
    dilations,
    pads: around.map((p) => Math.max(p, 0)),
    groups,
  });
}

/**
 * What each window sees: [batch, channel, kernel…, windows…], by a convolution with weights that are 1 at one tap each,
 * which is faster than slices.
 */
function unfold(x: Node, kernel: Shape, geometry: Geometry): Node {
  const taps = sizeOf(kernel);
  if (taps === 1 && geometry.pads.every((p) => p === 0) && geometry.strides.every((s) => s === 1)) return x;
  const [batch, channels, ...space] = x.shape;
  const oneHot = new Float32Array(taps * taps);
  for (let tap = 0; tap < taps; tap++) oneHot[tap * taps + tap] = 1;
  const weight = constant(oneHot, [taps, 1, ...kernel]);
  return apply(PlainConv, [reshape(x, [batch * channels, 1, ...space]), weight], { ...geometry, groups: 1 });
}

/** [batch, channel, …] → [batch, group, channel / groups, windows]. */
const grouped = (x: Node, groups: number) => reshape(x, [x.shape[0], groups, x.shape[1] / groups, -1]);

/** Whether the windows are as many as the input's elements, one centred near each, so that shifts are possible. */
function isSame(x: Node, g: Node, kernel: Shape, { strides, dilations, pads }: Geometry): boolean {
  return kernel.every((taps, i) => {
    const size = x.shape[i + 2];
    const far = Math.max(pads[i], dilations[i] * (taps - 1) - pads[i]);
    return strides[i] === 1 && g.shape[i + 2] === size && far < size;
  });
}

/**
 * The weight gradient where there are as many windows as elements: tap (i, j) sums g · x over elements that lie apart by
 * the tap's offset, so x is shifted along the last axis and g, the other way, along the others; few copies, whole
 * products, no padding.
 */
function shiftedProducts(x: Node, g: Node, kernel: Shape, { dilations, pads, groups }: Geometry): Node {
  const last = kernel.length - 1;
  const offset = (tap: number, axis: number) => tap * dilations[axis] - pads[axis];
  const xs = taps([kernel[last]]).map(([tap]) =>
    grouped(shift(x, [...zeros(last), -offset(tap, last)]), groups),
  );
  const products = taps(kernel.slice(0, -1)).flatMap((at) => {
    const moved = grouped(shift(g, [...at.map(offset), 0]), groups);
    return xs.map((each) => reduceSum(matmul(moved, each, { transB: true }), [0]));
  });
  const [outputs, inputs] = [g.shape[1], x.shape[1] / groups];
  const columns = products.map((product) => reshape(product, [outputs, inputs, 1]));
  return reshape(concat(columns, 2), [outputs, inputs, ...kernel]);
}

const zeros = (count: number) => new Array<number>(count).fill(0);

/** The values moved along the space axes by so many places, zeros following. */
const shift = (x: Node, by: readonly number[]) => padSpace(x, [...by, ...by.map((d) => -d || 0)]);
const padSpace = (x: Node, pads: readonly number[]) =>
  pad(x, [0, 0, ...pads.slice(0, pads.length / 2), 0, 0, ...pads.slice(pads.length / 2)]);

/** All positions within a kernel, in row-major order. */
const taps = (kernel: Shape): number[][] =>
  kernel.reduce<number[][]>(
    (list, size) => list.flatMap((at) => Array.from({ length: size }, (_, i) => [...at, i])),
    [[]],
  );

const channelsLast = (x: Node) => transpose(x, [0, ...spaceOf(x.shape).map((_, i) => i + 2), 1]);
const channelsFirst = (x: Node) =>
  transpose(x, [0, x.shape.length - 1, ...spaceOf(x.shape).map((_, i) => i + 1)]);
/** [batch, channel, windows…] → (batch · windows) × channel. */
const rowsOf = (x: Node) => reshape(channelsLast(x), [-1, x.shape[1]]);
/** [out, in, kernel…] → out × (kernel · in). */
const tapsLast = (weight: Node) => reshape(channelsLast(weight), [weight.shape[0], -1]);
const tapsFirst = channelsFirst;

/** Whether windows lie side by side on a single axis, without gaps: then they are runs of the input. */
const sideBySide = (kernel: Shape, { strides, dilations, pads }: Geometry) =>
  kernel.length === 1 && kernel[0] === strides[0] && dilations[0] === 1 && pads.every((p) => p === 0);

/** What each window sees, one after the other: (batch · windows) × (kernel · channel). */
function windowRows(x: Node, kernel: Shape, geometry: Geometry): Node {
  const counts = windowCounts(spaceOf(x.shape), kernel, geometry);
  const { strides, dilations } = geometry;
  const size = x.shape[1] * sizeOf(kernel);
  if (sideBySide(kernel, geometry))
    return reshape(slice(channelsLast(x), 1, 0, counts[0] * kernel[0]), [-1, size]);
  const padded = channelsLast(padSpace(x, geometry.pads));
  const seen = taps(kernel).map((tap) =>
    tap.reduce((part, at, axis) => {
      const start = at * dilations[axis];
      return slice(part, axis + 1, start, start + (counts[axis] - 1) * strides[axis] + 1, strides[axis]);
    }, padded),
  );
  return reshape(concat(seen, seen[0].shape.length - 1), [-1, size]);
}

/** The reverse of `windowRows`: what came for each tap of each window is added up where the tap lies. */
function fromWindowRows(rows: Node, weight: Node, g: Node, space: Shape, geometry: Geometry): Node {
  const [, inputs, ...kernel] = weight.shape;
  const counts = spaceOf(g.shape);
  const { strides, dilations, pads } = geometry;
  if (sideBySide(kernel, geometry)) {
    const runs = reshape(rows, [g.shape[0], counts[0] * kernel[0], inputs]);
    return channelsFirst(pad(runs, [0, 0, 0, 0, space[0] - runs.shape[1], 0]));
  }
  const whole = space.map((size, i) => size + pads[i] + pads[i + space.length]);
  const placed = taps(kernel).map((tap, number) => {
    const part = reshape(slice(rows, 1, number * inputs, (number + 1) * inputs), [
      g.shape[0],
      ...counts,
      inputs,
    ]);
    const wide = strides.reduce((y, stride, axis) => dilate(y, axis + 1, stride), part);
    const begins = tap.map((at, axis) => at * dilations[axis]);
    const ends = begins.map((begin, axis) => whole[axis] - begin - wide.shape[axis + 1]);
    return pad(wide, [0, ...begins, 0, 0, ...ends, 0]);
  });
  const sum = channelsFirst(placed.reduce(add));
  return padSpace(
    sum,
    pads.map((p) => -p),
  );
}

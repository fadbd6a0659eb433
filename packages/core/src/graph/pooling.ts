import { conv, perAxis } from "./convolution.js";
import { type Geometry, spaceOf, windowCounts } from "./convolutionForm.js";
import { add, equal, mul, where } from "./elementwise.js";
import { scatterElements } from "./indexing.js";
import { matmul } from "./linear.js";
import { concat, expand, pad, reshape, slice, transpose } from "./movement.js";
import { apply, constant, type Node, type Op, refuse, type Shape, sizeOf } from "./node.js";
import { reduceMax, reduceMean } from "./reduce.js";

interface MaxPoolAttributes extends Geometry {
  readonly kernel: Shape;
}

const maxPoolCall = (x: Node, { kernel, strides, dilations, pads }: MaxPoolAttributes, output: number) => ({
  call: "MaxPool",
  inputs: [x],
  attributes: { kernel_shape: kernel, strides, dilations, pads },
  output,
});

/** The gradient goes to each window's greatest element, the first one where several are. */
const MaxPool: Op<MaxPoolAttributes> = {
  name: "MaxPool",
  shape: ([x], attributes) => [
    ...x.shape.slice(0, 2),
    ...windowCounts(spaceOf(x.shape), attributes.kernel, attributes),
  ],
  gradient: ({ inputs: [x], attributes }, g) => {
    const places = reshape(apply(MaxPoolIndices, [x], attributes), [-1]);
    const empty = expand(constant(0), [sizeOf(x.shape)]);
    return [reshape(scatterElements(empty, places, reshape(g, [-1]), 0, "add"), x.shape)];
  },
  form: ({ inputs: [x], attributes }) => maxPoolCall(x, attributes, 0),
};

/** Where each window's maximum lies: its index in all of x, row-major. */
const MaxPoolIndices: Op<MaxPoolAttributes> = {
  name: "MaxPoolIndices",
  shape: (inputs, attributes) => MaxPool.shape(inputs, attributes),
  type: () => "int64",
  gradient: () => [null],
  form: ({ inputs: [x], attributes }) => maxPoolCall(x, attributes, 1),
  plain: ({ inputs: [x], attributes }) => firstMaxima(x, attributes),
};

/** The windows' maxima sought tap by tap, from the last to the first, so that the first of equal ones stays. */
function firstMaxima(x: Node, attributes: MaxPoolAttributes): Node {
  const { kernel, strides, dilations, pads } = attributes;
  const [axes, space] = [kernel.length, spaceOf(x.shape)];
  const counts = windowCounts(space, kernel, attributes);
  const greatest = apply(MaxPool, [x], attributes);
  const padded = pad(x, [0, 0, ...pads.slice(0, axes), 0, 0, ...pads.slice(axes)], -Infinity);
  const planes = Array.from({ length: x.shape[0] * x.shape[1] }, (_, i) => i * sizeOf(space));
  const first = constant(planes, [x.shape[0], x.shape[1], ...space.map(() => 1)], "int64");
  let found = expand(first, greatest.shape);
  for (let tap = sizeOf(kernel) - 1; tap >= 0; tap--) {
    const at = coordinates(tap, kernel).map((k, i) => k * dilations[i]);
    const values = at.reduce(
      (y, start, i) => slice(y, i + 2, start, start + (counts[i] - 1) * strides[i] + 1, strides[i]),
      padded,
    );
    const places = Array.from({ length: sizeOf(counts) }, (_, window) =>
      coordinates(window, counts).reduce(
        (place, w, i) => place * space[i] + w * strides[i] + at[i] - pads[i],
        0,
      ),
    );
    const here = add(first, constant(places, [1, 1, ...counts], "int64"));
    found = where(equal(values, greatest), here, found);
  }
  return found;
}

/** Coordinates of an element from its place, row-major. */
function coordinates(place: number, shape: Shape): number[] {
  const at = new Array<number>(shape.length);
  let rest = place;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    at[axis] = rest % shape[axis];
    rest = Math.floor(rest / shape[axis]);
  }
  return at;
}

/** Options of pooling; a single number holds for each axis. */
export interface PoolingOptions {
  readonly kernel: number | readonly number[];
  /** The kernel when absent. */
  readonly strides?: number | readonly number[];
  /** 1 when absent. */
  readonly dilations?: number | readonly number[];
  /** One number for all sides, or all axes' begins, then all ends; 0 when absent. */
  readonly pads?: number | readonly number[];
  /** Rounds the number of windows up; a window must begin inside the input or the begin padding. */
  readonly ceilMode?: boolean;
}

/** The windows that the options ask for; the end pads reach as far as the last window. */
function windowsOf(
  operator: string,
  x: Node,
  options: PoolingOptions,
): MaxPoolAttributes & { askedPads: readonly number[] } {
  const space = spaceOf(x.shape);
  const axes = space.length;
  if (axes < 1) refuse(operator, [x], "no space axes", "Give [batch, channel, …space]");
  const kernel = perAxis(operator, x, options.kernel, axes);
  const strides = perAxis(operator, x, options.strides ?? kernel, axes);
  const dilations = perAxis(operator, x, options.dilations ?? 1, axes);
  const askedPads = perAxis(operator, x, options.pads ?? 0, 2 * axes);
  const ends = space.map((size, i) => {
    const begin = askedPads[i];
    const end = askedPads[i + axes];
    const extent = dilations[i] * (kernel[i] - 1) + 1;
    const room = (size + begin + end - extent) / strides[i];
    const count = (options.ceilMode ? Math.ceil(room) : Math.floor(room)) + 1;
    if (kernel[i] < 1 || strides[i] < 1 || begin < 0 || end < 0 || !(count >= 1))
      refuse(
        operator,
        [x],
        `windows of ${extent} on axis ${i + 2}`,
        "Give windows that fit the padded input",
      );
    if (!options.ceilMode) return end;
    const last = ((count - 1) * strides[i] >= size + begin ? count - 2 : count - 1) * strides[i];
    return Math.max(end, last + extent - size - begin);
  });
  return { kernel, strides, dilations, pads: [...askedPads.slice(0, axes), ...ends], askedPads, groups: 1 };
}

/** The greatest value of each window; padding counts as minus infinity. */
export function maxPool(x: Node, options: PoolingOptions): Node {
  const { askedPads: _, ...windows } = windowsOf("MaxPool", x, options);
  const { kernel, pads } = windows;
  // ONNX Runtime takes no pads as large as the kernel, which dilated windows can have.
  if (pads.every((p, i) => p < kernel[i % kernel.length])) return apply(MaxPool, [x], windows);
  const half = kernel.length;
  const padded = pad(x, [0, 0, ...pads.slice(0, half), 0, 0, ...pads.slice(half)], -Infinity);
  return apply(MaxPool, [padded], { ...windows, pads: pads.map(() => 0) });
}

/**
 * The mean of each window. With `countIncludePad` (true when absent) cells of the padding count as zeros; cells that
 * only `ceilMode` reaches never count.
 */
export function averagePool(x: Node, options: PoolingOptions & { readonly countIncludePad?: boolean }): Node {
  const { kernel, askedPads, ...geometry } = windowsOf("AveragePool", x, options);
  const space = spaceOf(x.shape);
  const windows = windowCounts(space, kernel, geometry);
  const cells = windows.map((count, axis) => {
    const [begin, end] =
      options.countIncludePad === false ? [0, 0] : [askedPads[axis], askedPads[axis + space.length]];
    return Array.from({ length: count }, (_, i) =>
      cellsWithin(
        i * geometry.strides[axis] - askedPads[axis],
        kernel[axis],
        geometry.dilations[axis],
        -begin,
        space[axis] + end,
      ),
    );
  });
  const counts = cells.reduce<number[]>((list, along) => list.flatMap((n) => along.map((m) => n * m)), [1]);
  const same = counts.every((n) => n === counts[0]) ? counts[0] : undefined;
  const weight = constant(new Float32Array(sizeOf(kernel)).fill(1 / (same ?? 1)), [1, 1, ...kernel]);
  const single = reshape(x, [x.shape[0] * x.shape[1], 1, ...space]);
  const sums = reshape(conv(single, weight, geometry), [x.shape[0], x.shape[1], ...windows]);
  if (same !== undefined) return sums;
  return mul(
    sums,
    constant(
      Float32Array.from(counts, (n) => 1 / n),
      windows,
    ),
  );
}

/** How many cells of a window lie from `low` to below `high`. */
function cellsWithin(start: number, taps: number, dilation: number, low: number, high: number): number {
  return Array.from({ length: taps }, (_, i) => start + i * dilation).filter((at) => at >= low && at < high)
    .length;
}

/** The bounds of adaptive windows on an axis: window i covers ⌊i·size/count⌋ up to ⌈(i + 1)·size/count⌉. */
const adaptiveWindows = (size: number, count: number): [number, number][] =>
  Array.from({ length: count }, (_, i) => [
    Math.floor((i * size) / count),
    Math.ceil(((i + 1) * size) / count),
  ]);

/** Applies a step to each space axis and the number of windows that it shall have. */
function alongSpace(
  operator: string,
  x: Node,
  size: number | readonly number[],
  step: (y: Node, axis: number, count: number) => Node,
): Node {
  const counts = perAxis(operator, x, size, x.shape.length - 2);
  if (counts.some((count) => count < 1)) refuse(operator, [x], `a size of [${counts}]`, "Give 1 or more");
  return counts.reduce((y, count, i) => (y.shape[i + 2] === count ? y : step(y, i + 2, count)), x);
}

/** Means over as many windows as `size` says on each space axis. */
export function adaptiveAveragePool(x: Node, size: number | readonly number[]): Node {
  return alongSpace("AdaptiveAveragePool", x, size, (y, axis, count) => {
    if (count === 1) return reduceMean(y, [axis], true);
    const weights = new Float32Array(y.shape[axis] * count);
    adaptiveWindows(y.shape[axis], count).forEach(([from, to], i) => {
      for (let at = from; at < to; at++) weights[at * count + i] = 1 / (to - from);
    });
    const order = y.shape.map((_, i) =>
      i === axis ? y.shape.length - 1 : i === y.shape.length - 1 ? axis : i,
    );
    return transpose(matmul(transpose(y, order), constant(weights, [y.shape[axis], count])), order);
  });
}

/** Maxima over as many windows as `size` says on each space axis; equal maxima share the gradient. */
export function adaptiveMaxPool(x: Node, size: number | readonly number[]): Node {
  return alongSpace("AdaptiveMaxPool", x, size, (y, axis, count) =>
    concat(
      adaptiveWindows(y.shape[axis], count).map(([from, to]) =>
        reduceMax(slice(y, axis, from, to), [axis], true),
      ),
      axis,
    ),
  );
}

export const pooling: Readonly<Record<string, Op>> = { MaxPool, MaxPoolIndices };

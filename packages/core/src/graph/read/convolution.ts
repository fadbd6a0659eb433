import { batchNorm } from "../batchNorm.js";
import { conv, convTranspose } from "../convolution.js";
import type { Node, Shape } from "../node.js";
import { averagePool, maxPool, type PoolingOptions } from "../pooling.js";
import { reduceMax, reduceMean } from "../reduce.js";
import { float, int, ints, type OnnxCall, operand, type Reader, text, unsupported } from "./call.js";

/** How windows of a convolution or a pooling lie over the space axes. */
interface Windows {
  readonly kernel: Shape;
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** All begins, then all ends. */
  readonly pads: readonly number[];
}

/** Attributes that convolutions and poolings share, what is left out filled in and pads named "same" worked out. */
function windowsOf(call: OnnxCall, x: Node, kernel: Shape): Windows {
  const space = x.shape.slice(2);
  const one = space.map(() => 1);
  const strides = ints(call, "strides") ?? one;
  const dilations = ints(call, "dilations") ?? one;
  const auto = text(call, "auto_pad", "NOTSET");
  const given = ints(call, "pads") ?? [...space, ...space].map(() => 0);
  const none = given.map(() => 0);
  const same = () =>
    space.map((size, i) => {
      const reach = (Math.ceil(size / strides[i]) - 1) * strides[i] + dilations[i] * (kernel[i] - 1) + 1;
      return Math.max(0, reach - size);
    });
  if (auto === "NOTSET" || auto === "") return { kernel, strides, dilations, pads: given };
  if (auto === "VALID") return { kernel, strides, dilations, pads: none };
  return { kernel, strides, dilations, pads: shared(call, same(), auto) };
}

/** Padding divided between both ends; the odd one goes to the end (upper) or the begin (lower). */
function shared(call: OnnxCall, totals: readonly number[], auto: string): number[] {
  if (auto !== "SAME_UPPER" && auto !== "SAME_LOWER") throw unsupported(call, `auto_pad ${auto}`);
  const less = totals.map((total) => Math.floor(total / 2));
  const more = totals.map((total, i) => total - less[i]);
  return auto === "SAME_UPPER" ? [...less, ...more] : [...more, ...less];
}

function readConv(call: OnnxCall): Node {
  const [x, weight, bias] = [operand(call, 0), operand(call, 1), call.inputs[2]];
  const { strides, dilations, pads } = windowsOf(call, x, weight.shape.slice(2));
  return conv(x, weight, { bias, strides, dilations, pads, groups: int(call, "group", 1) });
}

/** Pads follow from the output's sizes where these are stated, or are to be `stride` times the input's. */
function readConvTranspose(call: OnnxCall): Node {
  const [x, weight, bias] = [operand(call, 0), operand(call, 1), call.inputs[2]];
  const kernel = weight.shape.slice(2);
  const space = x.shape.slice(2);
  const strides = ints(call, "strides") ?? space.map(() => 1);
  const dilations = ints(call, "dilations") ?? space.map(() => 1);
  const outputPadding = ints(call, "output_padding") ?? space.map(() => 0);
  const auto = text(call, "auto_pad", "NOTSET");
  const same = auto.startsWith("SAME") ? space.map((size, i) => size * strides[i]) : undefined;
  const wanted = ints(call, "output_shape")?.slice(-space.length) ?? same;
  const whole = space.map(
    (size, i) => strides[i] * (size - 1) + outputPadding[i] + dilations[i] * (kernel[i] - 1) + 1,
  );
  const upper = auto === "SAME_UPPER" ? "SAME_UPPER" : "SAME_LOWER";
  const pads = wanted
    ? shared(
        call,
        whole.map((size, i) => size - wanted[i]),
        upper,
      )
    : (ints(call, "pads") ?? [...space, ...space].map(() => 0));
  return convTranspose(x, weight, {
    bias,
    strides,
    dilations,
    pads,
    outputPadding,
    groups: int(call, "group", 1),
  });
}

/** By the running statistics. */
function readBatchNorm(call: OnnxCall): Node {
  if (int(call, "training_mode", 0) === 1 || int(call, "spatial", 1) === 0)
    throw unsupported(call, "a batch norm in training mode, or not per channel", "Export it for inference");
  const [x, weight, bias, runningMean, runningVariance] = [0, 1, 2, 3, 4].map((i) => operand(call, i));
  const values = { weight, bias, runningMean, runningVariance };
  return batchNorm(x, values, { training: false, epsilon: float(call, "epsilon", 1e-5) }).y;
}

function poolingOf(call: OnnxCall, x: Node): PoolingOptions {
  if (call.outputs > 1) throw unsupported(call, `${call.operator} that gives the places of its maxima`);
  return {
    ...windowsOf(call, x, ints(call, "kernel_shape") ?? []),
    ceilMode: int(call, "ceil_mode", 0) === 1,
  };
}

function readMaxPool(call: OnnxCall): Node {
  const x = operand(call, 0);
  return maxPool(x, poolingOf(call, x));
}

function readAveragePool(call: OnnxCall): Node {
  const x = operand(call, 0);
  return averagePool(x, { ...poolingOf(call, x), countIncludePad: int(call, "count_include_pad", 0) === 1 });
}

/** Over all space axes, which stay with size 1. */
const global =
  (reduce: (x: Node, axes: readonly number[], keepDims: boolean) => Node): Reader =>
  (call) => {
    const x = operand(call, 0);
    return reduce(x, x.shape.map((_, i) => i).slice(2), true);
  };

export const convolutionReaders: Readonly<Record<string, Reader>> = {
  AveragePool: readAveragePool,
  BatchNormalization: readBatchNorm,
  Conv: readConv,
  ConvTranspose: readConvTranspose,
  GlobalAveragePool: global(reduceMean),
  GlobalMaxPool: global(reduceMax),
  MaxPool: readMaxPool,
};

import type { Attribute } from "../onnx.js";
import { reshaped, scalar } from "./constant.js";
import {
  type Converters,
  constantInput,
  float,
  input,
  integerInput,
  integerList,
  text,
  textList,
  unfit,
} from "./context.js";
import { channelsFirst, type Emitter, type plain, storeKernel, type Value } from "./emit.js";
import type { TfNode } from "./topology.js";

/** Kernel axes: TensorFlow's HWIO to ONNX's OIHW; for the transposed convolution HWOI to IOHW. */
const KERNEL = [3, 2, 0, 1];

/** Convolutions and pooling; all run in NCHW. */
export const convolutions: Converters = {
  Conv2D: convolution,
  _FusedConv2D: convolution,
  DepthwiseConv2dNative: convolution,
  FusedDepthwiseConv2dNative: convolution,
  Conv2DBackpropInput: transposedConvolution,
  MaxPool: (graph, node, inputs) => pool(graph, node, inputs, "MaxPool"),
  AvgPool: (graph, node, inputs) => pool(graph, node, inputs, "AveragePool"),
};

function convolution(graph: Emitter, node: TfNode, inputs: Value[]): Value[] {
  requireNhwc(node);
  const kernel = constantInput(node, inputs, 1, 4);
  const [height, width, channels, outputs] = kernel.shape;
  const depthwise = node.operator.includes("Depthwise");
  const dilations = spatial(node, "dilations");
  const attributes: Record<string, Attribute> = {
    strides: spatial(node, "strides"),
    dilations,
    kernel_shape: [height, width],
    ...padding(node, [height, width], dilations),
  };
  if (depthwise) attributes.group = channels;
  const weight = depthwise
    ? storeKernel(graph, kernel, [2, 3, 0, 1], [channels * outputs, 1, height, width])
    : storeKernel(graph, kernel, KERNEL);
  const fused = textList(node, "fused_ops");
  const feeds = [channelsFirst(graph, input(node, inputs, 0)), weight];
  if (fused[0] === "BiasAdd") {
    const bias = constantInput(node, inputs, 2);
    feeds.push(graph.store(reshaped(bias, [bias.data.length])));
  } else if (fused.length > 0) throw unfit(node, `fused operators "${fused}", expected BiasAdd first`);
  const result = graph.emit("Conv", feeds, attributes);
  return [{ channelsFirst: fusedActivation(graph, node, inputs, result, channelsFirst) }];
}

/**
 * The activation that a fused operator ends with, if any, on its result `name`.
 *
 * @param view Gives the slope of a PReLU in the layout of the result.
 */
export function fusedActivation(
  graph: Emitter,
  node: TfNode,
  inputs: Value[],
  name: string,
  view: typeof plain,
): string {
  const [, activation, ...more] = textList(node, "fused_ops");
  if (more.length > 0) throw unfit(node, `fused operators "${more}" after the activation`);
  switch (activation) {
    case undefined:
      return name;
    case "Relu":
    case "Elu":
    case "Sigmoid":
    case "Tanh":
      return graph.emit(activation, [name]);
    case "Relu6":
      return clip6(graph, name);
    case "LeakyRelu":
      return graph.emit("LeakyRelu", [name], { alpha: { float: float(node, "leakyrelu_alpha", 0.2) } });
    case "Prelu":
      return graph.emit("PRelu", [name, view(graph, input(node, inputs, 3))]);
    default:
      throw unfit(node, `activation "${activation}"`);
  }
}

/** min(max(x, 0), 6) */
export function clip6(graph: Emitter, name: string): string {
  return graph.emit("Clip", [name, graph.store(scalar(0)), graph.store(scalar(6))]);
}

function pool(graph: Emitter, node: TfNode, inputs: Value[], operator: string): Value[] {
  requireNhwc(node);
  const window = spatial(node, "ksize");
  const attributes = {
    kernel_shape: window,
    strides: spatial(node, "strides"),
    ...padding(node, window, [1, 1]),
  };
  const picture = channelsFirst(graph, input(node, inputs, 0));
  return [{ channelsFirst: graph.emit(operator, [picture], attributes) }];
}

function requireNhwc(node: TfNode): void {
  const format = text(node, "data_format") ?? "NHWC";
  if (format !== "NHWC") throw unfit(node, `data format "${format}", expected NHWC`);
}

/** The row and column entries of an attribute given per axis of NHWC; those of N and C must be 1. */
function spatial(node: TfNode, name: string): [number, number] {
  const numbers = node.attributes[name] ? integerList(node, name) : [1, 1, 1, 1];
  const [batch, rows, columns, channels] = numbers;
  if (numbers.length !== 4 || batch !== 1 || channels !== 1 || !(rows > 0) || !(columns > 0))
    throw unfit(node, `attribute "${name}" is [${numbers}], expected 1, rows, columns, 1`);
  return [rows, columns];
}

/**
 * TensorFlow's SAME gives each output pixel the input pixel at its stride, and the odd row of padding to the bottom
 * and right. Its amount depends on the picture's size unless the stride is 1, so the runtime works it out (auto_pad).
 */
function padding(
  node: TfNode,
  window: readonly number[],
  dilations: readonly number[],
): Record<string, Attribute> {
  const kind = text(node, "padding");
  const strides = spatial(node, "strides");
  switch (kind) {
    case "VALID":
      return {};
    case "EXPLICIT": {
      const pads = integerList(node, "explicit_paddings");
      if (pads.length !== 8) throw unfit(node, `explicit_paddings has ${pads.length} numbers, expected 8`);
      return { pads: [pads[2], pads[4], pads[3], pads[5]] };
    }
    case "SAME": {
      if (strides.some((stride) => stride > 1)) return { auto_pad: "SAME_UPPER" };
      const total = window.map((size, axis) => (size - 1) * dilations[axis]);
      const before = total.map((n) => Math.floor(n / 2));
      return { pads: [...before, ...total.map((n, axis) => n - before[axis])] };
    }
    default:
      throw unfit(node, `padding "${kind}"`);
  }
}

/** Inputs: shape of the result, kernel, picture. The result has exactly that shape where it is known. */
function transposedConvolution(graph: Emitter, node: TfNode, inputs: Value[]): Value[] {
  requireNhwc(node);
  const kernel = constantInput(node, inputs, 1, 4);
  const window = kernel.shape.slice(0, 2);
  const strides = spatial(node, "strides");
  if (spatial(node, "dilations").some((dilation) => dilation !== 1))
    throw unfit(node, "dilations other than 1");
  const size = input(node, inputs, 0).constant ? integerInput(node, inputs, 0).slice(1, 3) : undefined;
  const sides = window.map((width, axis) => cropping(node, width, strides[axis], size?.[axis]));
  const attributes = {
    strides,
    kernel_shape: window,
    pads: [...sides.map(({ before }) => before), ...sides.map(({ after }) => after)],
    output_padding: sides.map(({ extra }) => extra),
  };
  const picture = channelsFirst(graph, input(node, inputs, 2));
  const weight = storeKernel(graph, kernel, KERNEL);
  return [{ channelsFirst: graph.emit("ConvTranspose", [picture, weight], attributes) }];
}

/** What the transposed convolution drops or adds along one axis: the padding of the convolution that it reverts. */
function cropping(node: TfNode, width: number, stride: number, size?: number) {
  const same = text(node, "padding") === "SAME";
  if (!same && text(node, "padding") !== "VALID") throw unfit(node, `padding "${text(node, "padding")}"`);
  const out = size ?? (same ? stride : width);
  const count = Math.ceil((same ? out : out - width + 1) / stride);
  const full = (count - 1) * stride + width;
  const total = same ? Math.max(full - out, 0) : 0;
  const before = Math.floor(total / 2);
  const extra = out - (full - total);
  if (!(count >= 1) || extra < 0 || extra >= stride)
    throw unfit(node, `a result of ${out} pixels with kernel ${width} and stride ${stride}`);
  return { before, after: total - before, extra };
}

import type { Attribute } from "@marey/core/graph";
import {
  type Call,
  filled,
  floats,
  type Initialiser,
  type Made,
  one,
  type Port,
  whole,
  x234,
} from "./onnxFile.js";

const picture: Record<string, Port> = { x: ["float32", [1, 2, 5, 6]] };
const resized = (mode: string, coordinates: string, rounding: string, set = 17): Made =>
  one(
    [
      "Resize",
      "x _ scales",
      "y",
      { mode, coordinate_transformation_mode: coordinates, nearest_mode: rounding },
    ],
    set,
    picture,
    { scales: floats([4], 1, 1, 2.4, 0.6) },
  );

/** One case or several per operator whose form changed between operator sets or has traps. */
const shapesAndNumbers: Record<string, Made> = {
  "Squeeze, axes as attribute": one(["Squeeze", "x", "y", { axes: [0, -1] }], 11, {
    x: ["float32", [1, 3, 1]],
  }),
  "Squeeze, axes as input": one(
    ["Squeeze", "x axes", "y"],
    13,
    { x: ["float32", [1, 3, 1]] },
    { axes: whole(-1) },
  ),
  "Squeeze of all": one(["Squeeze", "x", "y"], 13, { x: ["float32", [1, 3, 1]] }),
  "Unsqueeze, axes as attribute": one(["Unsqueeze", "x", "y", { axes: [0, 4] }], 11),
  "Unsqueeze, axes as input": one(["Unsqueeze", "x axes", "y"], 13, x234, { axes: whole(-1, 1) }),
  "ReduceSum, axes as attribute": one(["ReduceSum", "x", "y", { axes: [1], keepdims: 0 }], 11),
  "ReduceSum, axes as input": one(["ReduceSum", "x axes", "y", { keepdims: 1 }], 13, x234, {
    axes: whole(-1),
  }),
  "ReduceSum of nothing": one(["ReduceSum", "x", "y", { noop_with_empty_axes: 1 }], 13),
  "ReduceMean, axes as attribute": one(["ReduceMean", "x", "y", { axes: [0, 2] }], 17),
  "ReduceMean, axes as input": one(["ReduceMean", "x axes", "y", { keepdims: 0 }], 18, x234, {
    axes: whole(0, 2),
  }),
  ReduceL2: one(["ReduceL2", "x", "y", { axes: [2], keepdims: 0 }]),
  ReduceLogSumExp: one(["ReduceLogSumExp", "x", "y", { axes: [1], keepdims: 0 }]),
  ReduceProd: one(["ReduceProd", "x", "y", { axes: [1], keepdims: 0 }]),
  "Clip, bounds as attributes": one(["Clip", "x", "y", { min: { float: -0.5 }, max: { float: 1 } }], 9),
  "Clip, bounds as inputs": one(["Clip", "x _ high", "y"], 12, x234, { high: floats([], 0.25) }),
  "Clip of integers": one(
    ["Clip", "x low", "y"],
    12,
    { x: ["int32", [7]] },
    {
      low: ["int32", [], Int32Array.of(-1)],
    },
  ),
  Dropout: one(["Dropout", "x", "y mask"], 13),
  "Softmax of the axes from 1 on": one(["Softmax", "x", "y"], 11),
  "Softmax of the last axis": one(["Softmax", "x", "y"], 13),
  "LogSoftmax of an axis": one(["LogSoftmax", "x", "y", { axis: 1 }], 13),
  "Slice by attributes": one(["Slice", "x", "y", { axes: [1, 2], starts: [1, -3], ends: [9, -1] }], 9),
  "Slice backwards": one(["Slice", "x starts ends axes steps", "y"], 13, x234, {
    starts: whole(-1, 2),
    ends: whole(Number.MIN_SAFE_INTEGER, 0),
    axes: whole(2, 1),
    steps: whole(-2, -1),
  }),
  "Slice to the end": one(["Slice", "x starts ends", "y"], 13, x234, {
    starts: whole(0, 1),
    ends: ["int64", [2], BigInt64Array.of(2n ** 63n - 1n, 2n ** 31n - 1n)],
  }),
  "Split, sizes as attribute": one(["Split", "x", "a b", { axis: 2, split: [1, 3] }], 11),
  "Split, sizes as input": one(["Split", "x sizes", "a b", { axis: -1 }], 13, x234, { sizes: whole(3, 1) }),
  "Split, equal parts": one(["Split", "x", "a b", { axis: 2 }], 13),
  "Split into a number of parts": one(["Split", "x", "a b", { axis: 1, num_outputs: 2 }], 18),
  "Pad by attributes": one(["Pad", "x", "y", { pads: [0, 1, 0, 1, 0, -1], value: { float: 3 } }], 9),
  "Pad by inputs": one(["Pad", "x pads value", "y"], 13, x234, {
    pads: whole(0, 0, 2, 0, 1, 0),
    value: floats([], -1),
  }),
  "Pad of some axes": one(["Pad", "x pads _ axes", "y", { mode: "reflect" }], 18, x234, {
    pads: whole(2, 1),
    axes: whole(-1),
  }),
  "Pad at the edge": one(["Pad", "x pads", "y", { mode: "edge" }], 13, x234, {
    pads: whole(0, 4, 0, 1, 0, 2),
  }),
  "Expand both ways": one(
    ["Expand", "x shape", "y"],
    13,
    { x: ["float32", [3, 1]] },
    { shape: whole(2, 1, 4) },
  ),
  Tile: one(["Tile", "x repeats", "y"], 13, x234, { repeats: whole(1, 2, 3) }),
  "Reshape that keeps and infers": one(["Reshape", "x shape", "y"], 13, x234, { shape: whole(0, -1) }),
  Flatten: one(["Flatten", "x", "y", { axis: 2 }]),
  Transpose: one(["Transpose", "x", "y"]),
  "Gather of one": one(["Gather", "x index", "y", { axis: 1 }], 13, x234, {
    index: ["int64", [], BigInt64Array.of(-1n)],
  }),
  "Gather of several": one(["Gather", "x index", "y", { axis: 1 }], 13, x234, {
    index: ["int64", [2, 2], BigInt64Array.of(0n, 2n, -1n, 0n)],
  }),
  GatherElements: one(["GatherElements", "x index", "y", { axis: 2 }], 13, x234, {
    index: ["int64", [2, 3, 1], BigInt64Array.of(0n, 1n, 2n, 3n, -1n, -2n)],
  }),
  GatherND: one(["GatherND", "x index", "y"], 13, x234, {
    index: ["int64", [2, 2], BigInt64Array.of(0n, 2n, -1n, 0n)],
  }),
  OneHot: one(
    ["OneHot", "x depth values", "y"],
    13,
    { x: ["int64", [3, 2]] },
    {
      depth: whole(5),
      values: floats([2], -1, 2),
    },
  ),
  "ArgMax and its axis": one(["ArgMax", "x", "y", { axis: 1, keepdims: 0 }], 13),
  TopK: one(["TopK", "x k", "values indices", { axis: 1 }], 13, x234, { k: whole(2) }),
  CumSum: one(["CumSum", "x axis", "y", { reverse: 1 }], 14, x234, { axis: ["int32", [], Int32Array.of(1)] }),
  Einsum: one(["Einsum", "x x", "y", { equation: "bij,bkj->bik" }]),
  "Mod of integers": one(
    ["Mod", "x divisor", "y"],
    13,
    { x: ["int32", [9]] },
    {
      divisor: ["int32", [], Int32Array.of(3)],
    },
  ),
  "Mod of floats": one(["Mod", "x divisor", "y", { fmod: 1 }], 13, x234, { divisor: floats([], 0.7) }),
  Pow: one(["Pow", "x exponent", "y"], 13, x234, { exponent: whole(3) }),
  "Where, Xor and comparisons": {
    set: 17,
    inputs: { x: ["float32", [2, 3]], z: ["float32", [3]] },
    calls: [
      ["Greater", "x z", "a"],
      ["LessOrEqual", "z x", "b"],
      ["Xor", "a b", "c"],
      ["Not", "c", "d"],
      ["Where", "d x z", "y"],
    ],
    outputs: ["y", "c"],
  },
  "Max, Min, Sum and Mean of three": {
    set: 13,
    inputs: { x: ["float32", [2, 3]], z: ["float32", [3]], w: ["float32", [2, 1]] },
    calls: ["Max", "Min", "Sum", "Mean"].map((name): Call => [name, "x z w", name.toLowerCase()]),
    outputs: ["max", "min", "sum", "mean"],
  },
  Gemm: one(
    ["Gemm", "x b c", "y", { transA: 1, transB: 1, alpha: { float: 0.5 }, beta: { float: 2 } }],
    13,
    { x: ["float32", [3, 2]] },
    { b: floats([4, 3], ...Array.from({ length: 12 }, (_, i) => i / 7 - 1)), c: floats([4], 1, 2, 3, 4) },
  ),
  "LeakyRelu, PRelu, Elu, Selu": {
    set: 17,
    inputs: x234,
    weights: { slope: floats([3, 1], 0.1, 0.2, 0.3) },
    calls: [
      ["LeakyRelu", "x", "a", { alpha: { float: 0.2 } }],
      ["PRelu", "x slope", "b"],
      ["Elu", "x", "c", { alpha: { float: 0.7 } }],
      ["Selu", "x", "d"],
      ["HardSigmoid", "x", "e", { alpha: { float: 0.3 } }],
      ["HardSwish", "x", "f"],
      ["Softplus", "x", "g"],
      ["Softsign", "x", "h"],
      ["ThresholdedRelu", "x", "i", { alpha: { float: 0.5 } }],
    ],
    outputs: ["a", "b", "c", "d", "e", "f", "g", "h", "i"],
  },
  Gelu: one(["Gelu", "x", "y", { approximate: "tanh" }], 20),
  LayerNormalization: one(["LayerNormalization", "x w b", "y", { axis: -1 }], 17, x234, {
    w: floats([4], 1, 2, 3, 4),
    b: floats([4], 0, 1, 0, -1),
  }),
  InstanceNormalization: one(["InstanceNormalization", "x w b", "y"], 17, x234, {
    w: floats([3], 1, 2, 3),
    b: floats([3], 0, 1, -1),
  }),
  "DepthToSpace, both orders": {
    set: 13,
    inputs: { x: ["float32", [2, 8, 2, 3]] },
    calls: [
      ["DepthToSpace", "x", "a", { blocksize: 2, mode: "DCR" }],
      ["DepthToSpace", "x", "b", { blocksize: 2, mode: "CRD" }],
      ["SpaceToDepth", "a", "c", { blocksize: 2 }],
    ],
    outputs: ["a", "b", "c"],
  },
  "Upsample, scales as attribute": one(
    ["Upsample", "x", "y", { mode: "nearest", scales: { floats: [1, 1, 2, 3] } }],
    7,
    picture,
  ),
  "Upsample, scales as input": one(["Upsample", "x scales", "y", { mode: "linear" }], 9, picture, {
    scales: floats([4], 1, 1, 2, 2),
  }),
  "Resize of set 10": one(["Resize", "x scales", "y", { mode: "nearest" }], 10, picture, {
    scales: floats([4], 1, 1, 0.5, 2),
  }),
  "Resize to sizes": one(["Resize", "x _ _ sizes", "y", { mode: "linear" }], 13, picture, {
    sizes: whole(1, 2, 7, 3),
  }),
  "Resize of named axes": one(["Resize", "x _ _ sizes", "y", { mode: "linear", axes: [2, 3] }], 18, picture, {
    sizes: whole(3, 9),
  }),
  "Resize, cubic": resized("cubic", "half_pixel", "floor"),
  ...Object.fromEntries(
    ["half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric"].flatMap((coordinates) => [
      [`Resize, linear, ${coordinates}`, resized("linear", coordinates, "floor")],
      ...["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"].map((rounding) => [
        `Resize, nearest, ${coordinates}, ${rounding}`,
        resized("nearest", coordinates, rounding),
      ]),
    ]),
  ),
};

const conv = (call: Call, shape: number[], weight: number[], set = 17) =>
  one(
    call,
    set,
    { x: ["float32", shape] },
    {
      w: ["float32", weight, filled("float32", weight, 7).data as Float32Array],
      b: floats([2], 0.5, -1),
    },
  );
const convolutions: Record<string, Made> = {
  "Conv, padded on one side, strided": conv(
    ["Conv", "x w b", "y", { strides: [2, 1], pads: [1, 0, 2, 1], kernel_shape: [3, 2] }],
    [2, 4, 7, 6],
    [2, 2, 3, 2].with(1, 4),
  ),
  "Conv in groups, dilated": conv(
    ["Conv", "x w b", "y", { group: 2, dilations: [2, 1] }],
    [1, 4, 7, 6],
    [2, 2, 3, 2],
  ),
  "Conv, same padding, odd one at the end": conv(
    ["Conv", "x w", "y", { auto_pad: "SAME_UPPER", strides: [2, 2] }],
    [1, 3, 7, 6],
    [2, 3, 3, 3],
  ),
  "Conv, same padding, odd one at the begin": conv(
    ["Conv", "x w", "y", { auto_pad: "SAME_LOWER", strides: [2] }],
    [1, 3, 6],
    [2, 3, 3],
  ),
  "ConvTranspose with output padding": conv(
    ["ConvTranspose", "x w b", "y", { strides: [2, 2], pads: [1, 1, 1, 0], output_padding: [1, 0] }],
    [2, 3, 4, 5],
    [3, 2, 3, 3],
  ),
  "ConvTranspose to a size": conv(
    ["ConvTranspose", "x w b", "y", { strides: [2, 2], output_shape: [8, 9] }],
    [2, 3, 4, 5],
    [3, 2, 3, 3],
  ),
  "ConvTranspose to the stride's multiple": conv(
    ["ConvTranspose", "x w b", "y", { strides: [2, 2], auto_pad: "SAME_UPPER" }],
    [2, 3, 4, 5],
    [3, 2, 3, 3],
  ),
  BatchNormalization: one(["BatchNormalization", "x s b m v", "y", { epsilon: { float: 1e-3 } }], 9, x234, {
    s: floats([3], 1, 2, -1),
    b: floats([3], 0, 1, 2),
    m: floats([3], -1, 0, 1),
    v: floats([3], 1, 0.5, 2),
  }),
};

/** Weights, recurrent weights and biases of ONNX for `gates` gates of 3 units over 2 features. */
const recurrent = (operator: string, gates: number, direction: string, outputs: string) => {
  const directions = direction === "bidirectional" ? 2 : 1;
  const random = (seed: number, ...shape: number[]): Initialiser => [
    "float32",
    shape,
    filled("float32", shape, seed).data as Float32Array,
  ];
  return one(
    [
      operator,
      "x w r b _ h",
      outputs,
      { hidden_size: 3, direction, ...(gates === 3 && { linear_before_reset: 1 }) },
    ],
    14,
    { x: ["float32", [5, 2, 2]] },
    {
      w: random(3, directions, gates * 3, 2),
      r: random(4, directions, gates * 3, 3),
      b: random(5, directions, gates * 6),
      h: random(6, directions, 2, 3),
    },
  );
};
const pooled = (operator: string, attributes: Record<string, Attribute>, set = 17) =>
  one([operator, "x", "y", attributes], set, { x: ["float32", [2, 3, 7, 8]] });
const layers: Record<string, Made> = {
  MaxPool: pooled("MaxPool", { kernel_shape: [3, 2], strides: [2, 2], pads: [1, 0, 1, 1] }),
  "MaxPool, strides 1, dilated": pooled("MaxPool", { kernel_shape: [3, 2], dilations: [2, 1] }),
  "MaxPool, rounding up": pooled("MaxPool", { kernel_shape: [2, 3], strides: [2, 3], ceil_mode: 1 }),
  "MaxPool, same padding": pooled("MaxPool", {
    kernel_shape: [3, 3],
    strides: [2, 2],
    auto_pad: "SAME_UPPER",
  }),
  AveragePool: pooled("AveragePool", { kernel_shape: [3, 3], strides: [2, 1], pads: [1, 1, 1, 1] }),
  "AveragePool with the padding": pooled("AveragePool", {
    kernel_shape: [3, 3],
    pads: [1, 1, 1, 1],
    count_include_pad: 1,
  }),
  GlobalAveragePool: pooled("GlobalAveragePool", {}),
  GlobalMaxPool: pooled("GlobalMaxPool", {}),
  GRU: recurrent("GRU", 3, "forward", "y last"),
  "GRU both ways": recurrent("GRU", 3, "bidirectional", "y last"),
  "LSTM backwards": recurrent("LSTM", 4, "reverse", "y last cell"),
  "LSTM both ways": recurrent("LSTM", 4, "bidirectional", "y last cell"),
  GridSample: one(["GridSample", "x grid", "y", { mode: "bilinear", align_corners: 1 }], 16, {
    ...picture,
    grid: ["float32", [1, 3, 4, 2]],
  }),
  "GridSample at the border": one(
    ["GridSample", "x grid", "y", { mode: "linear", padding_mode: "border" }],
    20,
    { ...picture, grid: ["float32", [1, 3, 4, 2]] },
  ),
  GroupNormalization: one(
    ["GroupNormalization", "x w b", "y", { num_groups: 2 }],
    21,
    { x: ["float32", [2, 4, 3, 2]] },
    { w: floats([4], 1, 2, 3, 4), b: floats([4], 0, 1, 0, -1) },
  ),
};

/** A file for each form of an operator that has a trap. */
export const cases: Record<string, Made> = { ...shapesAndNumbers, ...convolutions, ...layers };

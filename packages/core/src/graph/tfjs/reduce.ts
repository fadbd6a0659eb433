import { reshaped } from "./constant.js";
import {
  axisOf,
  type Converter,
  type Converters,
  constantInput,
  flag,
  input,
  integer,
  integerInput,
  oneInteger,
  textList,
  unfit,
} from "./context.js";
import { fusedActivation } from "./convolution.js";
import { allChannelsFirst, channelsFirst, int32, int64, list, plain, type Value } from "./emit.js";

/** Operators that reduce axes, look elements up, or multiply matrices. */
export const reducing: Converters = {
  Max: (...node) => reduce(...node, "ReduceMax"),
  Min: (...node) => reduce(...node, "ReduceMin"),
  Sum: (...node) => reduce(...node, "ReduceSum"),
  Mean: (...node) => reduce(...node, "ReduceMean"),
  Prod: (...node) => reduce(...node, "ReduceProd"),
  ArgMax(graph, node, inputs) {
    const attributes = { axis: oneInteger(node, inputs, 1), keepdims: 0 };
    return [
      { plain: int32(graph, graph.emit("ArgMax", [plain(graph, input(node, inputs, 0))], attributes)) },
    ];
  },
  // The axis is TensorFlow's last one, which only the plain view has there.
  Softmax: (graph, node, inputs) => [
    { plain: graph.emit("Softmax", [plain(graph, input(node, inputs, 0))], { axis: -1 }) },
  ],
  TopKV2(graph, node, inputs) {
    const k = list(graph, [oneInteger(node, inputs, 1)]);
    const [found, at] = graph.emitMany("TopK", [plain(graph, input(node, inputs, 0)), k], 2, { axis: -1 });
    return [{ plain: found }, { plain: int32(graph, at) }];
  },
  Gather: (graph, node, inputs) => [
    {
      plain: graph.emit(
        "Gather",
        [0, 1].map((i) => plain(graph, input(node, inputs, i))),
        { axis: 0 },
      ),
    },
  ],
  GatherV2(graph, node, inputs) {
    if (integer(node, "batch_dims", 0) !== 0) throw unfit(node, "batch dimensions");
    const feeds = [0, 1].map((i) => plain(graph, input(node, inputs, i)));
    return [{ plain: graph.emit("Gather", feeds, { axis: oneInteger(node, inputs, 2) }) }];
  },
  GatherNd: (graph, node, inputs) => [
    {
      plain: graph.emit("GatherND", [
        plain(graph, input(node, inputs, 0)),
        int64(graph, input(node, inputs, 1)),
      ]),
    },
  ],
  MatMul: matrixProduct,
  _FusedMatMul: matrixProduct,
};

type Reduction = [...Parameters<Converter>, operator: string];

/** Means over rows and columns stay in NCHW; without those axes both layouts are the same. */
function reduce(...[graph, node, inputs, operator]: Reduction): Value[] {
  const value = input(node, inputs, 0);
  const axes = integerInput(node, inputs, 1);
  const keep = flag(node, "keep_dims") || flag(node, "keepDims");
  const rank4 = allChannelsFirst([value]);
  const spatial =
    rank4 &&
    axes
      .map((axis) => axisOf(node, axis, 4))
      .sort()
      .join() === "1,2";
  const name = spatial ? channelsFirst(graph, value) : plain(graph, value);
  const over = spatial ? [2, 3] : axes;
  const keepdims = keep ? 1 : 0;
  const result =
    operator === "ReduceSum" // in this version of ONNX the only one whose axes are an input
      ? graph.emit(operator, [name, list(graph, over)], { keepdims, noop_with_empty_axes: 1 })
      : over.length === 0
        ? graph.emit("Identity", [name])
        : graph.emit(operator, [name], { axes: over, keepdims });
  return [spatial && keep ? { channelsFirst: result } : { plain: result }];
}

function matrixProduct(...[graph, node, inputs]: Parameters<Converter>): Value[] {
  const feeds = [0, 1].map((i) => plain(graph, input(node, inputs, i)));
  const fused = textList(node, "fused_ops");
  if (fused.length > 0) {
    if (fused[0] !== "BiasAdd") throw unfit(node, `fused operators "${fused}", expected BiasAdd first`);
    const bias = constantInput(node, inputs, 2);
    feeds.push(graph.store(reshaped(bias, [bias.data.length])));
  }
  const attributes = {
    transA: flag(node, "transpose_a") ? 1 : 0,
    transB: flag(node, "transpose_b") ? 1 : 0,
  };
  return [{ plain: fusedActivation(graph, node, inputs, graph.emit("Gemm", feeds, attributes), plain) }];
}

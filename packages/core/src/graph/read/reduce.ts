import { cumulativeSum, reduceProduct } from "../cumulative.js";
import { abs, add, exp, less, log, mul, sqrt, square, sub, where } from "../elementwise.js";
import {
  argMax,
  argMin,
  gather,
  gatherElements,
  gatherNd,
  oneHot,
  scatterElements,
  topK,
} from "../indexing.js";
import { reshape, slice } from "../movement.js";
import { axesOf, type Node, scalarOf } from "../node.js";
import { reduceMax, reduceMean, reduceMin, reduceSum } from "../reduce.js";
import { int, intsOrValues, type OnnxCall, operand, type Reader, text, unsupported, values } from "./call.js";

type Reduction = (x: Node, axes: readonly number[], keepDims: boolean) => Node;

/** Axes are an attribute before operator set 18 (of ReduceSum: 13), an input since; none means all, or, on demand, none. */
const reduction =
  (reduce: Reduction): Reader =>
  (call) => {
    const x = operand(call, 0);
    const given = intsOrValues(call, "axes", 1) ?? [];
    if (given.length === 0 && int(call, "noop_with_empty_axes", 0) === 1) return x;
    const axes = given.length > 0 ? given : x.shape.map((_, i) => i);
    return reduce(x, axes, int(call, "keepdims", 1) === 1);
  };

/** The largest value is taken out first, so that nothing overflows. */
const logSumExp: Reduction = (x, axes, keep) => {
  const most = reduceMax(x, axes, true);
  const rest = reduceSum(exp(sub(x, most)), axes, keep);
  return add(log(rest), reshape(most, rest.shape));
};

/** The last of equal ones is the first of the reversed axis; no exporter known writes it. */
const argument =
  (compute: (x: Node, axis: number, keepDims: boolean) => Node): Reader =>
  (call) => {
    if (int(call, "select_last_index", 0) === 1)
      throw unsupported(call, `${call.operator} asks for the last of equal ones`);
    return compute(operand(call, 0), int(call, "axis", 0), int(call, "keepdims", 1) === 1);
  };

function readTopK(call: OnnxCall): readonly Node[] {
  const x = operand(call, 0);
  const k = call.opset < 10 ? int(call, "k", 1) : (values(call, 1)?.[0] ?? 1);
  const found = topK(x, k, int(call, "axis", -1), int(call, "largest", 1) === 1);
  return [found.values, found.indices];
}

/** A single index that is known is a slice: cheaper, and so is its gradient. */
function readGather(call: OnnxCall): Node {
  const [x, indices] = [operand(call, 0), operand(call, 1)];
  const [axis] = axesOf("Gather", x, [int(call, "axis", 0)]);
  const index = scalarOf(indices);
  if (index === undefined) return gather(x, indices, axis);
  const at = index < 0 ? index + x.shape[axis] : index;
  return reshape(slice(x, axis, at, at + 1), [
    ...x.shape.slice(0, axis),
    ...indices.shape,
    ...x.shape.slice(axis + 1),
  ]);
}

function readGatherNd(call: OnnxCall): Node {
  if (int(call, "batch_dims", 0) !== 0) throw unsupported(call, "GatherND with batch axes");
  return gatherNd(operand(call, 0), operand(call, 1));
}

function readScatterElements(call: OnnxCall): Node {
  const reduction = text(call, "reduction", "none");
  if (reduction !== "none" && reduction !== "add")
    throw unsupported(call, `a scatter that takes the ${reduction}`);
  const [x, indices, updates] = [0, 1, 2].map((i) => operand(call, i));
  return scatterElements(x, indices, updates, int(call, "axis", 0), reduction);
}

const MOST_CLASSES = 2 ** 20;

/** Negative classes count from the end; the axis of classes may stand anywhere. */
function readOneHot(call: OnnxCall): Node {
  const indices = operand(call, 0);
  const classes = values(call, 1)?.[0] ?? 0;
  const axis = int(call, "axis", -1);
  if (axis !== -1 && axis !== indices.shape.length) throw unsupported(call, `OneHot along axis ${axis}`);
  if (!(classes >= 0 && classes <= MOST_CLASSES)) throw unsupported(call, `OneHot of ${classes} classes`);
  const [off, on] = values(call, 2) ?? [0, 1];
  const upright = where(less(indices, 0), add(indices, classes), indices);
  return add(mul(oneHot(upright, classes), on - off), off);
}

/** The axis is an input, and must be known. */
function readCumSum(call: OnnxCall): Node {
  if (int(call, "exclusive", 0) === 1) throw unsupported(call, "CumSum that leaves each element itself out");
  return cumulativeSum(operand(call, 0), values(call, 1)?.[0] ?? 0, int(call, "reverse", 0) === 1);
}

export const reduceReaders: Readonly<Record<string, Reader>> = {
  ArgMax: argument(argMax),
  ArgMin: argument(argMin),
  CumSum: readCumSum,
  Gather: readGather,
  GatherElements: (call) => gatherElements(operand(call, 0), operand(call, 1), int(call, "axis", 0)),
  GatherND: readGatherNd,
  OneHot: readOneHot,
  ReduceL1: reduction((x, axes, keep) => reduceSum(abs(x), axes, keep)),
  ReduceL2: reduction((x, axes, keep) => sqrt(reduceSum(square(x), axes, keep))),
  ReduceLogSum: reduction((x, axes, keep) => log(reduceSum(x, axes, keep))),
  ReduceLogSumExp: reduction(logSumExp),
  ReduceMax: reduction(reduceMax),
  ReduceMean: reduction(reduceMean),
  ReduceMin: reduction(reduceMin),
  ReduceProd: reduction(reduceProduct),
  ReduceSum: reduction(reduceSum),
  ReduceSumSquare: reduction((x, axes, keep) => reduceSum(square(x), axes, keep)),
  ScatterElements: readScatterElements,
  TopK: readTopK,
};

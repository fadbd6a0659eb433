import { type Converter, type Converters, input, integer, integerInput, unfit } from "./context.js";
import { list, plain } from "./emit.js";

/** ONNX's "to the end" for ends of slices, in either direction. */
const FAR = Number.MAX_SAFE_INTEGER;

/** Slices. */
export const slicing: Converters = { StridedSlice: stridedSlice, Slice: slice };

/**
 * `x[begin:end:stride, …]` of Python. Bit i of a mask speaks of entry i: begin and end are ignored, the axis is
 * dropped (shrink) or made new; a new axis takes no axis of the input.
 */
function stridedSlice(...[graph, node, inputs]: Parameters<Converter>): ReturnType<Converter> {
  const [begin, end, strides] = [1, 2, 3].map((i) => integerInput(node, inputs, i));
  const [beginMask, endMask, ellipsis, fresh, shrink] = [
    "begin_mask",
    "end_mask",
    "ellipsis_mask",
    "new_axis_mask",
    "shrink_axis_mask",
  ].map((name) => integer(node, name, 0));
  if (ellipsis !== 0) throw unfit(node, "an ellipsis");
  if (end.length !== begin.length || strides.length !== begin.length || begin.length > 16)
    throw unfit(node, `${begin.length} begins, ${end.length} ends, ${strides.length} strides`);
  const cuts: { axis: number; from: number; to: number; step: number }[] = [];
  const dropped: number[] = [];
  const added: number[] = [];
  let axis = 0;
  let outAxis = 0;
  for (let i = 0; i < begin.length; i++) {
    const bit = 1 << i;
    if (fresh & bit) {
      added.push(outAxis++);
      continue;
    }
    const step = strides[i];
    if (step === 0) throw unfit(node, "a stride of 0");
    if (shrink & bit) {
      // The element −1 ends at the very end, not at 0.
      cuts.push({ axis, from: begin[i], to: begin[i] === -1 ? FAR : begin[i] + 1, step: 1 });
      dropped.push(axis);
    } else {
      const from = beginMask & bit ? (step > 0 ? 0 : FAR) : begin[i];
      const to = endMask & bit ? (step > 0 ? FAR : -FAR) : end[i];
      if (from !== 0 || to !== FAR || step !== 1) cuts.push({ axis, from, to, step });
      outAxis++;
    }
    axis++;
  }
  let name = plain(graph, input(node, inputs, 0));
  const lists = (["from", "to", "axis", "step"] as const).map((key) => cuts.map((cut) => cut[key]));
  if (cuts.length > 0) name = graph.emit("Slice", [name, ...lists.map((numbers) => list(graph, numbers))]);
  if (dropped.length > 0) name = graph.emit("Squeeze", [name, list(graph, dropped)]);
  if (added.length > 0) name = graph.emit("Unsqueeze", [name, list(graph, added)]);
  return [{ plain: name }];
}

/** Begin and size per axis; a size of −1 goes to the end. */
function slice(...[graph, node, inputs]: Parameters<Converter>): ReturnType<Converter> {
  const begin = integerInput(node, inputs, 1);
  const size = integerInput(node, inputs, 2);
  if (size.length !== begin.length) throw unfit(node, `${begin.length} begins and ${size.length} sizes`);
  const end = begin.map((from, axis) => (size[axis] === -1 ? FAR : from + size[axis]));
  const axes = begin.map((_, axis) => axis);
  const feeds = [begin, end, axes].map((numbers) => list(graph, numbers));
  return [{ plain: graph.emit("Slice", [plain(graph, input(node, inputs, 0)), ...feeds]) }];
}

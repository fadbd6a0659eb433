import { scalar, values } from "./constant.js";
import {
  axisOf,
  type Converter,
  type Converters,
  constantInput,
  count,
  flag,
  input,
  integer,
  integerInput,
  integerList,
  oneInteger,
  text,
  unfit,
} from "./context.js";
import { allChannelsFirst, channelsFirst, int32, int64, list, plain, type Value } from "./emit.js";

/** Where the axes of NHWC stand in NCHW. */
const IN_CHANNELS_FIRST = [0, 2, 3, 1];

/** Operators that move, cut, join or repeat elements. All but a few work on TensorFlow's order of axes. */
export const arranging: Converters = {
  Reshape: (graph, node, inputs) => [
    {
      plain: graph.emit("Reshape", [
        plain(graph, input(node, inputs, 0)),
        int64(graph, input(node, inputs, 1)),
      ]),
    },
  ],
  ExpandDims(graph, node, inputs) {
    const value = input(node, inputs, 0);
    const axis = oneInteger(node, inputs, 1);
    if (value.sliceOf?.axis === axis) return [value.sliceOf.value];
    return [{ plain: graph.emit("Unsqueeze", [plain(graph, value), list(graph, [axis])]) }];
  },
  Squeeze(graph, node, inputs) {
    const axes = integerList(node, node.attributes.squeeze_dims ? "squeeze_dims" : "axis");
    const value = input(node, inputs, 0);
    const feeds = [plain(graph, value)];
    if (axes.length > 0) feeds.push(list(graph, axes));
    const sliceOf = axes.length === 1 ? { value, axis: axes[0] } : undefined;
    return [{ plain: graph.emit("Squeeze", feeds), sliceOf }];
  },
  Tile: (graph, node, inputs) => [
    {
      plain: graph.emit("Tile", [plain(graph, input(node, inputs, 0)), int64(graph, input(node, inputs, 1))]),
    },
  ],
  Fill: (graph, node, inputs) => [
    {
      plain: graph.emit("Expand", [
        plain(graph, input(node, inputs, 1)),
        int64(graph, input(node, inputs, 0)),
      ]),
    },
  ],
  BroadcastTo: (graph, node, inputs) => [
    {
      plain: graph.emit("Expand", [
        plain(graph, input(node, inputs, 0)),
        int64(graph, input(node, inputs, 1)),
      ]),
    },
  ],
  Range: (graph, node, inputs) => [
    {
      plain: graph.emit(
        "Range",
        [0, 1, 2].map((i) => plain(graph, input(node, inputs, i))),
      ),
    },
  ],
  Shape: shape,
  Size(graph, node, inputs) {
    const value = input(node, inputs, 0);
    return [{ plain: int32(graph, graph.emit("Size", [value.channelsFirst ?? plain(graph, value)])) }];
  },
  Transpose: transpose,
  Pad: pad,
  PadV2: pad,
  MirrorPad: pad,
  ConcatV2: concat,
  Split: (graph, node, inputs) =>
    cut(graph, input(node, inputs, 1), oneInteger(node, inputs, 0), count(node, "num_split")),
  SplitV(graph, node, inputs) {
    const sizes = integerInput(node, inputs, 1);
    if (!sizes.every((size) => size >= 0))
      throw unfit(node, `sizes [${sizes}]; a free size is not supported`);
    return cut(graph, input(node, inputs, 0), oneInteger(node, inputs, 2), sizes.length, sizes);
  },
  Pack(graph, node, inputs) {
    input(node, inputs, 0);
    const axis = integer(node, "axis", 0);
    const parts = inputs.map((value) => graph.emit("Unsqueeze", [plain(graph, value), list(graph, [axis])]));
    return [{ plain: graph.emit("Concat", parts, { axis }) }];
  },
  Unpack(graph, node, inputs) {
    const value = input(node, inputs, 0);
    const axis = integer(node, "axis", 0);
    const pieces = count(node, "num");
    const drop = (name: string) => graph.emit("Squeeze", [name, list(graph, [axis])]);
    if (pieces === 1) return [{ plain: drop(plain(graph, value)), sliceOf: { value, axis } }];
    return cut(graph, value, axis, pieces).map((piece) => ({ plain: drop(piece.plain!) }));
  },
  DepthToSpace: (graph, node, inputs) => [
    {
      channelsFirst: graph.emit("DepthToSpace", [channelsFirst(graph, input(node, inputs, 0))], {
        blocksize: count(node, "block_size"),
        mode: "DCR",
      }),
    },
  ],
  ResizeBilinear: (graph, node, inputs) => resize(graph, node, inputs, "linear"),
  ResizeNearestNeighbor: (graph, node, inputs) => resize(graph, node, inputs, "nearest"),
};

function shape(...[graph, node, inputs]: Parameters<Converter>): Value[] {
  const value = input(node, inputs, 0);
  if (value.plain !== undefined || value.constant)
    return [{ plain: int32(graph, graph.emit("Shape", [plain(graph, value)])) }];
  const sizes = graph.emit("Shape", [channelsFirst(graph, value)]);
  return [{ plain: int32(graph, graph.emit("Gather", [sizes, list(graph, IN_CHANNELS_FIRST)])) }];
}

/** A transposition between NHWC and NCHW is no work: the result is the other view of the same tensor. */
function transpose(...[graph, node, inputs]: Parameters<Converter>): Value[] {
  const value = input(node, inputs, 0);
  const perm = integerInput(node, inputs, 1);
  if (perm.join() === "0,2,3,1" && !value.constant) return [{ channelsFirst: plain(graph, value) }];
  if (perm.join() === "0,3,1,2" && !value.constant) return [{ plain: channelsFirst(graph, value) }];
  return [{ plain: graph.emit("Transpose", [plain(graph, value)], { perm }) }];
}

function pad(...[graph, node, inputs]: Parameters<Converter>): Value[] {
  const value = input(node, inputs, 0);
  const rows = integerInput(node, inputs, 1);
  if (!rows.every((amount) => amount >= 0 && amount < 1 << 20)) throw unfit(node, `paddings [${rows}]`);
  const mode = node.operator === "MirrorPad" ? (text(node, "mode") ?? "REFLECT") : "CONSTANT";
  if (mode !== "REFLECT" && mode !== "CONSTANT") throw unfit(node, `the mode "${mode}"`);
  const first = allChannelsFirst([value]) && rows.length === 8;
  const axes = first ? [0, 3, 1, 2] : Array.from({ length: rows.length / 2 }, (_, axis) => axis);
  const pads = [...axes.map((axis) => rows[2 * axis]), ...axes.map((axis) => rows[2 * axis + 1])];
  const feeds = [first ? channelsFirst(graph, value) : plain(graph, value), list(graph, pads)];
  if (node.operator === "PadV2") {
    const [filling = 0] = values(constantInput(node, inputs, 2));
    if (filling !== 0) feeds.push(graph.store(scalar(filling)));
  }
  const name = graph.emit("Pad", feeds, { mode: mode.toLowerCase() });
  return [first ? { channelsFirst: name } : { plain: name }];
}

function concat(...[graph, node, inputs]: Parameters<Converter>): Value[] {
  const parts = inputs.slice(0, -1);
  input(node, parts, 0);
  const axis = oneInteger(node, inputs, inputs.length - 1);
  const sameRank = parts.every(({ constant }) => constant === undefined || constant.shape.length === 4);
  if (!allChannelsFirst(parts) || !sameRank)
    return [
      {
        plain: graph.emit(
          "Concat",
          parts.map((part) => plain(graph, part)),
          { axis },
        ),
      },
    ];
  const moved = IN_CHANNELS_FIRST[axisOf(node, axis, 4)];
  return [
    {
      channelsFirst: graph.emit(
        "Concat",
        parts.map((part) => channelsFirst(graph, part)),
        { axis: moved },
      ),
    },
  ];
}

/** Cuts along an axis into equal pieces or pieces of the given sizes. */
function cut(
  graph: Parameters<Converter>[0],
  value: Value,
  axis: number,
  pieces: number,
  sizes?: number[],
): Value[] {
  const feeds = [plain(graph, value)];
  if (sizes) feeds.push(list(graph, sizes));
  return graph.emitMany("Split", feeds, pieces, { axis }).map((name) => ({ plain: name }));
}

/** Size: rows, columns. Three conventions of where pixels lie; with neither flag, corners coincide and the scale is in/out. */
function resize(...[graph, node, inputs, mode]: [...Parameters<Converter>, "linear" | "nearest"]): Value[] {
  const picture = channelsFirst(graph, input(node, inputs, 0));
  const head = graph.emit("Slice", [graph.emit("Shape", [picture]), list(graph, [0]), list(graph, [2])]);
  const sizes = graph.emit("Concat", [head, int64(graph, input(node, inputs, 1))], { axis: 0 });
  const halfPixel = flag(node, "half_pixel_centers");
  const corners = flag(node, "align_corners");
  const convention = halfPixel ? "half_pixel" : corners ? "align_corners" : "asymmetric";
  const rounding = halfPixel || corners ? "round_prefer_ceil" : "floor";
  const name = graph.emit("Resize", [picture, "", "", sizes], {
    mode,
    coordinate_transformation_mode: convention,
    ...(mode === "nearest" ? { nearest_mode: rounding } : {}),
  });
  return [{ channelsFirst: name }];
}

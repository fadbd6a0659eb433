import type { Node } from "@marey/core/graph";
import * as g from "@marey/core/graph";
import type { Operations } from "./fixture.js";
import { graphOperation } from "./graph.js";

/** What moves elements without changing them: movement, padding, indexing, order. */
export const opsArrangement: Operations = {
  slice: graphOperation(({ x }, { axes, starts, ends, steps }) => ({
    y: axes.reduce((y: Node, axis: number, i: number) => g.slice(y, axis, starts[i], ends[i], steps[i]), x!),
  })),
  pad: graphOperation(({ x }, { mode, pads, value }) => ({
    y: mode === "constant" ? g.pad(x!, pads, value) : g.padBorder(x!, pads, mode),
  })),
  concat: graphOperation((inputs, { axis, order }) => ({ y: g.concat(named(inputs, order), axis) })),
  stack: graphOperation((inputs, { axis, order }) => ({ y: g.stack(named(inputs, order), axis) })),
  split: graphOperation(({ x }, { axis, sizes }) =>
    Object.fromEntries(g.split(x!, axis, sizes).map((part, i) => [String.fromCharCode(97 + i), part])),
  ),
  transpose: graphOperation(({ x }, { permutation }) => ({ y: g.transpose(x!, permutation) })),
  reshape: graphOperation(({ x }, { shape }) => ({ y: g.reshape(x!, shape) })),
  expand: graphOperation(({ x }, { shape }) => ({ y: g.expand(x!, shape) })),
  flip: graphOperation(({ x }, { axes }) => ({ y: g.flip(x!, axes) })),
  tile: graphOperation(({ x }, { repeats }) => ({ y: g.tile(x!, repeats) })),
  roll: graphOperation(({ x }, { axes, shifts }) => ({ y: g.roll(x!, axes, shifts) })),
  unfold: graphOperation(({ x }, { axis, size, step }) => ({ y: g.unfold(x!, axis, size, step) })),
  triangular: graphOperation(({ x }, { upper, diagonal }) => ({ y: g.triangular(x!, { upper, diagonal }) })),
  gatherElements: graphOperation(({ x, indices }, { axis }) => ({ y: g.gatherElements(x!, indices!, axis) })),
  indexSelect: graphOperation(({ x, indices }, { axis }) => ({ y: g.gather(x!, indices!, axis) })),
  gatherNd: graphOperation(({ x, indices }) => ({ y: g.gatherNd(x!, indices!) })),
  scatterElements: graphOperation(({ x, indices, updates }, { axis, reduction }) => ({
    y: g.scatterElements(x!, indices!, updates!, axis, reduction),
  })),
  indexAdd: graphOperation(({ x, indices, updates }, { axis }) => ({
    y: g.indexAdd(x!, axis, indices!, updates!),
  })),
  oneHot: graphOperation(({ indices }, { classes }) => ({ y: g.oneHot(indices!, classes, "int64") })),
  embedding: graphOperation(({ indices, weight }) => ({ y: g.embedding(weight!, indices!) })),
  topK: graphOperation(({ x }, { k, axis, largest }) => ({ ...g.topK(x!, k, axis, largest) })),
  sort: graphOperation(({ x }, { axis, descending }) => ({ ...g.sort(x!, axis, descending) })),
  argMax: graphOperation(({ x }, { axis, keepDims }) => ({ indices: g.argMax(x!, axis, keepDims) })),
};

const named = (inputs: Record<string, Node>, order: string[]): Node[] => order.map((name) => inputs[name]!);

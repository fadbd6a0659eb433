import type { Node } from "@marey/core/graph";
import * as g from "@marey/core/graph";
import type { Operations } from "./fixture.js";
import { graphOperation } from "./graph.js";

const unary = (op: (x: Node) => Node) => graphOperation(({ x }) => ({ y: op(x!) }));
const binary = (op: (a: Node, b: Node) => Node) => graphOperation(({ a, b }) => ({ y: op(a!, b!) }));

/** The operations of the golden group `ops` on the graph engine. */
export const ops: Operations = {
  add: binary(g.add),
  subtract: binary(g.sub),
  multiply: binary(g.mul),
  divide: binary(g.div),
  maximum: binary(g.maximum),
  minimum: binary(g.minimum),
  matmul: binary((a, b) => g.matmul(a, b)),
  exp: unary(g.exp),
  log: unary(g.log),
  sqrt: unary(g.sqrt),
  relu: unary(g.relu),
  reduceSum: graphOperation(({ x }, { axes, keepDims }) => ({ y: g.reduceSum(x!, axes, keepDims) })),
  reduceMean: graphOperation(({ x }, { axes, keepDims }) => ({ y: g.reduceMean(x!, axes, keepDims) })),
  reduceMax: graphOperation(({ x }, { axes, keepDims }) => ({ y: g.reduceMax(x!, axes, keepDims) })),
};

import { MareyError } from "../error.js";
import { inOrder, type Node, type Shape } from "./node.js";
import { readOnnx } from "./onnx.js";
import type { GraphProto, ModelProto, NodeProto } from "./onnx_pb.js";
import { readerName, readers } from "./read/readers.js";
import { type ReadParameter, Walk } from "./read/walk.js";

export type { ReadParameter } from "./read/walk.js";

/** A network as symbolic tensors. */
export interface ReadGraph {
  /** What is fed besides the parameters, by name. */
  readonly inputs: Readonly<Record<string, Node>>;
  readonly outputs: Readonly<Record<string, Node>>;
  /** The file's floating-point initialisers of one axis or more on which an output depends. */
  readonly parameters: ReadonlyMap<string, ReadParameter>;
}

export interface ReadOptions {
  /** Shapes of inputs whose sizes the file leaves free; they take the place of declared ones. */
  readonly shapes?: Readonly<Record<string, Shape>>;
  /** What errors call the file. */
  readonly name?: string;
}

/** Operator sets whose forms are known here. */
const OLDEST = 7;
const NEWEST = 24;

/**
 * Reads an ONNX network into symbolic tensors: for inference, training, or a look at its shapes.
 *
 * All sizes are known here, so what exporters compute from shapes is worked out while reading. Floats of any width
 * become float32 and weights stored as halves are widened; dropout does nothing, and batch norms use their running
 * statistics.
 *
 * @throws MareyError `ONNX_INVALID` for a damaged file, `ONNX_SHAPE` when an input's sizes are neither declared nor
 * given, `ONNX_UNSUPPORTED` naming all operators that the engine lacks, or the call whose form it lacks.
 */
export function readGraph(model: Uint8Array | ModelProto, options: ReadOptions = {}): ReadGraph {
  const { shapes = {}, name = "model" } = options;
  const proto = model instanceof Uint8Array ? readOnnx(model, name) : model;
  const graph = proto.graph as GraphProto;
  const { calls, names } = needed(graph);
  requireReaders(calls, name);

  const walk = new Walk(name, operatorSetOf(proto, name));
  for (const each of graph.initializer) if (names.has(each.name)) walk.store(each);
  const ports = graph.input.filter((port) => !walk.has(port.name));
  const inputs = ports.map((port) => [
    port.name,
    walk.input(graph, port, Object.hasOwn(shapes, port.name) ? shapes[port.name] : undefined),
  ]);
  for (const call of calls) walk.call(call);
  const outputs = graph.output.map(
    (port) => [port.name, walk.value(port.name, "the graph's outputs")] as const,
  );
  const used = new Set(inOrder(outputs.map(([, node]) => node)));
  return {
    inputs: Object.fromEntries(inputs),
    outputs: Object.fromEntries(outputs),
    parameters: new Map([...walk.parameters].filter(([, { node }]) => used.has(node))),
  };
}

/** The calls that outputs depend on, in the file's order, and the names of all that these calls read. */
function needed(graph: GraphProto): { calls: NodeProto[]; names: Set<string> } {
  const names = new Set(graph.output.map((port) => port.name));
  const calls: NodeProto[] = [];
  for (const call of graph.node.toReversed()) {
    if (!call.output.some((name) => names.has(name))) continue;
    calls.push(call);
    for (const name of call.input) names.add(name);
  }
  return { calls: calls.reverse(), names };
}

function requireReaders(calls: readonly NodeProto[], name: string): void {
  const lacking = new Set(calls.map(readerName).filter((operator) => !Object.hasOwn(readers, operator)));
  if (lacking.size === 0) return;
  throw new MareyError(
    "ONNX_UNSUPPORTED",
    name,
    `the engine has no ${[...lacking].sort().join(", ")}`,
    "Such a network can be run but not read for training; export it without these operators",
  );
}

function operatorSetOf({ opsetImport }: ModelProto, name: string): number {
  const own = opsetImport.find(({ domain }) => domain === "" || domain === "ai.onnx");
  const version = Number(own?.version ?? 0n);
  if (version >= OLDEST && version <= NEWEST) return version;
  throw new MareyError(
    "ONNX_UNSUPPORTED",
    name,
    `it is written in ONNX's operator set ${version || "(none)"}, expected ${OLDEST} to ${NEWEST}`,
    "Export it with operator set 17",
  );
}

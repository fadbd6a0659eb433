import { MareyError } from "../../error.js";
import { type Dimension, type ElementType, type NodeInit, node, valueInfo, writeOnnx } from "../onnx.js";
import { arranging } from "./arrange.js";
import type { Constant } from "./constant.js";
import { type Converters, unfit } from "./context.js";
import { convolutions } from "./convolution.js";
import { elementTypeNamed, elementwise } from "./elementwise.js";
import { channelsFirst, type Emitter, emitter, plain, type Value } from "./emit.js";
import { fold } from "./fold.js";
import { reducing } from "./reduce.js";
import { slicing } from "./slice.js";
import { inOrder, type Port, readTopology, split, type TfNode } from "./topology.js";
import { readWeights } from "./weights.js";

const converters: Converters = {
  ...elementwise,
  ...convolutions,
  ...arranging,
  ...slicing,
  ...reducing,
  Identity: (_, __, inputs) => inputs.slice(0, 1),
  StopGradient: (_, __, inputs) => inputs.slice(0, 1),
};

/** Names of the TensorFlow operators that can be imported. */
export const importedOperators: readonly string[] = [
  ...new Set([...Object.keys(converters), "Const", "Placeholder", "SparseToDense"]),
].sort();

/** An input or output of an imported graph, in TensorFlow's order of axes. */
export interface GraphPort {
  name: string;
  type: ElementType;
  /** Sizes; a free one is a name. Undefined where the graph doesn't say. */
  shape?: Dimension[];
}

export interface ImportOptions {
  /** Name of the network in the file and in messages. */
  name?: string;
  /** Keep float16 weights as such, widened by a Cast when the network is loaded; true when absent. */
  halves?: boolean;
  /** Free text by key to keep in the file. */
  metadata?: Readonly<Record<string, string>>;
}

export interface ImportedGraph {
  /** The ONNX file. */
  onnx: Uint8Array<ArrayBuffer>;
  inputs: GraphPort[];
  outputs: GraphPort[];
}

/**
 * Converts a TensorFlow.js graph model to ONNX. Inputs and outputs keep TensorFlow's axes (pictures NHWC) and take
 * their names from the model's signature; inside, convolutions run in NCHW. Free sizes stay free.
 *
 * @param json The text of `model.json`.
 * @param weights Its weight files, joined in the manifest's order.
 * @throws MareyError `TFJS_INVALID`, `TFJS_WEIGHTS`, `TFJS_NODE` (an operator in a form that can't be converted) or
 * `TFJS_OPERATOR` (an unknown operator).
 */
export function importTfjs(json: string, weights: Uint8Array, options: ImportOptions = {}): ImportedGraph {
  const { name = "model.json", halves = true, metadata } = options;
  const topology = readTopology(json, name);
  const constants = readWeights(topology.weights, weights, `${name}, weights`);
  const ports = [...topology.inputs, ...topology.outputs].map((port) => port.name);
  if (new Set(ports).size !== ports.length)
    throw invalid(name, `inputs and outputs share a name (${ports})`, "Rename them in the signature");
  const graph = emitter(new Set(ports), halves);
  const inputs = topology.inputs.map((port) => describe(port, name, freeNames));
  const publicName = new Map(topology.inputs.map((port) => [port.tensor, port.name]));
  const known = new Map<string, Value[]>();
  for (const source of inOrder(topology, name)) {
    const feeds = source.inputs.map((tensor) => look(known, tensor, name));
    known.set(source.name, convert(graph, source, feeds, constants, publicName));
  }
  const outputs = topology.outputs.map((port) => describe(port, name, freeNames.slice(0, 1)));
  for (const { name: to, tensor } of topology.outputs)
    graph.nodes.push(node("Identity", [plain(graph, look(known, tensor, name))], [to]));
  const onnx = writeOnnx({
    name,
    inputs: inputs.map((port) => valueInfo(port.name, port.type, port.shape)),
    // The sizes of outputs follow from the inputs'; those of the signature may speak of one example.
    outputs: outputs.map((port) => valueInfo(port.name, port.type)),
    initialisers: graph.initialisers,
    nodes: needed(graph.nodes, outputs),
    metadata,
  });
  return { onnx, inputs, outputs };
}

/** The nodes that the outputs need: a view that was made ahead may have found no reader. */
function needed(nodes: readonly NodeInit[], outputs: readonly GraphPort[]): NodeInit[] {
  const read = new Set(outputs.map(({ name }) => name));
  const kept = nodes.toReversed().filter(({ input = [], output = [] }) => {
    const wanted = output.some((name) => read.has(name));
    if (wanted) for (const name of input) read.add(name);
    return wanted;
  });
  return kept.reverse();
}

/**
 * A picture is turned to NCHW at once: scaling it per channel is many times faster there, since what is broadcast then
 * spans whole planes (2.9 ms of 46 for movenet-multipose at 256×256).
 */
function placeholder(graph: Emitter, { attributes: { shape } }: TfNode, name: string): Value {
  const value: Value = { plain: name };
  const sizes = shape?.shape?.dim?.map(({ size }) => Number(size)) ?? [];
  if (sizes.length === 4 && sizes[3] >= 1 && sizes[3] <= 4) channelsFirst(graph, value);
  return value;
}

/** What the free sizes of a picture are called. */
const freeNames = ["batch", "height", "width", "channels"];

function describe(port: Port, where: string, names: readonly string[] = []): GraphPort {
  const type = elementTypeNamed(port.type ?? "DT_FLOAT");
  const valid = port.shape?.every((size) => Number.isSafeInteger(size) && size >= -1) ?? true;
  if (!type || !valid)
    throw invalid(
      where,
      `"${port.name}" is declared as ${port.type} [${port.shape}]`,
      "Export the model again",
    );
  const shape = port.shape?.map((size, axis) => (size >= 0 ? size : (names[axis] ?? `size${axis}`)));
  return { name: port.name, type, shape };
}

function look(known: Map<string, Value[]>, tensor: string, name: string): Value {
  const { node, output } = split(tensor);
  const value = known.get(node)?.[output];
  if (!value) throw invalid(name, `node "${node}" has no output ${output}`, "Export the model again");
  return value;
}

function convert(
  graph: Emitter,
  node: TfNode,
  inputs: Value[],
  constants: Map<string, Constant>,
  inputNames: Map<string, string>,
): Value[] {
  if (node.operator === "Placeholder") return [placeholder(graph, node, inputNames.get(node.name)!)];
  if (node.operator === "Const") {
    const constant = constants.get(node.name);
    if (!constant) throw unfit(node, "its value is not among the weights");
    return [{ constant }];
  }
  const folded = fold(node, inputs);
  if (folded) return folded;
  const converter = Object.hasOwn(converters, node.operator) ? converters[node.operator] : undefined;
  if (!converter)
    throw new MareyError(
      "TFJS_OPERATOR",
      `node "${node.name}"`,
      `the operator "${node.operator}" can't be converted to ONNX`,
      "Use a network without it; `importedOperators` lists what is supported",
    );
  return converter(graph, node, inputs);
}

const invalid = (where: string, what: string, remedy: string) =>
  new MareyError("TFJS_INVALID", where, what, remedy);

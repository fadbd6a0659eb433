import { type ElementType, elementTypes } from "../onnx.js";
import { type Converters, float, unfit } from "./context.js";
import { clip6 } from "./convolution.js";
import { allChannelsFirst, channelsFirst, type Emitter, plain } from "./emit.js";
import type { TfNode } from "./topology.js";

/** Emits on names that all have one layout. */
type OnNames = (graph: Emitter, names: string[], node: TfNode) => string;

/** Operators that are the same in ONNX, by number of inputs (0: any) and name there. */
const alike: Record<number, Record<string, string>> = {
  1: {
    Abs: "Abs", Neg: "Neg", Exp: "Exp", Log: "Log", Sqrt: "Sqrt", Reciprocal: "Reciprocal", Sigmoid: "Sigmoid",
    Tanh: "Tanh", Relu: "Relu", Floor: "Floor", Ceil: "Ceil", Round: "Round", Sign: "Sign", Sin: "Sin", Cos: "Cos",
    Erf: "Erf", Elu: "Elu", Selu: "Selu", Softplus: "Softplus", LogicalNot: "Not",
  },
  2: {
    Add: "Add", AddV2: "Add", BiasAdd: "Add", Sub: "Sub", Mul: "Mul", RealDiv: "Div", Pow: "Pow",
    Minimum: "Min", Maximum: "Max",
    Less: "Less", LessEqual: "LessOrEqual", Greater: "Greater", GreaterEqual: "GreaterOrEqual", Equal: "Equal",
    LogicalAnd: "And", LogicalOr: "Or", LogicalXor: "Xor",
  },
  3: { Select: "Where", SelectV2: "Where" },
  0: { AddN: "Sum" },
}; // biome-ignore format: a table

/** Element types of TensorFlow in the imported graph: all integers are int32, as in TensorFlow.js. */
const types: Record<string, ElementType> = {
  DT_FLOAT: "float32", DT_HALF: "float32", DT_DOUBLE: "float32", DT_BFLOAT16: "float32",
  DT_INT8: "int32", DT_UINT8: "int32", DT_INT16: "int32", DT_UINT16: "int32", DT_INT32: "int32",
  DT_INT64: "int32", DT_BOOL: "bool",
}; // biome-ignore format: a table

/** The element type that TensorFlow calls `name`; undefined for texts, resources and the like. */
export const elementTypeNamed = (name: string): ElementType | undefined =>
  Object.hasOwn(types, name) ? types[name] : undefined;

function typeAttribute(node: TfNode, attribute: string): ElementType {
  const name = String(node.attributes[attribute]?.type);
  const type = elementTypeNamed(name);
  if (!type) throw unfit(node, `element type "${name}"`);
  return type;
}

/** Operators made of several of ONNX's, with their numbers of inputs. */
const composed: Record<string, [count: number, convert: OnNames]> = {
  Relu6: [1, (graph, [x]) => clip6(graph, x)],
  LeakyRelu: [
    1,
    (graph, [x], node) => graph.emit("LeakyRelu", [x], { alpha: { float: float(node, "alpha", 0.2) } }),
  ],
  Square: [1, (graph, [x]) => graph.emit("Mul", [x, x])],
  Rsqrt: [1, (graph, [x]) => graph.emit("Reciprocal", [graph.emit("Sqrt", [x])])],
  Cast: [1, (graph, [x], node) => graph.emit("Cast", [x], { to: elementTypes[typeAttribute(node, "DstT")] })],
  Prelu: [2, (graph, [x, slope]) => graph.emit("PRelu", [x, slope])],
  NotEqual: [2, (graph, [a, b]) => graph.emit("Not", [graph.emit("Equal", [a, b])])],
  SquaredDifference: [2, squaredDifference],
  FloorMod: [2, floorMod],
  FloorDiv: [2, floorDivision],
};

function squaredDifference(graph: Emitter, [a, b]: string[]): string {
  const difference = graph.emit("Sub", [a, b]);
  return graph.emit("Mul", [difference, difference]);
}

/** Of floats ONNX has only the remainder with the dividend's sign, TensorFlow's has the divisor's. */
function floorMod(graph: Emitter, [a, b]: string[], node: TfNode): string {
  if (typeAttribute(node, "T") === "float32") throw unfit(node, "a remainder of floats");
  return graph.emit("Mod", [a, b]);
}

/** ONNX's integer Div truncates; a − mod(a, b), with the divisor's sign as in Python, divides without rest. */
function floorDivision(graph: Emitter, [a, b]: string[], node: TfNode): string {
  if (typeAttribute(node, "T") === "float32") return graph.emit("Floor", [graph.emit("Div", [a, b])]);
  return graph.emit("Div", [graph.emit("Sub", [a, graph.emit("Mod", [a, b])]), b]);
}

/** Operators on corresponding elements, with TensorFlow's (NumPy's) broadcasting. */
export const elementwise: Converters = {
  ...Object.fromEntries(
    Object.entries(alike).flatMap(([count, names]) =>
      Object.entries(names).map(([name, operator]) => [
        name,
        byElement(Number(count), (graph, feeds) => graph.emit(operator, feeds)),
      ]),
    ),
  ),
  ...Object.fromEntries(
    Object.entries(composed).map(([name, [count, convert]]) => [name, byElement(count, convert)]),
  ),
};

/** @param count Number of inputs; 0 for any, but at least one. */
function byElement(count: number, convert: OnNames): Converters[string] {
  return (graph, node, inputs) => {
    if (inputs.length !== (count || Math.max(inputs.length, 1)))
      throw unfit(node, `${inputs.length} inputs, expected ${count || "at least 1"}`);
    const first = allChannelsFirst(inputs);
    const names = inputs.map((value) => (first ? channelsFirst(graph, value) : plain(graph, value)));
    const result = convert(graph, names, node);
    return [first ? { channelsFirst: result } : { plain: result }];
  };
}

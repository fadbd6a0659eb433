import { type ElementType, elementTypes } from "../onnx.js";
import { type Converters, float, input, unfit } from "./context.js";
import { clip6 } from "./convolution.js";
import { allChannelsFirst, channelsFirst, type Emitter, plain } from "./emit.js";
import type { TfNode } from "./topology.js";

/** Emits on names that all have one layout. */
type OnNames = (graph: Emitter, names: string[], node: TfNode) => string;

/** Operators that are the same in ONNX, by the name there. */
const alike: Record<string, string> = {
  Abs: "Abs", Neg: "Neg", Exp: "Exp", Log: "Log", Sqrt: "Sqrt", Reciprocal: "Reciprocal", Sigmoid: "Sigmoid",
  Tanh: "Tanh", Relu: "Relu", Floor: "Floor", Ceil: "Ceil", Round: "Round", Sign: "Sign", Sin: "Sin", Cos: "Cos",
  Erf: "Erf", Elu: "Elu", Selu: "Selu", Softplus: "Softplus", LogicalNot: "Not",
  Add: "Add", AddV2: "Add", Sub: "Sub", Mul: "Mul", RealDiv: "Div", Pow: "Pow",
  Minimum: "Min", Maximum: "Max", AddN: "Sum",
  Less: "Less", LessEqual: "LessOrEqual", Greater: "Greater", GreaterEqual: "GreaterOrEqual", Equal: "Equal",
  LogicalAnd: "And", LogicalOr: "Or", LogicalXor: "Xor",
  Select: "Where", SelectV2: "Where",
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

const composed: Record<string, OnNames> = {
  Relu6: (graph, [x]) => clip6(graph, x),
  LeakyRelu: (graph, [x], node) =>
    graph.emit("LeakyRelu", [x], { alpha: { float: float(node, "alpha", 0.2) } }),
  Square: (graph, [x]) => graph.emit("Mul", [x, x]),
  Rsqrt: (graph, [x]) => graph.emit("Reciprocal", [graph.emit("Sqrt", [x])]),
  SquaredDifference(graph, [a, b]) {
    const difference = graph.emit("Sub", [a, b]);
    return graph.emit("Mul", [difference, difference]);
  },
  NotEqual: (graph, [a, b]) => graph.emit("Not", [graph.emit("Equal", [a, b])]),
  Cast: (graph, [x], node) => graph.emit("Cast", [x], { to: elementTypes[typeAttribute(node, "DstT")] }),
  Prelu: (graph, [x, slope]) => graph.emit("PRelu", [x, slope]),
  // Of floats ONNX has only the remainder with the dividend's sign, TensorFlow's has the divisor's.
  FloorMod(graph, [a, b], node) {
    if (typeAttribute(node, "T") === "float32") throw unfit(node, "a remainder of floats");
    return graph.emit("Mod", [a, b]);
  },
  // ONNX's integer Div truncates; a − mod(a, b), with the divisor's sign as in Python, divides without rest.
  FloorDiv(graph, [a, b], node) {
    if (typeAttribute(node, "T") === "float32") return graph.emit("Floor", [graph.emit("Div", [a, b])]);
    return graph.emit("Div", [graph.emit("Sub", [a, graph.emit("Mod", [a, b])]), b]);
  },
};

/** Numbers of inputs that differ from the usual one or two. */
const arity: Record<string, number> = { Select: 3, SelectV2: 3 };

/** Operators on corresponding elements, with TensorFlow's (NumPy's) broadcasting. */
export const elementwise: Converters = {
  ...Object.fromEntries(Object.entries(alike).map(([name, operator]) => [name, byElement(simple(operator))])),
  ...Object.fromEntries(Object.entries(composed).map(([name, convert]) => [name, byElement(convert)])),
  BiasAdd: byElement(simple("Add")),
};

function simple(operator: string): OnNames {
  return (graph, names) => graph.emit(operator, names);
}

function byElement(convert: OnNames): Converters[string] {
  return (graph, node, inputs) => {
    const wanted = arity[node.operator] ?? 1;
    for (let i = 0; i < Math.max(wanted, inputs.length); i++) input(node, inputs, i);
    const first = allChannelsFirst(inputs);
    const names = inputs.map((value) => (first ? channelsFirst(graph, value) : plain(graph, value)));
    const result = convert(graph, names, node);
    return [first ? { channelsFirst: result } : { plain: result }];
  };
}

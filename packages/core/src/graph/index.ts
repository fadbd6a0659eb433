export { halfToFloat, widenHalves } from "./half.js";
export type {
  Attribute,
  Dimension,
  ElementType,
  ModelParts,
  NodeInit,
  TensorData,
  TensorInit,
  ValueInfoInit,
} from "./onnx.js";
export {
  declaredShape,
  elementTypeName,
  elementTypes,
  node,
  operatorSet,
  readOnnx,
  tensor,
  valueInfo,
  writeOnnx,
} from "./onnx.js";
export type { GraphPort, ImportedGraph, ImportOptions } from "./tfjs/import.js";
export { importedOperators, importTfjs } from "./tfjs/import.js";
export { readTopology } from "./tfjs/topology.js";

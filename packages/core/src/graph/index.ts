export {
  elu,
  gelu,
  hardSigmoid,
  hardSwish,
  leakyRelu,
  logSigmoid,
  mish,
  prelu,
  relu6,
  silu,
  softplus,
  softsign,
} from "./activation.js";
export { type Border, padBorder, roll, tile, triangular, unfold } from "./arrangement.js";
export {
  type AttentionOptions,
  type AttentionWeights,
  causalMask,
  multiHeadAttention,
  scaledDotProductAttention,
} from "./attention.js";
export { type BatchNormOptions, type BatchNormValues, batchNorm } from "./batchNorm.js";
export type { CompiledGraph, Port } from "./compile.js";
export { compile } from "./compile.js";
export { type ConvolutionOptions, conv, convTranspose } from "./convolution.js";
export { cumulativeProduct, cumulativeSum, reduceProduct } from "./cumulative.js";
export { einsum } from "./einsum.js";
export { atan2, boundedLog, log1p, rsqrt, safeSqrt } from "./elementary.js";
export {
  abs,
  acos,
  add,
  and,
  asin,
  atan,
  cast,
  ceil,
  clip,
  cos,
  cosh,
  div,
  equal,
  erf,
  exp,
  floor,
  greater,
  greaterOrEqual,
  less,
  lessOrEqual,
  log,
  maximum,
  minimum,
  mul,
  neg,
  not,
  or,
  pow,
  reciprocal,
  relu,
  round,
  sigmoid,
  sign,
  sin,
  sinh,
  sqrt,
  square,
  stopGradient,
  sub,
  tan,
  tanh,
  where,
} from "./elementwise.js";
export { evaluate, fed } from "./evaluate.js";
export { gradients, stateUpdates } from "./gradients.js";
export { type GridSampleOptions, gridSample } from "./gridSample.js";
export { halfToFloat, widenHalves } from "./half.js";
export {
  argMax,
  argMin,
  embedding,
  gather,
  gatherElements,
  gatherNd,
  indexAdd,
  oneHot,
  scatterElements,
  sort,
  topK,
} from "./indexing.js";
export { affine, matmul } from "./linear.js";
export { cross, determinant, identity, inverse, solve } from "./linearAlgebra.js";
export { concat, expand, flip, pad, reshape, slice, split, stack, transpose, unsqueeze } from "./movement.js";
export type { Call, Distribution, Node, NodeType, Op, Operand, Shape } from "./node.js";
export {
  apply,
  constant,
  inOrder,
  input,
  randomLeaf,
  refuse,
  sameShape,
  scalarOf,
  sizeOf,
  toNode,
} from "./node.js";
export { groupNorm, instanceNorm, layerNorm, spectralNorm } from "./normalise.js";
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
export { ops } from "./ops.js";
export {
  adaptiveAveragePool,
  adaptiveMaxPool,
  averagePool,
  maxPool,
  type PoolingOptions,
} from "./pooling.js";
export { orthogonalProcrustes, type Similarity, similarityAlignment } from "./procrustes.js";
export { readElements, type StoredElements } from "./read/stored.js";
export type { ReadGraph, ReadOptions, ReadParameter } from "./readGraph.js";
export { readGraph } from "./readGraph.js";
export { gru, lstm, type RecurrentOptions, type RecurrentWeights } from "./recurrent.js";
export { reduceMax, reduceMean, reduceMin, reduceSum } from "./reduce.js";
export { pixelShuffle, pixelUnshuffle, type ResizeMode, type ResizeOptions, resize } from "./resize.js";
export {
  axisAngleToMatrix,
  axisAngleToQuaternion,
  matrixToAxisAngle,
  matrixToQuaternion,
  quaternionMultiply,
  quaternionToMatrix,
  type Rotation6dLayout,
  rotation6dToMatrix,
} from "./rotation.js";
export { expectedIndex, integralPose, softArgmax, spatialSoftmax } from "./softArgmax.js";
export { logSoftmax, softmax } from "./softmax.js";
export { logSumExp, norm, normalize, standardDeviation, variance } from "./statistics.js";
export { printGraph } from "./text.js";
export type { GraphPort, ImportedGraph, ImportOptions } from "./tfjs/import.js";
export { importedOperators, importTfjs } from "./tfjs/import.js";
export { readTopology } from "./tfjs/topology.js";

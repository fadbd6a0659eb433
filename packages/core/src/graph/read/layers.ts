import { elu, gelu, hardSwish, leakyRelu, mish, softplus, softsign } from "../activation.js";
import { einsum } from "../einsum.js";
import { add, clip, greater, mul, relu, where } from "../elementwise.js";
import { matmul } from "../linear.js";
import { reshape } from "../movement.js";
import { constant, type Node, sizeOf } from "../node.js";
import { groupNorm, instanceNorm, layerNorm } from "../normalise.js";
import { logSoftmax, softmax } from "../softmax.js";
import { float, int, type OnnxCall, operand, type Reader, text, unsupported } from "./call.js";

/** α·A·B + β·C */
function readGemm(call: OnnxCall): Node {
  const [a, b, c] = [operand(call, 0), operand(call, 1), call.inputs[2]];
  const turned = { transA: int(call, "transA", 0) === 1, transB: int(call, "transB", 0) === 1 };
  const product = mul(matmul(a, b, turned), float(call, "alpha", 1));
  return c ? add(product, mul(c, float(call, "beta", 1))) : product;
}

/** ONNX Runtime's product with turned operands, which `compile` writes. */
function readFusedMatMul(call: OnnxCall): Node {
  if (int(call, "transBatchA", 0) === 1 || int(call, "transBatchB", 0) === 1)
    throw unsupported(call, "FusedMatMul that turns the batch");
  const turned = { transA: int(call, "transA", 0) === 1, transB: int(call, "transB", 0) === 1 };
  return mul(matmul(operand(call, 0), operand(call, 1), turned), float(call, "alpha", 1));
}

/** Before operator set 13 the axes from `axis` on count as one. */
const softmaxOf =
  (compute: (x: Node, axis?: number) => Node): Reader =>
  (call) => {
    const x = operand(call, 0);
    if (call.opset >= 13) return compute(x, int(call, "axis", -1));
    const axis = int(call, "axis", 1);
    const at = axis < 0 ? axis + x.shape.length : axis;
    return reshape(compute(reshape(x, [sizeOf(x.shape.slice(0, at)), -1])), x.shape);
  };

/** The slope of PRelu broadcasts like any operand: exporters write [channels, 1, 1]. */
function readPrelu(call: OnnxCall): Node {
  const [x, slope] = [operand(call, 0), operand(call, 1)];
  return where(greater(x, 0), x, mul(x, slope));
}

const readSelu: Reader = (call) => {
  const [alpha, gamma] = [float(call, "alpha", 1.6732632), float(call, "gamma", 1.050701)];
  return mul(elu(operand(call, 0), alpha), gamma);
};

const readHardSigmoid: Reader = (call) =>
  clip(add(mul(operand(call, 0), float(call, "alpha", 0.2)), float(call, "beta", 0.5)), 0, 1);

function readLayerNorm(call: OnnxCall): Node {
  if (call.outputs > 1) throw unsupported(call, "LayerNormalization that gives its mean and deviation");
  const [x, weight] = [operand(call, 0), operand(call, 1)];
  const axis = int(call, "axis", -1);
  const shape = x.shape.slice(axis);
  const bias = call.inputs[2] ?? constant(new Float32Array(sizeOf(shape)), shape);
  return layerNorm(x, reshape(weight, shape), reshape(bias, shape), {
    epsilon: float(call, "epsilon", 1e-5),
  });
}

const readInstanceNorm: Reader = (call) =>
  instanceNorm(operand(call, 0), operand(call, 1), operand(call, 2), {
    epsilon: float(call, "epsilon", 1e-5),
  });

/** Weights are per channel since operator set 21; before, one per group, which no layer of PyTorch has. */
function readGroupNorm(call: OnnxCall): Node {
  if (call.opset < 21)
    throw unsupported(call, "GroupNormalization of before operator set 21", "Export with set 21");
  const [x, weight, bias] = [0, 1, 2].map((i) => operand(call, i));
  return groupNorm(x, int(call, "num_groups", 1), weight, bias, { epsilon: float(call, "epsilon", 1e-5) });
}

export const layerReaders: Readonly<Record<string, Reader>> = {
  "com.microsoft:FusedMatMul": readFusedMatMul,
  Einsum: (call) => einsum(text(call, "equation", ""), ...call.inputs.map((_, i) => operand(call, i))),
  Elu: (call) => elu(operand(call, 0), float(call, "alpha", 1)),
  Gelu: (call) => gelu(operand(call, 0), { approximate: text(call, "approximate", "none") === "tanh" }),
  Gemm: readGemm,
  GroupNormalization: readGroupNorm,
  HardSigmoid: readHardSigmoid,
  HardSwish: (call) => hardSwish(operand(call, 0)),
  InstanceNormalization: readInstanceNorm,
  LayerNormalization: readLayerNorm,
  LeakyRelu: (call) => leakyRelu(operand(call, 0), float(call, "alpha", 0.01)),
  LogSoftmax: softmaxOf(logSoftmax),
  MatMul: (call) => matmul(operand(call, 0), operand(call, 1)),
  Mish: (call) => mish(operand(call, 0)),
  PRelu: readPrelu,
  Relu: (call) => relu(operand(call, 0)),
  Selu: readSelu,
  Softmax: softmaxOf(softmax),
  Softplus: (call) => softplus(operand(call, 0)),
  Softsign: (call) => softsign(operand(call, 0)),
  ThresholdedRelu: (call) => {
    const x = operand(call, 0);
    return where(greater(x, float(call, "alpha", 1)), x, 0);
  },
};

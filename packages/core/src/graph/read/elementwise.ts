import {
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
  round,
  sigmoid,
  sign,
  sin,
  sinh,
  sqrt,
  sub,
  tan,
  tanh,
  where,
} from "../elementwise.js";
import type { Node, Operand } from "../node.js";
import { float, int, type OnnxCall, operand, type Reader, unsupported, values } from "./call.js";
import { engineType } from "./stored.js";

const unary =
  (compute: (x: Node) => Node): Reader =>
  (call) =>
    compute(operand(call, 0));
const binary =
  (compute: (a: Operand, b: Operand) => Node): Reader =>
  (call) =>
    compute(operand(call, 0), operand(call, 1));
/** Operators of any number of operands. */
const variadic =
  (compute: (a: Operand, b: Operand) => Node): Reader =>
  (call) =>
    call.inputs.map((_, i) => operand(call, i)).reduce((a, b) => compute(a, b));

/** Bounds are attributes before operator set 11, inputs since; of any type. */
function readClip(call: OnnxCall): Node {
  const x = operand(call, 0);
  const low = call.opset < 11 ? float(call, "min", -Infinity) : (values(call, 1)?.[0] ?? -Infinity);
  const high = call.opset < 11 ? float(call, "max", Infinity) : (values(call, 2)?.[0] ?? Infinity);
  if (x.type === "float32") return clip(x, unbounded(low), unbounded(high));
  const above = low === -Infinity ? x : maximum(x, low);
  return high === Infinity ? above : minimum(above, high);
}

/** Exporters write float32's largest number where no bound is meant. */
const LARGEST = 3.4028234e38;
const unbounded = (bound: number) => (Math.abs(bound) >= LARGEST ? Math.sign(bound) * Infinity : bound);

/** The remainder has the divisor's sign, or with `fmod` the dividend's. Integers are divided towards zero. */
function readMod(call: OnnxCall): Node {
  const [a, b] = [operand(call, 0), operand(call, 1)];
  if (a.type === "float32") {
    const ratio = div(a, b);
    return sub(a, mul(b, mul(sign(ratio), floor(abs(ratio)))));
  }
  const rest = sub(a, mul(b, div(a, b)));
  return int(call, "fmod", 0) === 1 ? rest : where(less(mul(rest, b), 0), add(rest, b), rest);
}

function readCast(call: OnnxCall): Node {
  return cast(operand(call, 0), engineType(int(call, "to", 1), call.where));
}

/** Only as inference has it: nothing is dropped, and a mask of ones. */
function readDropout(call: OnnxCall): readonly Node[] {
  const x = operand(call, 0);
  if (call.inputs[2] && values(call, 2)?.[0])
    throw unsupported(call, "its dropout is in training mode", "Export the network for inference");
  return call.outputs > 1 ? [x, equal(x, x)] : [x];
}

function readPow(call: OnnxCall): Node {
  const [a, b] = [operand(call, 0), operand(call, 1)];
  return pow(a, cast(b, a.type));
}

function readMean(call: OnnxCall): Node {
  return div(variadic(add)(call) as Node, call.inputs.length);
}

const xor = (a: Node, b: Node) => or(and(a, not(b)), and(not(a), b));

export const elementwiseReaders: Readonly<Record<string, Reader>> = {
  Abs: unary(abs),
  Acos: unary(acos),
  Add: binary(add),
  And: binary(and),
  Asin: unary(asin),
  Atan: unary(atan),
  Cast: readCast,
  CastLike: (call) => cast(operand(call, 0), operand(call, 1).type),
  Ceil: unary(ceil),
  Clip: readClip,
  Cos: unary(cos),
  Cosh: unary(cosh),
  Div: binary(div),
  Dropout: readDropout,
  Equal: binary(equal),
  Erf: unary(erf),
  Exp: unary(exp),
  Floor: unary(floor),
  Greater: binary(greater),
  GreaterOrEqual: binary(greaterOrEqual),
  Identity: unary((x) => x),
  IsNaN: unary((x) => not(equal(x, x))),
  Less: binary(less),
  LessOrEqual: binary(lessOrEqual),
  Log: unary(log),
  Max: variadic(maximum),
  Mean: readMean,
  Min: variadic(minimum),
  Mod: readMod,
  Mul: binary(mul),
  Neg: unary(neg),
  Not: unary(not),
  Or: binary(or),
  Pow: readPow,
  Reciprocal: unary(reciprocal),
  Round: unary(round),
  Sigmoid: unary(sigmoid),
  Sign: unary(sign),
  Sin: unary(sin),
  Sinh: unary(sinh),
  Sqrt: unary(sqrt),
  Sub: binary(sub),
  Sum: variadic(add),
  Tan: unary(tan),
  Tanh: unary(tanh),
  Where: (call) => where(operand(call, 0), operand(call, 1), operand(call, 2)),
  Xor: (call) => xor(operand(call, 0), operand(call, 1)),
};

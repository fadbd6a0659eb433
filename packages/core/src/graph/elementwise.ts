import { broadcast, withoutLastOnes } from "./broadcast.js";
import { foldBinary, foldUnary } from "./fold.js";
import { Expand } from "./movement.js";
import {
  apply, constant, type Node, type NodeType, type Op, type Operand, refuse, sameShape, scalarOf, toNode,
} from "./node.js"; // biome-ignore format: a list
import { joinedParts } from "./partition.js";

type Gradient = (node: Node, g: Node) => readonly (Node | null)[];
const flat: Gradient = ({ inputs }) => inputs.map(() => null);

function unaryOp(name: string, gradient: (x: Node, y: Node, g: Node) => Node | null): Op {
  return {
    name,
    shape: ([x]) => x.shape,
    gradient: (y, g) => [gradient(y.inputs[0], y, g)],
    form: ({ inputs }) => ({ call: name, inputs }),
  };
}

function binaryOp(name: string, gradient: Gradient, type?: NodeType): Op {
  return {
    name,
    shape: ([a, b]) => {
      if (a.type !== b.type) refuse(name, [a, b], "operands of two types", "Cast one of them");
      return broadcast(name, a, b);
    },
    ...(type && { type: () => type }),
    gradient,
    form: ({ op, inputs, shape }) => withoutLastOnes(op, inputs, shape) ?? { call: name, inputs },
  };
}

/** Applies a unary operator; small constants fold, and what is its own inverse vanishes when applied twice. */
const unary =
  (op: Op, compute: (x: number) => number, undone = false) =>
  (x: Operand): Node => {
    const node = toNode(x);
    if (undone && node.op === op) return node.inputs[0];
    return foldUnary(node, compute) ?? apply(op, [node], {});
  };

/** Applies a binary operator; small constants fold, and `neutral` on the right (on both sides, if it commutes) vanishes. */
const binary =
  (op: Op, compute: (a: number, b: number) => number, neutral?: number, commutes = false) =>
  (a: Operand, b: Operand): Node => {
    const [left, right] = operands(a, b);
    const x = unexpanded(op.name, left, right);
    const y = unexpanded(op.name, right, x);
    const folded = foldBinary(x, y, broadcast(op.name, x, y), compute);
    if (folded) return folded;
    if (neutral !== undefined && rankless(y) === neutral) return x;
    if (neutral !== undefined && commutes && rankless(x) === neutral) return y;
    return apply(op, [x, y], {});
  };

/** Of an operand that was expanded to sizes which the other has anyway, the original: kernels broadcast by themselves. */
function unexpanded(operator: string, x: Node, beside: Node): Node {
  if (x.op !== (Expand as Op) || x.type !== beside.type) return x;
  return sameShape(broadcast(operator, x, beside), beside.shape) ? x.inputs[0] : x;
}

/** Numbers take the type of the operand beside them. */
function operands(a: Operand, b: Operand): [Node, Node] {
  const type = typeof a !== "number" ? a.type : typeof b !== "number" ? b.type : "float32";
  return [toNode(a, type), toNode(b, type)];
}

const rankless = (x: Node) => (x.shape.length === 0 ? scalarOf(x) : undefined);

const Add = binaryOp("Add", (_, g) => [g, g]);
const Sub = binaryOp("Sub", (_, g) => [g, neg(g)]);
const Mul = binaryOp("Mul", ({ inputs: [a, b] }, g) => [mul(g, b), mul(g, a)]);
const Div = binaryOp("Div", (y, g) => {
  const [, b] = y.inputs;
  const da = div(g, b);
  return [da, neg(mul(da, y))]; // d(a/b)/db = −(a/b)/b
});
/** Where operands tie, each gets half of the gradient. */
const share = (chosen: Node, other: Node, g: Node) =>
  mul(g, add(cast(greater(chosen, other), "float32"), mul(cast(equal(chosen, other), "float32"), 0.5)));
const Max = binaryOp("Max", ({ inputs: [a, b] }, g) => [share(a, b, g), share(b, a, g)]);
const Min = binaryOp("Min", ({ inputs: [a, b] }, g) => [share(neg(a), neg(b), g), share(neg(b), neg(a), g)]);
/** With respect to the base, b·a^(b−1); to the exponent, y·ln a, which is 0 at a = 0: there y is flat (0 or 1) in b ≥ 0. */
const Pow = binaryOp("Pow", (y, g) => {
  const [a, b] = y.inputs;
  const exponent = scalarOf(b);
  if (exponent === 0) return [null, null];
  if (exponent !== undefined) return [mul(g, mul(exponent, pow(a, exponent - 1))), null];
  const zero = equal(a, 0);
  const slope = mul(b, pow(a, sub(b, 1)));
  return [
    mul(g, where(equal(b, 0), 0, slope)),
    mul(g, where(and(zero, greaterOrEqual(b, 0)), 0, mul(y, log(where(zero, 1, a))))),
  ];
});
const Greater = binaryOp("Greater", flat, "bool");
const Less = binaryOp("Less", flat, "bool");
const GreaterOrEqual = binaryOp("GreaterOrEqual", flat, "bool");
const LessOrEqual = binaryOp("LessOrEqual", flat, "bool");
const Equal = binaryOp("Equal", flat, "bool");
const And = binaryOp("And", flat, "bool");
const Or = binaryOp("Or", flat, "bool");

const sum = binary(Add, (a, b) => a + b, 0, true);
/** a + b. Of all functions of two tensors: shapes broadcast by numpy's rule, and a number stands for a constant. */
export const add = (a: Operand, b: Operand): Node =>
  (typeof a === "object" && typeof b === "object" && joinedParts(a, b)) || sum(a, b);
/** a − b. */
export const sub = binary(Sub, (a, b) => a - b, 0);
/** a · b, element by element. */
export const mul = binary(Mul, (a, b) => a * b, 1, true);
/** a / b. */
export const div = binary(Div, (a, b) => a / b, 1);
/** The larger of a and b; equal ones share the gradient. */
export const maximum = binary(Max, Math.max);
/** The smaller of a and b; equal ones share the gradient. */
export const minimum = binary(Min, Math.min);
/** aᵇ; NaN where a is negative and b is no whole number. */
export const pow = binary(Pow, (a, b) => a ** b, 1);

const logical =
  (op: Op) =>
  (a: Operand, b: Operand): Node =>
    apply(op, operands(a, b), {});
/** Whether a > b, as bool. */
export const greater = logical(Greater);
/** Whether a < b, as bool. */
export const less = logical(Less);
/** Whether a ≥ b, as bool. */
export const greaterOrEqual = logical(GreaterOrEqual);
/** Whether a ≤ b, as bool. */
export const lessOrEqual = logical(LessOrEqual);
/** Whether a = b, as bool; NaN equals nothing. */
export const equal = logical(Equal);
/** Whether both hold. */
export const and = logical(And);
/** Whether either holds. */
export const or = logical(Or);

const Neg = unaryOp("Neg", (_x, _y, g) => neg(g));
const Exp = unaryOp("Exp", (_x, y, g) => mul(g, y)); // its own derivative: no second Exp
const Log = unaryOp("Log", (x, _y, g) => div(g, x));
const Sqrt = unaryOp("Sqrt", (_x, y, g) => div(mul(g, 0.5), y));
const Reciprocal = unaryOp("Reciprocal", (_x, y, g) => neg(mul(g, mul(y, y))));
const Abs = unaryOp("Abs", (x, _y, g) => mul(g, sign(x)));
const Sign = unaryOp("Sign", () => null);
const Floor = unaryOp("Floor", () => null);
const Ceil = unaryOp("Ceil", () => null);
const Round = unaryOp("Round", () => null);
const Sigmoid = unaryOp("Sigmoid", (_x, y, g) => mul(g, mul(y, sub(1, y))));
const Tanh = unaryOp("Tanh", (_x, y, g) => mul(g, sub(1, mul(y, y))));
const Erf = unaryOp("Erf", (x, _y, g) => mul(g, mul(2 / Math.sqrt(Math.PI), exp(neg(mul(x, x))))));
const Sin = unaryOp("Sin", (x, _y, g) => mul(g, cos(x)));
const Cos = unaryOp("Cos", (x, _y, g) => neg(mul(g, sin(x))));
const Tan = unaryOp("Tan", (_x, y, g) => mul(g, add(1, mul(y, y))));
const Asin = unaryOp("Asin", (x, _y, g) => div(g, sqrt(sub(1, mul(x, x)))));
const Acos = unaryOp("Acos", (x, _y, g) => neg(div(g, sqrt(sub(1, mul(x, x))))));
const Atan = unaryOp("Atan", (x, _y, g) => div(g, add(1, mul(x, x))));
const Sinh = unaryOp("Sinh", (x, _y, g) => mul(g, cosh(x)));
const Cosh = unaryOp("Cosh", (x, _y, g) => mul(g, sinh(x)));
/** At 0 the gradient is 0, as in PyTorch: y is positive only where x is. */
const Relu = unaryOp("Relu", (_x, y, g) => mul(g, cast(greater(y, 0), "float32"))); // Where takes twice the time

/** −x. */
export const neg = unary(Neg, (x) => -x, true);
/** eˣ. */
export const exp = unary(Exp, Math.exp);
/** ln x. */
export const log = unary(Log, Math.log);
/** √x; the gradient at 0 is infinite (`safeSqrt` has 0 there). */
export const sqrt = unary(Sqrt, Math.sqrt);
/** 1 / x. */
export const reciprocal = unary(Reciprocal, (x) => 1 / x);
/** |x|; the gradient at 0 is 0. */
export const abs = unary(Abs, Math.abs);
/** −1, 0 or 1. No gradient flows. */
export const sign = unary(Sign, Math.sign);
/** The next whole number below. No gradient flows. */
export const floor = unary(Floor, Math.floor);
/** The next whole number above. No gradient flows. */
export const ceil = unary(Ceil, Math.ceil);
/** To the nearest whole number, halves to the even one. No gradient flows. */
export const round = (x: Node): Node => apply(Round, [x], {});
/** 1 / (1 + e⁻ˣ). */
export const sigmoid = unary(Sigmoid, (x) => 1 / (1 + Math.exp(-x)));
/** The hyperbolic tangent. */
export const tanh = unary(Tanh, Math.tanh);
/** The error function 2/√π ∫₀ˣ e^(−t²) dt. */
export const erf = (x: Node): Node => apply(Erf, [x], {});
/** The sine of radians. */
export const sin = unary(Sin, Math.sin);
/** The cosine of radians. */
export const cos = unary(Cos, Math.cos);
/** The tangent of radians. */
export const tan = unary(Tan, Math.tan);
/** The arcsine, radians. */
export const asin = unary(Asin, Math.asin);
/** The arccosine, radians. */
export const acos = unary(Acos, Math.acos);
/** The arctangent, radians. */
export const atan = unary(Atan, Math.atan);
/** The hyperbolic sine. */
export const sinh = unary(Sinh, Math.sinh);
/** The hyperbolic cosine. */
export const cosh = unary(Cosh, Math.cosh);
/** max(x, 0); the gradient at 0 is 0. */
export const relu = unary(Relu, (x) => Math.max(x, 0));

const Not: Op = { ...unaryOp("Not", () => null), type: () => "bool" };
/** Whether it doesn't hold. */
export const not = (x: Node): Node => (x.op === Not ? x.inputs[0] : apply(Not, [x], {}));

const Where: Op = {
  name: "Where",
  shape: ([condition, a, b]) => {
    if (condition.type !== "bool" || a.type !== b.type)
      refuse("Where", [condition, a, b], "expected a bool and two of one type", "Compare or cast first");
    const [rows, columns] = [broadcast("Where", condition, a), broadcast("Where", condition, b)];
    return rows.length >= columns.length &&
      rows.every((size, i) => size >= (columns[i - rows.length + columns.length] ?? 1))
      ? rows
      : broadcast("Where", { ...a, shape: rows }, { ...b, shape: columns });
  },
  type: ([, a]) => a.type,
  gradient: ({ inputs: [condition] }, g) => [null, where(condition, g, 0), where(condition, 0, g)],
  form: ({ inputs }) => ({ call: "Where", inputs }),
};
/** `a` where the condition holds, else `b`. */
export const where = (condition: Node, a: Operand, b: Operand): Node =>
  apply(Where, [condition, ...operands(a, b)], {});

const Cast: Op<{ to: NodeType }> = {
  name: "Cast",
  shape: ([x]) => x.shape,
  type: (_, { to }) => to,
  gradient: ({ inputs: [x] }, g) => [x.type === "float32" ? g : null],
  form: ({ inputs, attributes: { to } }) => ({ call: "Cast", inputs, attributes: { to: castNumber[to] } }),
};
const castNumber = { float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9 } as const;
/** x in another type; a bool that went through another type and back is itself. */
export function cast(x: Node, to: NodeType): Node {
  if (x.type === to) return x;
  if (to === "bool" && x.op === (Cast as Op) && x.inputs[0].type === "bool") return x.inputs[0];
  return apply(Cast, [x], { to });
}

const StopGradient: Op = {
  name: "StopGradient",
  shape: ([x]) => x.shape,
  gradient: () => [null],
  form: ({ inputs: [x] }) => x,
};
/** `x`, through which no gradient flows. */
export const stopGradient = (x: Node): Node => apply(StopGradient, [x], {});

const Clip: Op<{ minimum: number; maximum: number }> = {
  name: "Clip",
  shape: ([x]) => x.shape,
  /** Passes at the bounds themselves, as in PyTorch. */
  gradient: ({ inputs: [x], attributes: { minimum: low, maximum: high } }, g) => [
    where(and(greaterOrEqual(x, low), lessOrEqual(x, high)), g, 0),
  ],
  form: ({ inputs: [x], attributes: { minimum: low, maximum: high } }) => ({
    call: "Clip",
    inputs: [
      x,
      low === -Infinity ? undefined : constant(low),
      high === Infinity ? undefined : constant(high),
    ],
  }),
};
/** x kept within bounds; either may be infinite. */
export const clip = (x: Node, low = -Infinity, high = Infinity): Node =>
  apply(Clip, [x], { minimum: low, maximum: high });

/** x², with one kernel. */
export const square = (x: Node): Node => mul(x, x);

/** The operators of this file, by name. */
export const elementwise: Readonly<Record<string, Op>> = {
  Add, Sub, Mul, Div, Max, Min, Pow, Greater, Less, GreaterOrEqual, LessOrEqual, Equal, And, Or, Not,
  Neg, Exp, Log, Sqrt, Reciprocal, Abs, Sign, Floor, Ceil, Round, Sigmoid, Tanh, Erf, Relu,
  Sin, Cos, Tan, Asin, Acos, Atan, Sinh, Cosh, Where, Cast, Clip, StopGradient,
}; // biome-ignore format: a table

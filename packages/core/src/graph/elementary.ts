import { broadcast } from "./broadcast.js";
import {
  abs, add, and, atan, cast, clip, div, equal, greater, less, log, maximum, mul, neg, reciprocal,
  sqrt, sub, where,
} from "./elementwise.js"; // biome-ignore format: a list
import { apply, type Node, type Op, type Operand, toNode } from "./node.js";

/** y = ln(1 + x), right to the last digits near 0: (x / (u − 1)) · ln u with u = 1 + x rounded (Kahan 1987). */
const Log1p: Op = {
  name: "Log1p",
  shape: ([x]) => x.shape,
  gradient: ({ inputs: [x] }, g) => [div(g, add(x, 1))],
  form: ({ inputs: [x] }) => {
    const u = add(x, 1);
    const step = sub(u, 1);
    // Where the step vanishes ln(1 + x) is x, and where it is infinite so is the logarithm.
    return where(
      and(greater(abs(step), 0), less(u, Infinity)),
      mul(log(u), div(x, where(equal(step, 0), 1, step))),
      where(equal(u, Infinity), u, x),
    );
  },
};
/** ln(1 + x), accurate near 0. */
export const log1p = (x: Node): Node => apply(Log1p, [x], {});

/** 1/√x. */
export const rsqrt = (x: Node): Node => reciprocal(sqrt(x));

/** The angle of (b, a): rows are y, columns x. A quotient gives the half plane x > 0; the other is half a turn away. */
const Atan2: Op = {
  name: "Atan2",
  shape: ([a, b]) => broadcast("Atan2", a, b),
  gradient: ({ inputs: [a, b] }, g) => {
    const square = add(mul(a, a), mul(b, b));
    const scaled = div(g, where(equal(square, 0), 1, square));
    return [mul(scaled, b), neg(mul(scaled, a))];
  },
  form: ({ inputs: [a, b] }) => {
    const divisor = where(equal(b, 0), cast(equal(a, 0), "float32"), b); // a/0 = ±∞, but 0/1 at the origin
    const quotient = atan(div(a, divisor));
    const turn = where(less(a, 0), -Math.PI, Math.PI);
    return add(quotient, where(less(b, 0), turn, 0));
  },
};
/**
 * The angle in (−π, π] of the point with the ordinate `a` and the abscissa `b`, broadcast. At the origin the angle and
 * its gradient are 0; −0 counts as 0.
 */
export const atan2 = (a: Operand, b: Operand): Node => apply(Atan2, [toNode(a), toNode(b)], {});

/** PyTorch's bounds in `binary_cross_entropy`: the logarithm from below, its slope from above. */
const LEAST_LOG = -100;
const LEAST_ARGUMENT = 1e-12;
const BoundedLog: Op = {
  name: "BoundedLog",
  shape: ([x]) => x.shape,
  gradient: ({ inputs: [x] }, g) => [div(g, maximum(x, LEAST_ARGUMENT))],
  form: ({ inputs: [x] }) => clip(log(x), LEAST_LOG),
};
/** ln x of a probability: −100 at least, with a slope of 10¹² at most, so that neither is infinite at 0. */
export const boundedLog = (x: Node): Node => apply(BoundedLog, [x], {});

const SafeSqrt: Op = {
  name: "SafeSqrt",
  shape: ([x]) => x.shape,
  gradient: (y, g) => [div(mul(g, where(greater(y, 0), 0.5, 0)), where(greater(y, 0), y, 1))],
  form: ({ inputs: [x] }) => sqrt(x),
};
/** √x whose gradient at 0 is 0 instead of infinite: for lengths and deviations, which may vanish. */
export const safeSqrt = (x: Node): Node => apply(SafeSqrt, [x], {});

export const elementary: Readonly<Record<string, Op>> = { Log1p, Atan2, BoundedLog, SafeSqrt };

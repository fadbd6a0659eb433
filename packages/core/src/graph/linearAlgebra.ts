import { roll } from "./arrangement.js";
import { div, greaterOrEqual, mul, neg, sub, where } from "./elementwise.js";
import { matmul } from "./linear.js";
import { concat, expand, reshape, slice, transpose } from "./movement.js";
import { apply, axesOf, constant, type Node, type Op, refuse, sameShape } from "./node.js";

/** The cross product along an axis of size 3: cᵢ = aᵢ₊₁ bᵢ₊₂ − aᵢ₊₂ bᵢ₊₁. The other axes broadcast. */
export function cross(a: Node, b: Node, axis = -1): Node {
  for (const x of [a, b])
    if (x.shape[axesOf("Cross", x, [axis])[0]] !== 3)
      refuse("Cross", [a, b], `axis ${axis} isn't of size 3`, "Name the axis of x, y, z");
  const turned = (x: Node, by: number) => roll(x, axesOf("Cross", x, [axis]), [-by]);
  return sub(mul(turned(a, 1), turned(b, 2)), mul(turned(a, 2), turned(b, 1)));
}

/** The identity matrix of size n. */
export function identity(n: number): Node {
  const data = new Float32Array(n * n);
  for (let i = 0; i < n; i++) data[i * (n + 1)] = 1;
  return constant(data, [n, n]);
}

const isSquare = ({ shape }: Node) => shape.length >= 2 && shape.at(-1) === shape.at(-2);

/** A [..., n, n], B [..., n, m] → A⁻¹ B. */
const Solve: Op = {
  name: "Solve",
  shape: ([a, b]) => {
    const fits =
      isSquare(a) &&
      b.shape.length === a.shape.length &&
      sameShape(a.shape.slice(0, -1), b.shape.slice(0, -1));
    if (!fits) refuse("Solve", [a, b], "expected [..., n, n] and [..., n, m]", "Make the leading axes equal");
    return b.shape;
  },
  /** dB = A⁻ᵀ g, dA = −dB yᵀ */
  gradient: (y, g) => {
    const right = solve(transpose(y.inputs[0]), g);
    return [neg(matmul(right, y, { transB: true })), right];
  },
  form: ({ inputs: [a, b] }) => eliminate(a, b),
};

/**
 * Gauss–Jordan elimination, unrolled. Rows can't change places in a graph without branches; instead each pivot row is
 * replaced by the sum of all rows that are left, each with the sign that makes its entry in the pivot's column
 * positive. So the pivot is the sum of their magnitudes: never smaller than what pivoting by the largest would take.
 */
function eliminate(a: Node, b: Node): Node {
  const n = a.shape.at(-1) as number;
  const row = a.shape.length - 2;
  const column = row + 1;
  let rest = concat([a, b], column);
  for (let k = 0; k < n; k++) {
    const below = slice(rest, row, k);
    const signs = where(greaterOrEqual(slice(below, column, 0, 1), 0), constant(1), constant(-1));
    const joint = matmul(signs, below, { transA: true });
    const pivot = div(slice(joint, column, 1), slice(joint, column, 0, 1));
    const others = [
      ...(k > 0 ? [slice(rest, row, 0, k)] : []),
      ...(k < n - 1 ? [slice(rest, row, k + 1)] : []),
    ];
    const cleared = others.map((part) => sub(slice(part, column, 1), mul(slice(part, column, 0, 1), pivot)));
    rest = concat(k > 0 ? [cleared[0], pivot, ...cleared.slice(1)] : [pivot, ...cleared], row);
  }
  return rest;
}

/**
 * Solves A Y = B for small matrices, batchwise. A singular matrix gives infinities or NaN.
 *
 * @param a [..., n, n]
 * @param b [..., n, m]
 * @returns [..., n, m]
 */
export const solve = (a: Node, b: Node): Node => apply(Solve, [a, b], {});

/** The inverses of small matrices [..., n, n]. A singular one gives infinities or NaN. */
export function inverse(x: Node): Node {
  if (!isSquare(x)) refuse("Inverse", [x], "not square", "Give [..., n, n]");
  return solve(x, expand(identity(x.shape.at(-1) as number), x.shape));
}

const Determinant: Op = {
  name: "Determinant",
  shape: ([x]) => {
    if (!isSquare(x)) refuse("Determinant", [x], "not square", "Give [..., n, n]");
    return x.shape.slice(0, -2);
  },
  gradient: (y, g) => [mul(reshape(g, [...y.shape, 1, 1]), cofactors(y))],
  form: ({ inputs }) => ({ call: "Det", inputs }),
};

/** The derivative of a determinant by its matrix: exact for 3 × 3; det · A⁻ᵀ for others, which must be regular. */
function cofactors(y: Node): Node {
  const [x] = y.inputs;
  const n = x.shape.at(-1) as number;
  if (n !== 3) return mul(reshape(y, [...y.shape, 1, 1]), transpose(inverse(x)));
  const rows = [0, 1, 2].map((i) => slice(x, -2, i, i + 1));
  return concat(
    [cross(rows[1], rows[2]), cross(rows[2], rows[0]), cross(rows[0], rows[1])],
    x.shape.length - 2,
  );
}

/** The determinants of matrices [..., n, n], as [...]. */
export const determinant = (x: Node): Node => apply(Determinant, [x], {});

export const linearAlgebra: Readonly<Record<string, Op>> = { Solve, Determinant };

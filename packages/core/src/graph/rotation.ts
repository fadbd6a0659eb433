import { add, atan, cos, div, less, mul, sin, sqrt, square, sub, where } from "./elementwise.js";
import { argMax, oneHot } from "./indexing.js";
import { matmul } from "./linear.js";
import { cross, identity } from "./linearAlgebra.js";
import { concat, reshape, slice, split, stack } from "./movement.js";
import { constant, type Node, refuse, type Shape } from "./node.js";
import { reduceSum } from "./reduce.js";
import { normalize } from "./statistics.js";

const lead = (x: Node, axes: number): Shape => x.shape.slice(0, x.shape.length - axes);

/** v / |v| along the last axis; a zero vector stays zero. */
const unitVector = (v: Node) => normalize(v, -1);

function needs(operator: string, x: Node, ...last: number[]): void {
  if (last.some((size, i) => x.shape.at(i - last.length) !== size))
    refuse(
      operator,
      [x],
      `expected [..., ${last.join(", ")}]`,
      "Put the numbers of one rotation on the last axes",
    );
}

/** How the six numbers of a rotation stand for two vectors. */
export type Rotation6dLayout = "rows" | "columns" | "interleaved";

/**
 * Rotation matrices from six numbers (Zhou et al. 2019): two vectors made orthonormal, and their cross product.
 *
 * @param x [..., 6]. `rows` and `columns`: numbers 0–2 and 3–5 become the first two rows or columns; `interleaved`:
 *   even and odd ones become the first two columns (SPIN, VIBE).
 * @returns [..., 3, 3]
 */
export function rotation6dToMatrix(x: Node, layout: Rotation6dLayout): Node {
  needs("Rotation6d", x, 6);
  const [a, b] =
    layout === "interleaved"
      ? [slice(x, -1, 0, 6, 2), slice(x, -1, 1, 6, 2)]
      : split(x, x.shape.length - 1, [3, 3]);
  const first = unitVector(a);
  const second = unitVector(sub(b, mul(first, reduceSum(mul(first, b), [-1], true))));
  return stack([first, second, cross(first, second)], layout === "rows" ? -2 : -1);
}

/**
 * What each element of R is made of: R = Σ P[16k + …] qᵢ qⱼ, rows (R₀₀ … R₂₂) over products (ww, wx, …, zz) of a unit
 * quaternion. The same numbers give Horn's 4 × 4 matrix K of any M: tr(RᵀM) = qᵀ K q.
 */
const PRODUCTS = Float32Array.from(
  [
    [
      [0, 0, 1],
      [1, 1, 1],
      [2, 2, -1],
      [3, 3, -1],
    ],
    [
      [1, 2, 2],
      [0, 3, -2],
    ],
    [
      [1, 3, 2],
      [0, 2, 2],
    ],
    [
      [1, 2, 2],
      [0, 3, 2],
    ],
    [
      [0, 0, 1],
      [1, 1, -1],
      [2, 2, 1],
      [3, 3, -1],
    ],
    [
      [2, 3, 2],
      [0, 1, -2],
    ],
    [
      [1, 3, 2],
      [0, 2, -2],
    ],
    [
      [2, 3, 2],
      [0, 1, 2],
    ],
    [
      [0, 0, 1],
      [1, 1, -1],
      [2, 2, -1],
      [3, 3, 1],
    ],
  ].flatMap((terms) => {
    const row = new Array<number>(16).fill(0);
    for (const [i, j, weight] of terms) {
      row[4 * i + j] += weight / 2;
      row[4 * j + i] += weight / 2;
    }
    return row;
  }),
);

/** Products of all pairs of two quaternions' numbers, [..., 16]. */
const pairs = (a: Node, b: Node): Node => {
  const product = mul(reshape(a, [...a.shape, 1]), reshape(b, [...lead(b, 1), 1, 4]));
  return reshape(product, [...lead(product, 2), 16]);
};

/** Horn's matrices K [..., 4, 4] of M [..., 3, 3] (Horn 1987): the q of the largest qᵀ K q turns most like M. */
export const hornMatrix = (m: Node): Node =>
  reshape(matmul(reshape(m, [...lead(m, 2), 9]), constant(PRODUCTS, [9, 16])), [...lead(m, 2), 4, 4]);

/** Rotation matrices [..., 3, 3] of quaternions (w, x, y, z) [..., 4] that have unit length. */
const turning = (q: Node): Node =>
  reshape(matmul(pairs(q, q), constant(PRODUCTS, [9, 16]), { transB: true }), [...lead(q, 1), 3, 3]);

/** Rotation matrices [..., 3, 3] of quaternions (w, x, y, z) [..., 4] of any length. */
export function quaternionToMatrix(q: Node): Node {
  needs("QuaternionToMatrix", q, 4);
  return turning(unitVector(q));
}

/** Hamilton's table: which products, and by what sign, make w, x, y, z. */
const HAMILTON = Float32Array.from(
  // biome-ignore format: rows are the products aw·bw, aw·bx, …
  [
    1, 0, 0, 0,   0, 1, 0, 0,   0, 0, 1, 0,   0, 0, 0, 1,
    0, 1, 0, 0,  -1, 0, 0, 0,   0, 0, 0, 1,   0, 0, -1, 0,
    0, 0, 1, 0,   0, 0, 0, -1,  -1, 0, 0, 0,  0, 1, 0, 0,
    0, 0, 0, 1,   0, 0, 1, 0,   0, -1, 0, 0,  -1, 0, 0, 0,
  ],
);

/** The quaternion a b (first b turns, then a), w first: [..., 4]. */
export function quaternionMultiply(a: Node, b: Node): Node {
  for (const q of [a, b]) needs("QuaternionMultiply", q, 4);
  return matmul(pairs(a, b), constant(HAMILTON, [16, 4]));
}

/** Below this square of an angle (rad²), a few terms of its series are exact in float32 and need no division by it. */
const SMALL = 1e-2;

/**
 * A function of θ = √θ² that is even and smooth, with its gradient, at 0 too: by its series there, by the formula
 * elsewhere. The formula never sees a small θ, so that no NaN hides in the branch that isn't taken.
 */
function even(squared: Node, series: readonly number[], formula: (angle: Node) => Node): Node {
  const small = less(squared, SMALL);
  const polynomial = series.reduceRight<Node>((sum, c) => add(mul(sum, squared), c), constant(0));
  return where(small, polynomial, formula(sqrt(where(small, 1, squared))));
}

/** Unit quaternions (w, x, y, z) [..., 4] of axis-angle vectors [..., 3], radians. */
export function axisAngleToQuaternion(x: Node): Node {
  needs("AxisAngle", x, 3);
  const squared = reduceSum(square(x), [-1], true);
  const w = even(squared, [1, -1 / 8, 1 / 384, -1 / 46080], (angle) => cos(mul(angle, 0.5)));
  const scale = even(squared, [1 / 2, -1 / 48, 1 / 3840, -1 / 645120], (angle) =>
    div(sin(mul(angle, 0.5)), angle),
  );
  return concat([w, mul(x, scale)], x.shape.length - 1);
}

/** Rotation matrices [..., 3, 3] of axis-angle vectors [..., 3], radians: exp([x]×). Smooth at zero. */
export const axisAngleToMatrix = (x: Node): Node => turning(axisAngleToQuaternion(x));

/** Of symmetric matrices [..., 4, 4] near a multiple of q qᵀ: the unit vector q [..., 4], by the row it is largest in. */
export function leadingVector(products: Node): Node {
  const diagonal = reduceSum(mul(products, identity(4)), [-1]);
  const chosen = oneHot(argMax(diagonal, -1), 4);
  return unitVector(reduceSum(mul(products, reshape(chosen, [...chosen.shape, 1])), [-2]));
}

/**
 * Unit quaternions (w, x, y, z) [..., 4] of rotation matrices [..., 3, 3], with w ≥ 0. Stable at every angle: 4 q qᵀ is
 * 1 + K (see `hornMatrix`), and its row of the largest number is taken (Shepperd 1978).
 */
export function matrixToQuaternion(matrix: Node): Node {
  needs("MatrixToQuaternion", matrix, 3, 3);
  const q = leadingVector(add(hornMatrix(matrix), identity(4)));
  return mul(q, where(less(slice(q, -1, 0, 1), 0), constant(-1), constant(1)));
}

/** Axis-angle vectors [..., 3] in radians, no longer than π, of unit quaternions [..., 4] with w ≥ 0. */
function quaternionToAxisAngle(q: Node): Node {
  const [w, v] = split(q, q.shape.length - 1, [1, 3]);
  const squared = reduceSum(square(v), [-1], true);
  // 2 asin(s) / s where s is small; else, since w ≥ 0, atan2(s, w) = 2 atan(s / (1 + w))
  const scale = even(squared, [2, 1 / 3, 3 / 20, 5 / 56, 35 / 576, 63 / 1408], (s) =>
    div(mul(atan(div(s, add(w, 1))), 4), s),
  );
  return mul(v, scale);
}

/**
 * Axis-angle vectors [..., 3] of rotation matrices [..., 3, 3], radians, no longer than π. Smooth at zero; at π the
 * axis' sign is arbitrary. The gradient is meant for matrices that stay rotations.
 */
export const matrixToAxisAngle = (matrix: Node): Node => quaternionToAxisAngle(matrixToQuaternion(matrix));

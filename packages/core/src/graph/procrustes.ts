import { add, div, greater, maximum, mul, neg, sqrt, square, sub, where } from "./elementwise.js";
import { matmul } from "./linear.js";
import { cross, identity } from "./linearAlgebra.js";
import { concat, expand, reshape, slice, split, stack, transpose } from "./movement.js";
import { apply, constant, type Node, type Op, refuse } from "./node.js";
import { reduceMean, reduceSum } from "./reduce.js";
import { hornMatrix, leadingVector, quaternionToMatrix } from "./rotation.js";
import { normalize } from "./statistics.js";

/** vee(A − Aᵀ) of a matrix (nine numbers) is its product with this; [p]× is p's with its transpose. */
const SKEW = Float32Array.from(
  // biome-ignore format: a matrix
  [
    0, 0, 0,   0, 0, -1,   0, 1, 0,
    0, 0, 1,   0, 0, 0,   -1, 0, 0,
    0, -1, 0,  1, 0, 0,    0, 0, 0,
  ],
);
const nine = (m: Node) => reshape(m, [...m.shape.slice(0, -2), 9]);
const matrixOf = (v: Node) => reshape(v, [...v.shape.slice(0, -1), 3, 3]);
/** (A₂₁ − A₁₂, A₀₂ − A₂₀, A₁₀ − A₀₁) */
const vee = (m: Node) => matmul(nine(m), constant(SKEW, [9, 3]));
/** [p]× */
const hat = (p: Node) => matrixOf(matmul(p, constant(SKEW, [9, 3]), { transB: true }));
const trace = (m: Node) => reduceSum(mul(m, identity(m.shape.at(-1) as number)), [-2, -1], true);

/** Of the scaled matrix of `turnTowards`, less than this is rounding: it is singular where R may turn about an axis. */
const LEAST_DETERMINANT = 1e-7;

/**
 * ω = (tr(S) 1 − S)⁻¹ b for S = RᵀM: how far R must turn for a skewness b of S. Where M doesn't say at all (it is
 * zero), R doesn't turn.
 */
function turnTowards(s: Node, b: Node): Node {
  const size = trace(s);
  const known = greater(size, 1e-12);
  const h = sub(identity(3), div(s, where(known, size, 1)));
  const [x, y, z] = [0, 1, 2].map((i) => reshape(slice(h, -2, i, i + 1), b.shape));
  const adjugate = stack([cross(y, z), cross(z, x), cross(x, y)], -2);
  const determinant = maximum(reduceSum(mul(x, cross(y, z)), [-1], true), LEAST_DETERMINANT);
  const column = reshape(matmul(adjugate, reshape(b, [...b.shape, 1])), b.shape);
  const flat = (v: Node) => reshape(v, [...b.shape.slice(0, -1), 1]);
  return where(flat(known), div(column, mul(determinant, flat(where(known, size, 1)))), constant(0));
}

/** How often K is squared: 2¹² powers leave of the next eigenvector what a gap of 1 % makes e⁻⁴⁰. */
const SQUARINGS = 12;
const POLISHINGS = 2;

/**
 * The rotation of the largest tr(RᵀM), [..., 3, 3] → [..., 3, 3]. It is the dominant eigenvector of Horn's 4 × 4 matrix
 * as a quaternion, found by repeated squaring and refined by Newton steps; no case distinction for reflections.
 */
const Procrustes: Op = {
  name: "Procrustes",
  shape: ([m]) => {
    if (m.shape.length < 2 || m.shape.at(-1) !== 3 || m.shape.at(-2) !== 3)
      refuse(
        "Procrustes",
        [m],
        "expected [..., 3, 3]",
        "Give 3 × 3 matrices (2 × 2 ones are treated elsewhere)",
      );
    return m.shape;
  },
  /**
   * R is best where S = RᵀM is symmetric. Turned by dR = R [ω]×, that stays so for (tr(S) 1 − S) ω = vee(A − Aᵀ) with
   * A = RᵀdM; hence dM = R [p]× with (tr(S) 1 − S) p = vee(RᵀG − GᵀR). No singular values need to differ.
   */
  gradient: (r, g) => {
    const s = matmul(r, r.inputs[0], { transA: true });
    return [matmul(r, hat(turnTowards(s, vee(matmul(r, g, { transA: true })))))];
  },
  form: ({ inputs: [m] }) => dominantRotation(m),
};

function dominantRotation(m: Node): Node {
  const length = sqrt(add(reduceSum(square(m), [-2, -1], true), 1e-30));
  // eigenvalues of K lie within ±√3 |M|: shifted by that, the largest is the largest in magnitude
  let power: Node = add(hornMatrix(div(m, length)), mul(identity(4), Math.sqrt(3)));
  for (let i = 0; i < SQUARINGS; i++) {
    const squared = matmul(power, power);
    power = div(squared, trace(squared));
  }
  let rotation = quaternionToMatrix(leadingVector(power));
  for (let i = 0; i < POLISHINGS; i++) {
    const s = matmul(rotation, m, { transA: true });
    const half = mul(turnTowards(mul(add(s, transpose(s)), 0.5), vee(s)), 0.5);
    const one = expand(constant(1), [...half.shape.slice(0, -1), 1]);
    rotation = matmul(rotation, quaternionToMatrix(concat([one, half], half.shape.length - 1)));
  }
  return rotation;
}

/** The rotation of the plane nearest to a 2 × 2 matrix. */
function planar(m: Node): Node {
  const [a, b, c, d] = split(reshape(m, [...m.shape.slice(0, -2), 4]), m.shape.length - 2, [1, 1, 1, 1]);
  const [cos, sin] = split(normalize(concat([add(a, d), sub(c, b)], -1), -1), m.shape.length - 2, [1, 1]);
  return reshape(concat([cos, neg(sin), sin, cos], -1), m.shape);
}

/**
 * The proper rotations nearest to matrices in the Frobenius norm, [..., n, n] for n = 2 or 3 (orthogonal Procrustes,
 * Schönemann 1966, Kabsch 1976). A zero matrix gives the identity and takes no gradient.
 */
export const orthogonalProcrustes = (matrix: Node): Node =>
  matrix.shape.at(-1) === 2 && matrix.shape.at(-2) === 2 ? planar(matrix) : apply(Procrustes, [matrix], {});

/** The result of `similarityAlignment`: target ≈ aligned = scale · R source + translation. */
export interface Similarity {
  /** [...] */
  readonly scale: Node;
  /** [..., n, n] */
  readonly rotation: Node;
  /** [..., n] */
  readonly translation: Node;
  /** [..., point, n]: the source where it fits best. */
  readonly aligned: Node;
}

/**
 * The similarity that moves points onto others with the least squared distance (Umeyama 1991), differentiable in both.
 *
 * @param source, target [..., point, n], n = 2 or 3.
 */
export function similarityAlignment(source: Node, target: Node): Similarity {
  const [from, to] = [source, target].map((points) => reduceMean(points, [-2], true));
  const [x, y] = [sub(source, from), sub(target, to)];
  const covariance = matmul(y, x, { transA: true }); // Σ y xᵀ
  const rotation = orthogonalProcrustes(covariance);
  const fit = reduceSum(mul(rotation, covariance), [-2, -1], true);
  const scale = div(fit, maximum(reduceSum(square(x), [-2, -1], true), 1e-24));
  const turned = (points: Node) => mul(matmul(points, rotation, { transB: true }), scale);
  const translation = sub(to, turned(from));
  const { shape } = source;
  return {
    scale: reshape(scale, shape.slice(0, -2)),
    rotation,
    translation: reshape(translation, [...shape.slice(0, -2), shape.at(-1) as number]),
    aligned: add(turned(source), translation),
  };
}

export const procrustes: Readonly<Record<string, Op>> = { Procrustes };

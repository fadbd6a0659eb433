import fc from "fast-check";
import { Matrix, SingularValueDecomposition } from "ml-matrix";
import { describe, expect, test } from "vitest";
import { invert3, multiply, multiply3, transpose } from "./matrix.js";
import { random, shuffle } from "./random.js";
import { leastSquares, solveCholesky } from "./solve.js";
import { nullVector, svd, symmetricEigen } from "./svd.js";

// ml-matrix, the peer, gives wrong singular values for matrices with subnormal numbers.
const real = fc.double({ min: -10, max: 10, noNaN: true }).map((x) => (Math.abs(x) < 1e-100 ? 0 : x));
const array = (length: number) => fc.array(real, { minLength: length, maxLength: length });
const largest = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a, (value, i) => Math.abs(value - b[i])).reduce((x, y) => Math.max(x, y), 0);

describe("svd", () => {
  const shape = fc.tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 5 }));
  test("multiplies back, with orthonormal V, and has ml-matrix's singular values", () =>
    fc.assert(
      fc.property(
        shape.chain(([m, n]) => fc.tuple(fc.constant([m, n]), array(m * n))),
        ([[m, n], A]) => {
          const { U, s, V } = svd(A, m, n);
          const scaled = U.map((value, i) => value * s[i % n]);
          expect(largest(multiply(scaled, transpose(V, n, n), m, n, n), A)).toBeLessThan(1e-12);
          const identity = multiply(transpose(V, n, n), V, n, n, n);
          identity.forEach((value, i) => {
            expect(value).toBeCloseTo(i % (n + 1) === 0 ? 1 : 0, 12);
          });
          const rows = Array.from({ length: m }, (_, i) => A.slice(i * n, (i + 1) * n));
          const peer = new SingularValueDecomposition(new Matrix(rows), { autoTranspose: true }).diagonal;
          expect(largest(peer, s)).toBeLessThan(1e-12);
        },
      ),
    ));

  test("the null vector of a wide matrix is orthogonal to its rows", () => {
    const A = [1, 2, 3, 4, 0, 1, -1, 2];
    const x = nullVector(A, 2, 4);
    expect(largest(multiply(A, x, 2, 4, 1), [0, 0])).toBeLessThan(1e-14);
    expect(Math.hypot(...x)).toBeCloseTo(1, 14);
  });

  test("eigenvectors of a symmetric matrix", () => {
    const { values, vectors } = symmetricEigen([2, 1, 0, 1, 2, 0, 0, 0, 5], 3);
    expect(largest(values, [5, 3, 1])).toBeLessThan(1e-14);
    expect(Math.abs(vectors[1] - vectors[4])).toBeLessThan(1e-14);
  });

  test("a matrix that isn't finite ends, with a result that isn't", () => {
    expect(svd([NaN, 1, 2, 3], 2, 2).s[0]).toBeNaN();
  });
});

describe("solve", () => {
  test("least squares leaves a residual orthogonal to the columns, as Cholesky on the normal equations does", () =>
    fc.assert(
      fc.property(array(18), array(6), (A, b) => {
        const normal = multiply(transpose(A, 6, 3), A, 3, 6, 3);
        fc.pre(svd(A, 6, 3).s[2] > 0.05);
        const x = leastSquares(A, b, 6, 3);
        const y = multiply(transpose(A, 6, 3), b, 3, 6, 1);
        expect(solveCholesky(normal, y)).toBe(true);
        expect(largest(x, y)).toBeLessThan(1e-6);
        const residual = multiply(A, x, 6, 3, 1).map((value, i) => value - b[i]);
        expect(largest(multiply(transpose(A, 6, 3), residual, 3, 6, 1), [0, 0, 0])).toBeLessThan(1e-10);
      }),
    ));

  test("Cholesky refuses an indefinite matrix and leaves b", () => {
    const b = Float64Array.of(1, 2);
    expect(solveCholesky(Float64Array.of(1, 2, 2, 1), b)).toBe(false);
    expect([...b]).toEqual([1, 2]);
  });

  test("the inverse of a 3×3 matrix", () => {
    const M = [2, 1, 0.5, -1, 3, 2, 0, 1, 4];
    expect(largest(multiply3(M, invert3(M)), [1, 0, 0, 0, 1, 0, 0, 0, 1])).toBeLessThan(1e-15);
  });
});

describe("random", () => {
  test("the same seed gives the same numbers, another seed others", () => {
    const draw = (seed: number) => Array.from({ length: 5 }, random(seed).uniform.bind(null, 0, 1));
    expect(draw(7)).toEqual(draw(7));
    const seeds = [0, 1, 2, 0.5, -1, 2 ** 32, 2 ** 40 + 1];
    expect(new Set(seeds.map((seed) => draw(seed)[0])).size).toBe(seeds.length);
  });

  test("mean, variance and tails of the normal and the uniform distribution", () => {
    const { normal, uniform, integer } = random(42);
    const n = 200_000;
    const values = Float64Array.from({ length: n }, () => normal());
    const mean = values.reduce((a, b) => a + b) / n;
    const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / n;
    expect(Math.abs(mean)).toBeLessThan(0.01);
    expect(Math.abs(variance - 1)).toBeLessThan(0.015);
    expect(Math.abs(values.filter((v) => Math.abs(v) > 1.959964).length / n - 0.05)).toBeLessThan(0.002);
    const bins = new Float64Array(10);
    for (let i = 0; i < n; i++) bins[Math.floor(uniform(0, 10))]++;
    for (const bin of bins) expect(Math.abs(bin / n - 0.1)).toBeLessThan(0.003);
    expect(Array.from({ length: 1000 }, () => integer(3)).every((i) => i === 0 || i === 1 || i === 2)).toBe(
      true,
    );
  });

  test("a shuffle holds every number once", () => {
    expect([...shuffle(50, random(3))].sort((a, b) => a - b)).toEqual(
      Array.from({ length: 50 }, (_, i) => i),
    );
  });
});

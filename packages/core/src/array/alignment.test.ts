import fc from "fast-check";
import { expect, test } from "vitest";
import { minimise } from "./levenbergMarquardt.js";
import { determinant3 } from "./matrix.js";
import { fitPlane, fitPlaneRobustly, planeDistances } from "./plane.js";
import { polynomialRoots } from "./polynomial.js";
import { procrustes, transformPoints } from "./procrustes.js";
import { random } from "./random.js";
import { rotationVectorToMatrix } from "./rotation.js";

const { normal, uniform } = random(9);
const cloud = Float64Array.from({ length: 60 }, () => normal());

test("procrustes finds a similarity, around missing points", () => {
  const similarity = {
    rotation: rotationVectorToMatrix([0.4, -2, 1]),
    scale: 1.7,
    translation: Float64Array.of(3, -1, 0.5),
  };
  const target = transformPoints(similarity, cloud);
  target[4] = NaN;
  const found = procrustes(cloud, target);
  expect(found.scale).toBeCloseTo(1.7, 12);
  found.rotation.forEach((value, i) => {
    expect(value).toBeCloseTo(similarity.rotation[i], 12);
  });
  expect(found.translation[0]).toBeCloseTo(3, 12);
  expect(procrustes(cloud, target, { scaled: false }).scale).toBe(1);
});

test("a mirrored target still gets a proper rotation", () => {
  const mirrored = cloud.map((value, i) => (i % 3 === 0 ? -value : value));
  expect(determinant3(procrustes(cloud, mirrored).rotation)).toBeCloseTo(1, 12);
});

test("a floor is found under three points in ten that stand on it wrongly", () => {
  const points = Float64Array.from({ length: 300 }, (_, i) =>
    i % 3 !== 2 ? uniform(-3, 3) : i < 210 ? normal(0.2, 0.01) : uniform(0.5, 2),
  );
  const { inlier, normal: up, offset } = fitPlaneRobustly(points, [0, 0, 1], 0.05);
  expect(inlier.reduce((sum, is) => sum + is, 0)).toBe(70);
  expect(up[2]).toBeGreaterThan(0.9999);
  expect(offset).toBeCloseTo(-0.2, 2);
  const exact = fitPlane([0, 0, 1, 1, 0, 1, 0, 1, 1, 1, 1, 1], [0, 0, -1]);
  expect([...exact.normal].map((value) => Math.round(value * 1e12) / 1e12 + 0)).toEqual([0, 0, -1]);
  expect(planeDistances(exact, [5, 5, 3])[0]).toBeCloseTo(-2, 12);
});

test("roots of a polynomial made from roots, real and complex", () =>
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: -20, max: 20 }), { minLength: 1, maxLength: 4 }), (real) => {
      // (x² + 1) Π (x − r)
      let c = [1, 0, 1];
      for (const r of real) c = [...c, 0].map((_, i) => (c[i - 1] ?? 0) - r * (c[i] ?? 0));
      const roots = polynomialRoots(c);
      for (const r of real) expect(roots.some(([x, y]) => Math.hypot(x - r, y) < 1e-6)).toBe(true);
      expect(roots.filter(([x, y]) => Math.abs(x) < 1e-6 && Math.abs(Math.abs(y) - 1) < 1e-6)).toHaveLength(
        2,
      );
    }),
  ));

test("Levenberg–Marquardt walks Rosenbrock's valley to its end", () => {
  const { x, cost } = minimise(
    ([a, b], r, J) => {
      r.set([10 * (b - a * a), 1 - a]);
      J?.set([-20 * a, 10, -1, 0]);
    },
    [-1.2, 1],
    2,
  );
  expect(cost).toBeLessThan(1e-25);
  expect(x[1]).toBeCloseTo(1, 10);
});

import fc from "fast-check";
import { Matrix, SingularValueDecomposition } from "ml-matrix";
import { describe, expect, test } from "vitest";
import { ring } from "../../../../test/rig.js";
import { MareyError } from "../error.js";
import type { Camera } from "./camera.js";
import { triangulateDroppingViews } from "./dropSearch.js";
import { project, projectionMatrices } from "./projection.js";
import { countViews, reprojectionErrors, solveDlt, triangulate, triangulator } from "./triangulation.js";

const cameras = ring(4);
const P = projectionMatrices(cameras);
const real = (min: number, max: number) => fc.double({ min, max, noNaN: true, noDefaultInfinity: true });
const place = fc.tuple(real(-1.5, 1.5), real(-1.5, 1.5), real(0, 2));

/** The V×3 observations of a point, moved by `noise` (V×2 pixels), with the weights given. */
function observe(rig: Camera[], point: number[], noise: number[], weights: number[]): Float64Array {
  return Float64Array.from(
    rig.flatMap((camera, v) => {
      const [x, y] = project(point, camera);
      return [x + noise[2 * v], y + noise[2 * v + 1], weights[v]];
    }),
  );
}

/** The textbook: all rows, full SVD by ml-matrix. */
function peer(projections: Float64Array, observations: Float64Array): number[] {
  const rows = [];
  for (let v = 0; v < observations.length / 3; v++) {
    const [x, y, w] = observations.subarray(3 * v, 3 * v + 3);
    if (!(w > 0)) continue;
    const at = (r: number, c: number) => projections[12 * v + 4 * r + c];
    rows.push([0, 1, 2, 3].map((c) => w * (at(0, c) - x * at(2, c))));
    rows.push([0, 1, 2, 3].map((c) => w * (at(1, c) - y * at(2, c))));
  }
  const V = new SingularValueDecomposition(new Matrix(rows), { autoTranspose: true }).rightSingularVectors;
  return [0, 1, 2].map((i) => V.get(i, 3) / V.get(3, 3));
}

describe("triangulate", () => {
  const noise = fc.array(real(-60, 60), { minLength: 8, maxLength: 8 });
  const weights = fc.array(real(0.2, 1), { minLength: 4, maxLength: 4 });

  test("equals the SVD of ml-matrix to 1e-12 m", () =>
    fc.assert(
      fc.property(place, noise, weights, (point, shift, weight) => {
        const seen = observe(cameras, point, shift, weight);
        const got = triangulate(triangulator(P), seen);
        peer(P, seen).forEach((want, i) => {
          expect(Math.abs(got[i] - want)).toBeLessThan(1e-12 * (1 + Math.abs(want)));
        });
      }),
      { numRuns: 500 },
    ));

  test("returns the point from exact pixels", () =>
    fc.assert(
      fc.property(place, weights, (point, weight) => {
        const got = triangulate(triangulator(P), observe(cameras, point, new Array(8).fill(0), weight));
        point.forEach((want, i) => {
          expect(got[i]).toBeCloseTo(want, 11);
        });
      }),
    ));

  test("leaves out views of weight 0, weight NaN or missing coordinates", () => {
    const seen = observe(cameras, [0.3, -0.2, 1], [3, 1, -2, 4, 5, -5, 2, 2], [1, 0.7, 0.5, 0.9]);
    const two = triangulate(triangulator(P.slice(0, 24)), seen.slice(0, 6));
    seen[8] = 0;
    seen[10] = NaN;
    expect(triangulate(triangulator(P), seen)).toEqual(two);
    seen[5] = NaN;
    expect([...triangulate(triangulator(P), seen)]).toEqual([NaN, NaN, NaN]);
  });

  test("identical cameras give no silent wrong length", () => {
    const same = triangulator(projectionMatrices([cameras[0], cameras[0]]));
    const seen = observe([cameras[0], cameras[0]], [0, 0, 1], [0, 0, 0, 0], [1, 1]);
    expect(triangulate(same, seen)).toHaveLength(3);
  });

  test("refuses incomplete input", () => {
    expect(() => triangulator(P.slice(1))).toThrow(MareyError);
    expect(() => triangulate(triangulator(P), new Float64Array(13))).toThrow(/whole points of 4 views/);
  });

  test("reprojection errors are NaN where there is no observation", () => {
    const seen = observe(cameras, [0, 0, 1], [3, 4, 0, 0, 0, 0, NaN, 0], [1, 1, 1, 1]);
    const errors = reprojectionErrors(triangulator(P), [0, 0, 1], seen);
    expect(errors[0]).toBeCloseTo(5, 9);
    expect(errors[1]).toBeCloseTo(0, 9);
    expect(errors[3]).toBeNaN();
  });
});

/** The rule of the paper file, word by word, on arrays and full SVDs: what `triangulateDroppingViews` must equal. */
function specified(rig: Camera[], observations: Float64Array, maxError = 15, threshold = 0.3, minViews = 2) {
  const n = rig.length;
  const projections = projectionMatrices(rig);
  const masked = Float64Array.from(observations);
  for (let v = 0; v < n; v++) if (!(masked[3 * v + 2] >= threshold)) masked.fill(NaN, 3 * v, 3 * v + 3);
  const subsets = (from: number, size: number): number[][] =>
    size === 0
      ? [[]]
      : Array.from({ length: n - from }, (_, i) => from + i).flatMap((first) =>
          subsets(first + 1, size - 1).map((rest) => [first, ...rest]),
        );
  let best = { error: Infinity, point: [NaN, NaN, NaN], excluded: 0 };
  for (let off = 0; best.error > maxError && n - off >= minViews; off++) {
    const tries = subsets(0, off).map((drop) => {
      const kept = Float64Array.from(masked);
      for (const v of drop) kept.fill(NaN, 3 * v, 3 * v + 3);
      return kept;
    });
    const excluded = tries.map((kept) => rig.filter((_, v) => !(kept[3 * v + 2] > 0)).length);
    if (Math.max(...excluded) > n - minViews) break;
    const results = tries.map((kept, s) => {
      const point = peer(projections, kept);
      const errors = [...reprojectionErrors(triangulator(projections), point, kept)].filter(
        (e) => !Number.isNaN(e),
      );
      return { error: errors.reduce((a, b) => a + b, 0) / errors.length, point, excluded: excluded[s] };
    });
    best = results.reduce((a, b) => (b.error < a.error ? b : a));
  }
  return best.error > maxError ? { error: NaN, point: [NaN, NaN, NaN], excluded: best.excluded } : best;
}

describe("triangulateDroppingViews", () => {
  test("follows the specification for 3 to 6 cameras with outliers and missing views", () => {
    const amount = fc.oneof({ weight: 6, arbitrary: real(-6, 6) }, { weight: 1, arbitrary: real(-150, 150) });
    const confidence = fc.oneof({ weight: 5, arbitrary: real(0.31, 1) }, fc.constantFrom(0, 0.2, NaN));
    const many = <T>(a: fc.Arbitrary<T>, length: number) =>
      fc.array(a, { minLength: length, maxLength: length });
    fc.assert(
      fc.property(
        fc.integer({ min: 3, max: 6 }),
        place,
        many(amount, 12),
        many(confidence, 6),
        (n, point, noise, weight) => {
          const rig = ring(n);
          const seen = observe(rig, point, noise, weight);
          fc.pre(weight.slice(0, n).filter((w) => w >= 0.3).length >= 2);
          const want = specified(rig, seen);
          fc.pre(!(want.error < 1e-3)); // exact agreement of several sets: which one wins is rounding
          const got = triangulateDroppingViews(triangulator(projectionMatrices(rig)), seen);
          if (Number.isNaN(want.error)) expect(got.error[0]).toBeNaN();
          else expect(got.error[0]).toBeCloseTo(want.error, 8);
          want.point.forEach((value, i) => {
            if (Number.isNaN(value)) expect(got.points[i]).toBeNaN();
            else expect(Math.abs(got.points[i] - value)).toBeLessThan(1e-11 * (1 + Math.abs(value)));
          });
          expect(got.excluded[0]).toBe(want.excluded);
          if (!Number.isNaN(want.error)) expect(countViews(got.used[0])).toBe(n - want.excluded);
        },
      ),
      { numRuns: 400 },
    );
  });

  test("drops the one camera that is wrong", () => {
    const seen = observe(ring(5), [0.2, 0.1, 1.2], [1, 0, 0, 1, 200, 90, 1, 1, 0, 0], [1, 1, 1, 1, 1]);
    const got = triangulateDroppingViews(triangulator(projectionMatrices(ring(5))), seen);
    expect(got.used[0]).toBe(0b11011);
    expect(got.excluded[0]).toBe(1);
    expect(Math.hypot(got.points[0] - 0.2, got.points[1] - 0.1, got.points[2] - 1.2)).toBeLessThan(0.01);
  });

  test("a point seen by one view is missing", () => {
    const seen = observe(cameras, [0, 0, 1], new Array(8).fill(0), [1, 0.1, 0.2, 0]);
    const got = triangulateDroppingViews(triangulator(P), seen);
    expect([got.points[0], got.error[0], got.used[0], got.excluded[0]]).toEqual([NaN, NaN, 0, 3]);
  });

  test("32 views work, the last bit too", () => {
    const rig = ring(32);
    const solver = triangulator(projectionMatrices(rig));
    const weights = new Array(32).fill(0);
    weights[31] = weights[0] = weights[7] = 1;
    const seen = observe(rig, [0, 0, 1], new Array(64).fill(0), weights);
    const got = triangulateDroppingViews(solver, seen);
    expect(got.used[0]).toBe(2 ** 31 + 1 + 128);
    solveDlt(solver, seen, 0, 0);
    expect(solver.point[0]).toBeNaN();
  });
});

import { expect, test } from "vitest";
import { ring, sightings } from "../../../../test/rig.js";
import { random } from "../array/random.js";
import { triangulateDroppingViews } from "./dropSearch.js";
import { projectionMatrices } from "./projection.js";
import { type Loss, pointCovariance, refinePoint, refinePoints } from "./refine.js";
import { triangulateRobustly } from "./robust.js";
import { triangulate, triangulator, usableViews } from "./triangulation.js";

const meanError = (points: Float64Array, truth: Float64Array) => {
  let [sum, count] = [0, 0];
  for (let i = 0; i < truth.length; i += 3) {
    const error = Math.hypot(
      points[i] - truth[i],
      points[i + 1] - truth[i + 1],
      points[i + 2] - truth[i + 2],
    );
    if (Number.isNaN(error)) continue;
    sum += error;
    count++;
  }
  return { mean: sum / count, missing: truth.length / 3 - count };
};

test("claim: the camera-drop search lowers the error of plain DLT to a third (five cameras, 10 % outliers)", () => {
  const cameras = ring(5);
  const solver = triangulator(projectionMatrices(cameras));
  const { truth, observations } = sightings(
    cameras,
    4000,
    { noise: 3, outliers: 0.1, missing: 0 },
    random(1),
  );
  const plain = meanError(triangulate(solver, observations), truth);
  const dropped = meanError(triangulateDroppingViews(solver, observations).points, truth);
  expect(dropped.mean).toBeLessThan(plain.mean / 3);
  expect(dropped.missing).toBeLessThan(4000 * 0.01);
});

test("the robust default beats the camera-drop search on outliers and misses, and knows how sure it is", () => {
  const cameras = ring(4);
  const solver = triangulator(projectionMatrices(cameras));
  const { truth, observations } = sightings(
    cameras,
    4000,
    { noise: 3, outliers: 0.1, missing: 0.15 },
    random(2),
  );
  const dropped = meanError(triangulateDroppingViews(solver, observations).points, truth);
  const robust = triangulateRobustly(solver, observations, { pixelSigma: 3 });
  const found = meanError(robust.points, truth);
  expect(found.mean).toBeLessThan(0.85 * dropped.mean);
  expect(found.missing).toBeLessThanOrEqual(dropped.missing + 40);
  // The standard deviation explains the errors: their normalised squares have a mean near 1 over the inner 95 %.
  const ratios = Array.from(robust.sigma, (sigma, n) => {
    const d = [0, 1, 2].map((c) => robust.points[3 * n + c] - truth[3 * n + c]);
    return (d[0] ** 2 + d[1] ** 2 + d[2] ** 2) / (3 * sigma * sigma);
  })
    .filter((value) => !Number.isNaN(value))
    .sort((a, b) => a - b);
  const inner = ratios.slice(0, Math.floor(0.95 * ratios.length));
  const mean = inner.reduce((a, b) => a + b) / inner.length;
  expect(mean).toBeGreaterThan(0.4);
  expect(mean).toBeLessThan(1.5);
});

test("no start among parallel rays: two views of one camera and nothing else give no confident point", () => {
  const [camera] = ring(3);
  const cameras = [camera, camera, { ...camera, translation: Float64Array.of(0, 1, 4.6) }];
  const solver = triangulator(projectionMatrices(cameras));
  const { observations } = sightings(cameras, 20, { noise: 2, outliers: 0, missing: 0 }, random(3));
  const { sigma, points } = triangulateRobustly(solver, observations);
  for (let n = 0; n < 20; n++) expect(Number.isNaN(points[3 * n]) || sigma[n] > 0.05).toBe(true);
});

test("a refined point has no gradient left, for every loss", () => {
  const cameras = ring(4);
  const solver = triangulator(projectionMatrices(cameras));
  const { truth, observations } = sightings(
    cameras,
    50,
    { noise: 5, outliers: 0.1, missing: 0.1 },
    random(4),
  );
  for (const loss of ["linear", "huber", "soft_l1", "cauchy"] satisfies Loss[]) {
    const { points, cost } = refinePoints(solver, observations, truth, { loss, scale: 4, maxSteps: 300 });
    for (let n = 0; n < 50; n++) {
      const mask = usableViews(observations, 12 * n, 4, 0);
      if (!(cost[n] < 1e6) || mask === 0) continue;
      const costNear = (axis: number, by: number) => {
        for (let c = 0; c < 3; c++) solver.point[c] = points[3 * n + c] + (c === axis ? by : 0);
        return refinePoint(solver, observations, 12 * n, mask, { loss, scale: 4, maxSteps: 0 });
      };
      for (let axis = 0; axis < 3; axis++)
        for (const by of [1e-4, -1e-4])
          expect(costNear(axis, by)).toBeGreaterThanOrEqual(cost[n] * (1 - 1e-10));
    }
  }
});

test("the covariance is that of many noisy triangulations", () => {
  const cameras = ring(3);
  const solver = triangulator(projectionMatrices(cameras));
  const { truth, observations } = sightings(cameras, 1, { noise: 0, outliers: 0, missing: 0 }, random(5));
  for (let v = 0; v < 3; v++) observations[3 * v + 2] = 1;
  solver.point.set(truth);
  const predicted = new Float64Array(9);
  pointCovariance(solver, observations, 0, 7, 2, predicted);
  const { normal } = random(6);
  const measured = new Float64Array(9);
  const runs = 20_000;
  for (let run = 0; run < runs; run++) {
    const noisy = observations.map((value, i) => (i % 3 === 2 ? 1 : normal(value, 2)));
    solver.point.set(truth);
    refinePoint(solver, noisy, 0, 7, { loss: "linear" });
    for (let i = 0; i < 9; i++)
      measured[i] +=
        ((solver.point[Math.floor(i / 3)] - truth[Math.floor(i / 3)]) *
          (solver.point[i % 3] - truth[i % 3])) /
        runs;
  }
  for (const i of [0, 4, 8]) expect(Math.abs(measured[i] / predicted[i] - 1)).toBeLessThan(0.05);
});

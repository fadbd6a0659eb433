import fc from "fast-check";
import { expect, test } from "vitest";
import { ring } from "../../../../test/rig.js";
import { multiply3, transform3 } from "../array/matrix.js";
import { random } from "../array/random.js";
import { rotationVectorToMatrix } from "../array/rotation.js";
import type { Camera } from "./camera.js";
import {
  decomposeEssential,
  decomposeProjectionMatrix,
  essentialFromPoints,
  essentialOfCameras,
  fundamentalEightPoint,
  fundamentalOfCameras,
  recoverPose,
} from "./epipolar.js";
import { applyHomography, estimateHomography } from "./homography.js";
import { fundamentalOfProjections, triangulateOptimal } from "./optimalTriangulation.js";
import { normalise, project, projectionMatrix } from "./projection.js";

const cameras = ring(5);
const [a, b] = [cameras[0], cameras[1]];
const { uniform, normal } = random(1);
const points = Float64Array.from({ length: 90 }, (_, i) => (i % 3 === 2 ? uniform(0, 2) : uniform(-1, 1)));
const [pa, pb] = [project(points, a), project(points, b)];
const upToScale = (M: ArrayLike<number>, want: ArrayLike<number>, digits: number) => {
  const largest = Array.from(want).reduce(
    (best, value, i) => (Math.abs(value) > Math.abs(want[best]) ? i : best),
    0,
  );
  const scale = want[largest] / M[largest];
  Array.from(M).forEach((value, i) => {
    expect(value * scale).toBeCloseTo(want[i], digits);
  });
};
/** Distance in pixels of points of b from the epipolar lines of a. */
const epipolarDistance = (F: ArrayLike<number>, p: ArrayLike<number>, q: ArrayLike<number>, n: number) => {
  const line = transform3(F, [p[2 * n], p[2 * n + 1], 1]);
  return Math.abs(line[0] * q[2 * n] + line[1] * q[2 * n + 1] + line[2]) / Math.hypot(line[0], line[1]);
};

test("the fundamental matrix of points, of cameras and of projection matrices is one", () => {
  const F = fundamentalOfCameras(a, b);
  for (let n = 0; n < 30; n++) expect(epipolarDistance(F, pa, pb, n)).toBeLessThan(1e-8);
  upToScale(fundamentalEightPoint(pa, pb), F, 6);
  upToScale(fundamentalOfProjections(projectionMatrix(a), projectionMatrix(b)), F, 12);
});

test("the essential matrix gives the relative pose back", () => {
  const [na, nb] = [normalise(pa, a), normalise(pb, b)];
  const E = essentialFromPoints(na, nb);
  upToScale(E, essentialOfCameras(a, b), 8);
  const { rotation, translation, inFront } = recoverPose(E, na, nb);
  const R = multiply3(
    b.rotation,
    [0, 1, 2].flatMap((r) => [a.rotation[r], a.rotation[3 + r], a.rotation[6 + r]]),
  );
  rotation.forEach((value, i) => {
    expect(value).toBeCloseTo(R[i], 9);
  });
  const moved = transform3(R, a.translation);
  const t = b.translation.map((value, i) => value - moved[i]);
  translation.forEach((value, i) => {
    expect(value).toBeCloseTo(t[i] / Math.hypot(...t), 9);
  });
  expect(inFront.every((is) => is === 1)).toBe(true);
  expect(decomposeEssential(E).rotations).toHaveLength(2);
});

test("optimal triangulation: on the epipolar lines, and no pair of lines nearby is cheaper", () => {
  const F = fundamentalOfCameras(a, b);
  const noisy = (p: Float64Array) => p.map((value) => normal(value, 4));
  const [qa, qb] = [noisy(pa), noisy(pb)];
  const best = triangulateOptimal(F, [...projectionMatrix(a), ...projectionMatrix(b)], qa, qb);
  for (let n = 0; n < 30; n++) {
    expect(epipolarDistance(F, best.a, best.b, n)).toBeLessThan(1e-9);
    // Any point of the world is a candidate: its squared reprojection errors can't be smaller.
    const at = best.points.subarray(3 * n, 3 * n + 3);
    const cost = (point: ArrayLike<number>) =>
      [a, b].reduce((sum, camera, v) => {
        const [x, y] = project(point, camera);
        const q = v === 0 ? qa : qb;
        return sum + (x - q[2 * n]) ** 2 + (y - q[2 * n + 1]) ** 2;
      }, 0);
    expect(cost(at)).toBeCloseTo(best.cost[n], 6);
    for (let i = 0; i < 30; i++)
      expect(cost(at.map((value) => value + normal(0, 10 ** -(1 + (i % 5)))))).toBeGreaterThan(
        best.cost[n] - 1e-9,
      );
  }
});

test("a projection matrix of any scale and sign comes apart into its camera", () =>
  fc.assert(
    fc.property(
      fc.tuple(fc.double({ min: -3, max: 3, noNaN: true }), fc.double({ min: -3, max: 3, noNaN: true })),
      fc.constantFrom(1, -1, 0.01, -250),
      ([x, y], scale) => {
        const camera: Camera = { ...a, rotation: rotationVectorToMatrix([x, y, 0.3]) };
        const { K, rotation, translation, centre } = decomposeProjectionMatrix(
          projectionMatrix(camera).map((value) => scale * value),
        );
        const want = [camera.fx, 0, camera.cx, 0, camera.fy, camera.cy, 0, 0, 1];
        K.forEach((value, i) => {
          expect(value).toBeCloseTo(want[i], 7);
        });
        rotation.forEach((value, i) => {
          expect(value).toBeCloseTo(camera.rotation[i], 9);
        });
        translation.forEach((value, i) => {
          expect(value).toBeCloseTo(camera.translation[i], 9);
        });
        expect(
          project(
            centre.map((value, i) => value + 1e-3 * camera.rotation[6 + i]),
            camera,
          )[0],
        ).toBeCloseTo(960, 5);
      },
    ),
  ));

test("a homography of noisy points has the least squared distances", () => {
  const H = [1.1, 0.02, 30, -0.05, 0.95, -12, 1e-5, -2e-5, 1];
  const from = Float64Array.from({ length: 40 }, () => uniform(0, 1000));
  const exact = applyHomography(H, from);
  upToScale(estimateHomography(from, exact), H, 8);
  upToScale(estimateHomography(from.subarray(0, 8), exact.subarray(0, 8)), H, 6);
  const noisy = exact.map((value) => normal(value, 2));
  const found = estimateHomography(from, noisy);
  const cost = (M: ArrayLike<number>) =>
    applyHomography(M, from).reduce((sum, value, i) => sum + (value - noisy[i]) ** 2, 0);
  expect(cost(found)).toBeLessThan(cost(H));
  for (let i = 0; i < 8; i++)
    for (const by of [1 + 1e-6, 1 - 1e-6])
      expect(cost(found.map((value, j) => (i === j ? value * by : value)))).toBeGreaterThanOrEqual(
        cost(found) - 1e-9,
      );
});

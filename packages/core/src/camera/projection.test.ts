import fc from "fast-check";
import { expect, test } from "vitest";
import { rotationVectorToMatrix } from "../array/rotation.js";
import type { Camera } from "./camera.js";
import { distortionCoefficients, distortPoint } from "./distortion.js";
import { distortFisheye, undistortFisheye } from "./fisheye.js";
import { cameraCentre, normalise, project, projectionMatrix, undistort, viewingRays } from "./projection.js";
import { projectionJacobian } from "./projectionJacobian.js";

const real = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const lens = fc.tuple(
  real(-0.3, 0.2),
  real(-0.05, 0.1),
  real(-3e-3, 3e-3),
  real(-3e-3, 3e-3),
  real(-0.02, 0.02),
);
const pose = fc.tuple(real(-1, 1), real(-1, 1), real(-1, 1));

const cameraOf = (distortion: number[], rotation = [0.3, -0.5, 0.2]): Camera => ({
  name: "test",
  width: 1920,
  height: 1080,
  fx: 1400,
  fy: 1390,
  cx: 955,
  cy: 543,
  distortion,
  rotation: rotationVectorToMatrix(rotation),
  translation: Float64Array.of(0.2, -0.1, 4),
});

test("undistorting and distorting again leaves less than 1e-9 px", () =>
  fc.assert(
    fc.property(lens, real(0, 1920), real(0, 1080), (distortion, x, y) => {
      const camera = cameraOf(distortion);
      const plane = normalise([x, y], camera);
      fc.pre(!Number.isNaN(plane[0])); // beyond the fold of a strong lens
      const out = new Float64Array(6);
      distortPoint(plane[0], plane[1], distortionCoefficients(distortion), out);
      expect(Math.hypot(1400 * out[0] + 955 - x, 1390 * out[1] + 543 - y)).toBeLessThan(1e-9);
      const ideal = undistort([x, y], camera);
      expect(ideal[0]).toBeCloseTo(1400 * plane[0] + 955, 9);
    }),
    { numRuns: 2000 },
  ));

test("a lens folds: what lies beyond is NaN, what lies before is found", () => {
  // x' = x (1 − 0.3 x²) is largest, 0.7027, at x = 1.054.
  const camera = cameraOf([-0.3]);
  const at = (r: number) => normalise([955 + 1400 * r, 543], camera)[0];
  expect(at(0.7)).toBeCloseTo(1, 9);
  expect(at(0.71)).toBeNaN();
  expect(at(Number.NaN)).toBeNaN();
});

test("a point projects onto its viewing ray", () =>
  fc.assert(
    fc.property(lens, pose, pose, (distortion, rotation, point) => {
      const camera = cameraOf(distortion, rotation);
      const pixel = project(point, camera);
      const [ray, centre] = [viewingRays(pixel, camera), cameraCentre(camera)];
      const to = point.map((value, i) => value - centre[i]);
      const length = Math.hypot(...to);
      fc.pre(Math.abs(pixel[0] - 955) < 900 && !Number.isNaN(ray[0]));
      to.forEach((value, i) => {
        expect(ray[i]).toBeCloseTo(value / length, 9);
      });
    }),
  ));

test("the projection matrix equals project without distortion", () => {
  const camera = cameraOf([]);
  const P = projectionMatrix(camera);
  const [x, y] = project([0.4, -0.3, 0.9], camera);
  const row = (r: number) => P[4 * r] * 0.4 - P[4 * r + 1] * 0.3 + P[4 * r + 2] * 0.9 + P[4 * r + 3];
  expect(row(0) / row(2)).toBeCloseTo(x, 9);
  expect(row(1) / row(2)).toBeCloseTo(y, 9);
});

test("convention: x right, y down, z forward; behind the camera is missing", () => {
  const camera = { ...cameraOf([], [0, 0, 0]), translation: new Float64Array(3) };
  const [x, y] = project([0.1, 0.2, 1], camera);
  expect([x > 955, y > 543]).toEqual([true, true]);
  expect([...project([0, 0, -1, 0, 0, 0], camera)]).toEqual([NaN, NaN, NaN, NaN]);
  expect(project([0.1, 0, -1], camera, { behind: "formula" })[0]).toBeLessThan(955);
});

test("every derivative of the projection equals differences", () =>
  fc.assert(
    fc.property(lens, pose, pose, (coefficients, rotation, point) => {
      const k = [...coefficients, 0.05, -0.02, 0.01];
      const at = (change: { k?: number[]; r?: number[]; t?: number[]; p?: number[] }) => {
        const camera = {
          ...cameraOf(change.k ?? k),
          translation: Float64Array.from(change.t ?? [0.2, -0.1, 4]),
        };
        return projectionJacobian(change.p ?? point, camera, change.r ?? rotation);
      };
      const exact = at({});
      const h = 1e-6;
      const check = (got: Float64Array, base: number[], make: (v: number[]) => Parameters<typeof at>[0]) =>
        base.forEach((_, j) => {
          const moved = (by: number) => at(make(base.map((value, i) => value + (i === j ? by : 0)))).pixels;
          const [a, b] = [moved(h), moved(-h)];
          for (let row = 0; row < 2; row++) {
            const want = (a[row] - b[row]) / (2 * h);
            expect(Math.abs(got[row * base.length + j] - want)).toBeLessThan(1e-4 * (1 + Math.abs(want)));
          }
        });
      check(exact.rotation, rotation, (r) => ({ r }));
      check(exact.translation, [0.2, -0.1, 4], (t) => ({ t }));
      check(exact.point, point, (p) => ({ p }));
      check(exact.distortion, k, (changed) => ({ k: changed }));
    }),
    { numRuns: 50 },
  ));

test("fisheye: there and back, the centre too", () => {
  const k = [0.05, -0.01, 0.004, -0.001];
  fc.assert(
    fc.property(real(-3, 3), real(-3, 3), (x, y) => {
      const out = new Float64Array(2);
      distortFisheye(x, y, k, out);
      undistortFisheye(out[0], out[1], k, out);
      expect(out[0]).toBeCloseTo(x, 9);
      expect(out[1]).toBeCloseTo(y, 9);
    }),
  );
  const out = new Float64Array(2);
  undistortFisheye(3, 0, k, out);
  expect(out[0]).toBeNaN();
});

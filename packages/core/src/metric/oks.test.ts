import fc from "fast-check";
import { expect, test } from "vitest";
import { boxIou } from "./box.js";
import { poseArea, poseOks } from "./oks.js";

const sigmas = [0.05, 0.1, 0.2];
const pose = fc.array(fc.double({ min: -500, max: 500, noNaN: true }), { minLength: 9, maxLength: 9 });

test("OKS is symmetric, 1 with itself and unchanged by scaling pixels and area together", () =>
  fc.assert(
    fc.property(pose, pose, fc.double({ min: 10, max: 1e5, noNaN: true }), (a, b, area) => {
      expect(poseOks(a, b, area, area, sigmas)).toBeCloseTo(poseOks(b, a, area, area, sigmas), 12);
      expect(poseOks(a, a, area, area, sigmas)).toBe(1);
      const double = (p: number[]) => p.map((v, i) => (i % 3 === 2 ? v : 2 * v));
      expect(poseOks(double(a), double(b), 4 * area, 4 * area, sigmas)).toBeCloseTo(
        poseOks(a, b, area, area, sigmas),
        9,
      );
    }),
  ));

test("OKS leaves out joints that one pose lacks; without any joint it is 0", () => {
  const a = [0, 0, 1, NaN, NaN, 0, 10, 10, 1];
  const b = [0, 0, 1, 5, 5, 1, 10, 10, 1];
  expect(poseOks(a, b, 100, 100, sigmas)).toBe(1);
  expect(poseOks(a, b, 100, 100, sigmas, 1)).toBe(0);
});

test("the area of a pose is that of its box or of its joints", () => {
  expect(poseArea([0, 0, 1, 10, 20, 1, 99, 99, 0])).toBeCloseTo(0.53 * 200, 12);
  expect(poseArea([0, 0, 1], [0, 0, 10, 10])).toBeCloseTo(53, 12);
  expect(poseArea([NaN, NaN, 0])).toBe(0);
});

test("intersection over union, with widths in either convention", () => {
  expect(boxIou([0, 0, 10, 10], [5, 0, 15, 10])).toBeCloseTo(1 / 3, 12);
  expect(boxIou([0, 0, 9, 9], [5, 0, 14, 9], true)).toBeCloseTo(1 / 3, 12);
  expect(boxIou([0, 0, 1, 1], [2, 2, 3, 3])).toBe(0);
  expect(boxIou([0, 0, 0, 0], [0, 0, 0, 0])).toBe(0);
});

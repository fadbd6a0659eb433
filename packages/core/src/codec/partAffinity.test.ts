import fc from "fast-check";
import { expect, test } from "vitest";
import { LINE_INTEGRAL_DEFAULTS, lineIntegral } from "./lineIntegral.js";
import { PART_AFFINITY_DEFAULTS, partAffinityEncoder } from "./partAffinity.js";

const grid = {
  ...PART_AFFINITY_DEFAULTS,
  joints: 2,
  limbs: [[0, 1]] as const,
  columns: 40,
  rows: 30,
  stride: 8,
};
const cells = grid.columns * grid.rows;
const integral = { ...LINE_INTEGRAL_DEFAULTS, columns: 40, rows: 30 };

test("the integral over a limb's own field is 1, and against its direction it is 0", () => {
  const fields = new Float32Array(2 * cells);
  const encode = partAffinityEncoder(grid);
  const x = fc.double({ min: 2, max: 37, noNaN: true });
  const y = fc.double({ min: 2, max: 27, noNaN: true });
  fc.assert(
    fc.property(x, y, x, y, (ax, ay, bx, by) => {
      fc.pre(Math.hypot(bx - ax, by - ay) > 2);
      encode(Float32Array.of(ax * 8, ay * 8, 1, bx * 8, by * 8, 1), fields);
      expect(lineIntegral(fields, 0, ax, ay, bx, by, integral)).toBeCloseTo(1, 4);
      expect(lineIntegral(fields, 0, bx, by, ax, ay, integral)).toBe(0);
    }),
  );
});

test("where limbs cross, their mean or the last of them", () => {
  const people = Float32Array.of(80, 80, 1, 160, 80, 1, 120, 40, 1, 120, 120, 1);
  const fields = new Float32Array(2 * cells);
  const at = 10 * 40 + 15;
  partAffinityEncoder(grid)(people, fields);
  expect([fields[at], fields[cells + at]]).toEqual([0.5, 0.5]);
  partAffinityEncoder({ ...grid, combine: "overwrite" })(people, fields);
  expect([fields[at], fields[cells + at]]).toEqual([0, 1]);
});

test("limbs that aren't seen whole or have no length leave nothing", () => {
  const fields = new Float32Array(2 * cells).fill(7);
  partAffinityEncoder(grid)(Float32Array.of(80, 80, 1, 160, 80, 0, 90, 90, 1, 90, 90, 1), fields);
  expect(fields.every((value) => value === 0)).toBe(true);
  expect(() => partAffinityEncoder(grid)(new Float32Array(6), new Float32Array(1))).toThrow(/grid needs/);
});

test("ends that touch score just above the threshold of peaks", () => {
  const fields = new Float32Array(2 * cells);
  expect(lineIntegral(fields, 0, 10, 10, 10.1, 10, integral)).toBeGreaterThan(0.05);
  expect(lineIntegral(fields, 0, 10, 10, 11, 10, integral)).toBe(0);
  expect(lineIntegral(fields, 0, 10, 10, 10, 10, integral)).toBe(0);
});

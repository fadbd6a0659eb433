import { expect, test } from "vitest";
import { segmentScorer } from "./fieldSupport.js";

const grid = { columns: 30, rows: 20, minSample: 0.05, minShare: 0.7, fieldShift: 0 };
const cells = grid.columns * grid.rows;

/** A field of one along x in some columns, in all rows. */
function fieldAcross(from: number, to: number): Float32Array {
  return Float32Array.from({ length: 2 * cells }, (_, i) =>
    i < cells && i % grid.columns >= from && i % grid.columns < to ? 1 : 0,
  );
}

test("a segment scores the field's part along it, and nothing against it or across", () => {
  const score = segmentScorer(grid);
  const field = fieldAcross(0, 30);
  expect(score(field, 0, 4, 10, 20, 10)).toBeCloseTo(1, 6);
  expect(score(field, 0, 4, 4, 16, 16)).toBeCloseTo(Math.SQRT1_2, 6);
  expect(score(field, 0, 20, 10, 4, 10)).toBe(-1);
  expect(score(field, 0, 10, 4, 10, 16)).toBe(-1);
  expect(score(field, 0, 10, 10, 10, 10)).toBe(-1);
});

test("the share of samples that must count decides where the field ends early", () => {
  const field = fieldAcross(0, 18);
  expect(segmentScorer(grid)(field, 0, 2, 10, 22, 10)).toBeCloseTo(16 / 21, 1);
  expect(segmentScorer({ ...grid, minShare: 0.9 })(field, 0, 2, 10, 22, 10)).toBe(-1);
});

test("ends beyond the border read the border", () => {
  expect(segmentScorer(grid)(fieldAcross(0, 30), 0, -0.5, -0.5, 29.5, -0.5)).toBeCloseTo(1, 6);
});

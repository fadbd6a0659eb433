import { expect, test } from "vitest";
import { emptyPeaks, findPeaks } from "./peaks.js";

function mapOf(...cells: [x: number, y: number, value: number][]) {
  const map = new Float32Array(20 * 20);
  for (const [x, y, value] of cells) map[y * 20 + x] = value;
  return map;
}

function find(map: Float32Array, capacity = 96) {
  const peaks = emptyPeaks(capacity);
  findPeaks(map, 20, 20, 0.1, peaks);
  return Array.from({ length: peaks.count }, (_, i) => [...peaks.data.subarray(i * 3, i * 3 + 2)]);
}

test("equal neighbours are no peak inside, but are in the second row", () => {
  expect(find(mapOf([8, 8, 0.5], [9, 8, 0.5]))).toEqual([]);
  expect(find(mapOf([8, 1, 0.5], [9, 1, 0.5]))).toEqual([
    [8.5, 1],
    [8.5, 1],
  ]);
});

test("the border and what is not above the threshold have none", () => {
  expect(find(mapOf([0, 5, 1], [19, 5, 1], [5, 0, 1], [5, 19, 1], [10, 10, 0.05]))).toEqual([]);
});

test("the position is the centre of mass of what is positive; a full list stays as it is", () => {
  expect(find(mapOf([8, 8, 0.75], [9, 8, 0.25], [7, 8, -3]))).toEqual([[8.25, 8]]);
  expect(find(mapOf([8, 8, 1], [15, 15, 1]), 1)).toEqual([[8, 8]]);
});

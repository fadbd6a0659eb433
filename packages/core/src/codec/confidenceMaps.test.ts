import fc from "fast-check";
import { expect, test } from "vitest";
import { CONFIDENCE_MAP_DEFAULTS, encodeConfidenceMaps } from "./confidenceMaps.js";
import { mapEnlarger } from "./mapEnlarger.js";
import { emptyPeaks, findPeaks } from "./peaks.js";

const grid = { ...CONFIDENCE_MAP_DEFAULTS, joints: 1, columns: 40, rows: 30, stride: 8 };
const cells = grid.columns * grid.rows;

test("a joint comes back from its map within 1.5 pixels, enlarged to the picture", () => {
  const maps = new Float32Array(2 * cells);
  const enlarge = mapEnlarger(40, 30, 320, 240);
  const large = new Float32Array(320 * 240);
  const peaks = emptyPeaks();
  // Midway between two pixels both are equal, and by OpenPose's rule neither is a peak.
  const inside = (side: number) => fc.integer({ min: 40, max: side - 40 }).map((pixel) => pixel + 0.2);
  fc.assert(
    fc.property(inside(320), inside(240), (x, y) => {
      encodeConfidenceMaps(Float32Array.of(x, y, 1), grid, maps);
      enlarge(maps.subarray(0, cells), large);
      findPeaks(large, 320, 240, 0.1, peaks);
      expect(peaks.count).toBe(1);
      expect(Math.hypot(peaks.data[0] - x, peaks.data[1] - y)).toBeLessThan(1.5);
    }),
    { numRuns: 30 },
  );
});

test("people that meet: the larger value or the sum up to 1, and the background is the rest", () => {
  const people = Float32Array.of(99.5, 99.5, 1, 107.5, 99.5, 1);
  const at = 12 * 40 + 12;
  const maps = new Float32Array(2 * cells);
  encodeConfidenceMaps(people, grid, maps);
  const beside = Math.exp(-64 / 98);
  expect(maps[at]).toBeCloseTo(1, 6);
  expect(maps[at - 1]).toBeCloseTo(beside, 6);
  expect(maps[cells + at - 1]).toBeCloseTo(1 - beside, 6);
  encodeConfidenceMaps(people, { ...grid, combine: "add" }, maps);
  expect(maps[at]).toBe(1);
  expect(maps[at - 1]).toBeCloseTo(beside + Math.exp(-256 / 98), 6);
});

test("an unseen joint leaves nothing, and maps of another length are refused", () => {
  const maps = new Float32Array(2 * cells).fill(7);
  encodeConfidenceMaps(Float32Array.of(100, 100, 0), grid, maps);
  expect(maps.subarray(0, cells).every((value) => value === 0)).toBe(true);
  expect(maps.subarray(cells).every((value) => value === 1)).toBe(true);
  expect(() => encodeConfidenceMaps(new Float32Array(3), grid, new Float32Array(cells))).toThrow(
    /grid needs/,
  );
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { regression } from "./regression.js";
import { type SimccOptions, simcc } from "./simcc.js";
import { softArgmax } from "./softArgmax.js";

const labels: Record<string, SimccOptions["label"]> = {
  gaussian: { sigma: [4.9, 5.66] },
  density: { sigma: [4.9, 5.66], normalise: true },
  "one bin": { smooth: 0.1 },
};
const keypoint = fc.tuple(
  fc.double({ min: 0, max: 191, noNaN: true }),
  fc.double({ min: 0, max: 255, noNaN: true }),
);

test.each(Object.entries(labels))("%s: decode undoes encode to half a bin", (_, label) => {
  const codec = simcc({ input: [192, 256], split: 2, label });
  fc.assert(
    fc.property(keypoint, ([x, y]) => {
      const rows = codec.encode([x, y, 1]);
      const found = codec.decode(rows.x, rows.y);
      expect(Math.abs(found[0] - x)).toBeLessThanOrEqual(0.2501);
      expect(Math.abs(found[1] - y)).toBeLessThanOrEqual(0.2501);
      expect(found[2]).toBeCloseTo(Math.min(Math.max(...rows.x), Math.max(...rows.y)));
    }),
    { numRuns: 30 },
  );
});

test("the Newton step finds a Gaussian between two bins", () => {
  const codec = simcc({ input: [64, 64], split: 2, label: { sigma: [6, 6] }, dark: true });
  const row = Float32Array.from({ length: 128 }, (_, i) => Math.exp(-((i - 60.3) ** 2) / 72));
  const found = codec.decode(row, row);
  expect(found[0]).toBeCloseTo(30.15, 2);
});

test("hidden and far joints have empty rows", () => {
  const codec = simcc({ input: [192, 256], split: 2, label: { sigma: [6, 6] } });
  const rows = codec.encode([50, 50, 0, 900, 50, 1]);
  expect([...rows.weights]).toEqual([0, 0]);
  expect(Math.max(...rows.x, ...rows.y)).toBe(0);
  expect([...codec.decode(rows.x, rows.y)]).toEqual([-0.5, -0.5, 0, -0.5, -0.5, 0]);
});

test("regression: decode undoes encode, certain answers score near 1", () => {
  const codec = regression(192, 256);
  const [x, y] = codec.encode([48, 128]);
  expect([x, y]).toEqual([0.25, 0.5]);
  const found = codec.decode([x, y, -10, -10]);
  expect([found[0], found[1]]).toEqual([48, 128]);
  expect(found[2]).toBeGreaterThan(0.999);
});

test("soft-argmax of one dominant cell is that cell, of equal cells the middle", () => {
  const logits = new Float32Array(2 * 3 * 4 * 5);
  logits[(1 * 4 + 2) * 5 + 3] = 100; // z 1, y 2, x 3 of the first volume
  const found = softArgmax(logits, [5, 4, 3]);
  for (const [i, v] of [3, 2, 1, 1].entries()) expect(found[i]).toBeCloseTo(v);
  for (const [i, v] of [2, 1.5, 1, 1 / 60].entries()) expect(found[4 + i]).toBeCloseTo(v);
});

import { expect, test } from "vitest";
import { decodeDisplacementMaps, decodeOffsetMaps } from "./offsetMaps.js";

const grid = { joints: 3, columns: 24, rows: 18, stride: 16 };
const cells = grid.columns * grid.rows;
/** A chain: the middle joint is the child of the first and the parent of the last. */
const edges = [
  [0, 1],
  [1, 2],
] as const;
/** Joints of two people, x, y in pixels. */
const people = [
  [50, 40, 85, 90, 60, 150],
  [250, 60, 240, 130, 290, 180],
] as const;

/** Maps as a perfect network would give them: every cell points to the joint of the person nearest to it. */
function render(count: number) {
  const maps = new Float32Array(3 * cells).fill(-10);
  const offsets = new Float32Array(6 * cells);
  const [forward, backward] = [new Float32Array(4 * cells), new Float32Array(4 * cells)];
  for (let cell = 0; cell < cells; cell++) {
    const [x, y] = [(cell % grid.columns) * 16, Math.floor(cell / grid.columns) * 16];
    const nearest = (k: number) =>
      people
        .slice(0, count)
        .reduce((best, one) =>
          Math.hypot(one[2 * k] - x, one[2 * k + 1] - y) < Math.hypot(best[2 * k] - x, best[2 * k + 1] - y)
            ? one
            : best,
        );
    for (let k = 0; k < 3; k++) {
      const one = nearest(k);
      const distance = Math.hypot(one[2 * k] - x, one[2 * k + 1] - y);
      if (distance < 30) maps[k * cells + cell] = 4 - distance / 10;
      offsets[k * cells + cell] = one[2 * k + 1] - y;
      offsets[(3 + k) * cells + cell] = one[2 * k] - x;
    }
    for (const [e, [a, b]] of edges.entries()) {
      const [from, to] = [nearest(a), nearest(b)];
      forward[e * cells + cell] = from[2 * b + 1] - from[2 * a + 1];
      forward[(2 + e) * cells + cell] = from[2 * b] - from[2 * a];
      backward[e * cells + cell] = to[2 * a + 1] - to[2 * b + 1];
      backward[(2 + e) * cells + cell] = to[2 * a] - to[2 * b];
    }
  }
  return { maps, offsets, forward, backward };
}

const options = { ...grid, logits: true };
const several = { ...options, edges, minPeak: 0.5, radius: 20, minScore: 0.2 };

test("offset maps: one person to the pixel", () => {
  const { joints, score } = decodeOffsetMaps(render(1), options);
  for (let k = 0; k < 3; k++) {
    expect(joints[3 * k]).toBeCloseTo(people[0][2 * k], 3);
    expect(joints[3 * k + 1]).toBeCloseTo(people[0][2 * k + 1], 3);
  }
  expect(score).toBeGreaterThan(0.9);
});

test("displacement maps: each person once, whichever joint is seen best, joints to the pixel", () => {
  for (const best of [0, 1, 2]) {
    const maps = render(2);
    for (let cell = best * cells; cell < (best + 1) * cells; cell++) maps.maps[cell] += 1;
    const found = decodeDisplacementMaps(maps, several);
    expect(found.length).toBe(2);
    for (const one of people)
      expect(
        found.some(({ joints }) =>
          [0, 1, 2].every(
            (k) => Math.hypot(joints[3 * k] - one[2 * k], joints[3 * k + 1] - one[2 * k + 1]) < 0.01,
          ),
        ),
      ).toBe(true);
  }
});

test("displacement maps: nobody where no peak is high enough, and never somebody without numbers", () => {
  const maps = render(2);
  expect(decodeDisplacementMaps({ ...maps, maps: maps.maps.map(() => -10) }, several)).toEqual([]);
  expect(decodeDisplacementMaps({ ...maps, maps: maps.maps.map(() => NaN) }, several)).toEqual([]);
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { random } from "../array/random.js";
import { boneAsymmetry, boneLengths, boneSteadiness } from "./boneLengths.js";
import { kMeans, lloyd } from "./kMeans.js";
import { normalisedPoses, poseStructureScore } from "./poseStructure.js";

const scattered = (seed: number, length: number) => {
  const source = random(seed);
  return Float64Array.from({ length }, () => source.normal());
};

test("k-means finds clusters that lie far apart, whatever the seed", () =>
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const points = scattered(seed, 60).map((value, i) => value + 100 * Math.floor(i / 20) * (1 - (i % 2)));
      const { labels } = kMeans(points, 2, 3, { seed, restarts: 3 });
      for (let n = 0; n < 30; n++) expect(labels[n]).toBe(labels[10 * Math.floor(n / 10)]);
      expect(new Set(labels).size).toBe(3);
    }),
    { numRuns: 30 },
  ));

test("Lloyd's fixed point: each centre is the mean of its points, an empty cluster stays", () => {
  const { centres, labels, inertia } = lloyd([0, 2, 10, 12], [1, 9, 500], 1);
  expect([...centres]).toEqual([1, 11, 500]);
  expect([...labels]).toEqual([0, 0, 1, 1]);
  expect(inertia).toBe(4);
});

test("as many clusters as points leave nothing; impossible wishes are refused", () => {
  expect(kMeans(scattered(1, 20), 2, 10).inertia).toBe(0);
  expect(kMeans([5, 5, 5], 1, 2).inertia).toBe(0);
  expect(() => kMeans([1, 2], 1, 3)).toThrow("3 clusters are wanted of 2 points");
  expect(() => lloyd([1, 2], [], 1)).toThrow("at least one centre");
});

test("a pose is of its own kind at any size and place, and of another when it is turned over", () => {
  const truth = scattered(3, 5 * 12);
  const centres = normalisedPoses(truth, 4);
  const moved = truth.map((value, i) => 3 * value + (i % 3));
  expect(poseStructureScore(moved, truth, 4, centres)).toMatchObject({ score: 1 });
  const turned = truth.map((value) => -value);
  expect(poseStructureScore(turned, truth, 4, centres).score).toBe(0);
  expect(() => poseStructureScore(truth, truth, 4, [1])).toThrow("centres of 1");
});

test("bones: lengths over frames, a missing joint left out, left against right", () => {
  const poses = [0, 0, 0, 3, 4, 0, 0, 0, 4, 0, 0, 0, 6, 8, 0, NaN, 0, 0];
  const bones = [
    [0, 1],
    [0, 2],
  ] as const;
  const lengths = boneLengths(poses, 3, bones);
  expect([...lengths]).toEqual([5, 4, 10, NaN]);
  const [left, right] = boneSteadiness(lengths, 2);
  expect(left).toEqual({ mean: 7.5, standardDeviation: 2.5, variation: 1 / 3, median: 7.5 });
  expect(right).toEqual({ mean: 4, standardDeviation: 0, variation: 0, median: 4 });
  expect(boneAsymmetry(left, right)).toBeCloseTo(3.5 / 5.75, 12);
  expect(boneSteadiness([NaN], 1)[0].median).toBeNaN();
});

import { expect, test } from "vitest";
import { adjustTagGroups, groupByTags, refineTagGroups, type TagMaps } from "./tagGroups.js";

const options = { maximum: 5, threshold: 0.1, tagThreshold: 1, window: 3, order: [0, 1, 2] };

/** Maps with single hot cells: joint, x, y, score, tag. */
function mapsOf(marks: readonly (readonly [number, number, number, number, number])[]): TagMaps {
  const [width, height] = [12, 9];
  const maps = { heat: new Float32Array(3 * 108), tags: new Float32Array(3 * 108), width, height };
  for (const [joint, x, y, score, tag] of marks) {
    maps.heat[joint * 108 + y * width + x] = score;
    maps.tags[joint * 108 + y * width + x] = tag;
  }
  return maps;
}

test("joints go to the people of their tags, wherever they stand", () => {
  const people = groupByTags(
    mapsOf([
      [0, 2, 2, 0.9, 1],
      [0, 8, 2, 0.8, 5],
      [1, 8, 4, 0.9, 1.25],
      [1, 2, 4, 0.7, 5.25],
      [2, 5, 7, 0.6, 9],
      [2, 1, 7, 0.05, 1],
    ]),
    options,
  );
  expect(people.length).toBe(3);
  const corners = people.map((person) => [...person].map((v) => Math.fround(v)));
  const f = Math.fround;
  expect(corners[0]).toEqual([2, 2, f(0.9), 1, 8, 4, f(0.9), 1.25, 0, 0, 0, 0]);
  expect(corners[1]).toEqual([8, 2, f(0.8), 5, 2, 4, f(0.7), 5.25, 0, 0, 0, 0]);
  expect(corners[2]).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 5, 7, f(0.6), 9]);
});

test("adjusting leans towards the larger neighbour and to the cell's middle; refining fills in what is missing", () => {
  const maps = mapsOf([
    [0, 4, 4, 0.9, 2],
    [0, 5, 4, 0.5, 2],
    [1, 7, 7, 0.08, 2],
    [1, 2, 7, 0.09, 6],
  ]);
  const people = groupByTags(maps, options);
  expect(people.length).toBe(1);
  adjustTagGroups(maps, people);
  expect([...people[0].subarray(0, 2)]).toEqual([4.75, 4.25]);
  refineTagGroups(maps, people);
  expect([...people[0].subarray(4, 6)]).toEqual([7.25, 7.25]);
  expect(people[0][6]).toBeCloseTo(0.08);
  expect(people[0][10]).toBe(0); // nothing above 0 anywhere
});

test("no peaks, no people", () => {
  expect(groupByTags(mapsOf([]), options)).toEqual([]);
});

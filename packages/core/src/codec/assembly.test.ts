import { expect, test } from "vitest";
import { ASSEMBLY_DEFAULTS, peopleAssembler } from "./assembly.js";
import { CONFIDENCE_MAP_DEFAULTS, encodeConfidenceMaps } from "./confidenceMaps.js";
import { type Limb, PART_AFFINITY_DEFAULTS, partAffinityEncoder } from "./partAffinity.js";

const grid = { columns: 40, rows: 30, stride: 8 };
const cells = grid.columns * grid.rows;

/** Reads people back from their maps; `wipe` empties the fields of some limbs. */
function readBack(people: Float32Array, joints: number, limbs: Limb[], wipe: number[] = [], options = {}) {
  const maps = new Float32Array((joints + 1) * cells);
  const fields = new Float32Array(2 * limbs.length * cells);
  encodeConfidenceMaps(people, { ...CONFIDENCE_MAP_DEFAULTS, ...grid, joints }, maps);
  partAffinityEncoder({ ...PART_AFFINITY_DEFAULTS, ...grid, joints, limbs })(people, fields);
  for (const l of wipe) fields.fill(0, 2 * l * cells, 2 * (l + 1) * cells);
  const assemble = peopleAssembler({ ...ASSEMBLY_DEFAULTS, ...grid, joints, limbs, ...options });
  const found = assemble(maps, fields);
  return Array.from({ length: found.count }, (_, p) =>
    Array.from(found.joints.subarray(p * joints * 3, (p + 1) * joints * 3)),
  );
}

const chain: Limb[] = [
  [0, 1],
  [1, 2],
  [2, 3],
];
const twoPeople = Float32Array.of(
  ...[60, 60, 1, 60, 100, 1, 60, 140, 1, 70, 180, 1],
  ...[80, 60, 1, 90, 100, 1, 80, 140, 1, 100, 180, 1],
);

test("two people side by side come back, each joint within a quarter of a cell", () => {
  const found = readBack(twoPeople, 4, chain).sort((a, b) => a[0] - b[0]);
  expect(found.length).toBe(2);
  found.flat().forEach((value, i) => {
    if (i % 3 < 2) expect(Math.abs(value - twoPeople[i])).toBeLessThan(2);
  });
});

test("joints at the picture's border are found", () => {
  const people = Float32Array.of(3, 3, 1, 3, 60, 1, 3, 120, 1, 3, 236, 1);
  expect(readBack(people, 4, chain)[0].every(Number.isFinite)).toBe(true);
});

test("a limb that closes a loop holds together what a missing field would split", () => {
  const parts = { minJoints: 2 };
  expect(readBack(twoPeople, 4, chain, [1], parts).length).toBe(4);
  expect(readBack(twoPeople, 4, [...chain, [0, 3]], [1], parts).length).toBe(2);
});

test("one peak may be a joint of two people", () => {
  const people = Float32Array.of(
    ...[60, 60, 1, 60, 100, 1, 100, 140, 1, 60, 180, 1, 60, 220, 1],
    ...[140, 60, 1, 140, 100, 1, 101, 140, 1, 140, 180, 1, 140, 220, 1],
  );
  const limbs: Limb[] = [...chain, [3, 4], [1, 3]];
  const found = readBack(people, 5, limbs);
  expect(found.length).toBe(2);
  for (const person of found) expect(person[2 * 3]).toBeCloseTo(100, -1);
});

test("nobody, in empty maps and in maps of nothing but NaN, infinity or huge numbers", () => {
  expect(readBack(new Float32Array(0), 4, chain)).toEqual([]);
  const assemble = peopleAssembler({ ...ASSEMBLY_DEFAULTS, ...grid, joints: 4, limbs: chain });
  const full = (length: number, value: number) => new Float32Array(length).fill(value);
  for (const value of [NaN, Infinity, 1e30])
    expect(assemble(full(5 * cells, value), full(6 * cells, value)).count).toBe(0);
  expect(assemble(new Float32Array(5 * cells).fill(NaN), new Float32Array(6 * cells).fill(NaN)).count).toBe(
    0,
  );
});

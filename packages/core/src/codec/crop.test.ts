import fc from "fast-check";
import { expect, test } from "vitest";
import { addResized, unflipMaps } from "./aggregate.js";
import { cropBox, invertAffine, sampleAffine, threePointCrop, unbiasedCrop } from "./crop.js";

const out = [192, 256] as const;
const side = fc.double({ min: 5, max: 500, noNaN: true });
const angle = fc.double({ min: -3, max: 3, noNaN: true });
const apply = (m: ArrayLike<number>, x: number, y: number) => [
  m[0] * x + m[1] * y + m[2],
  m[3] * x + m[4] * y + m[5],
];

test("a crop has its aspect, holds the box, and centres it", () =>
  fc.assert(
    fc.property(side, side, side, side, angle, (x, y, w, h, rotation) => {
      const box = cropBox([x, y, w, h], out, 1.25);
      expect(box.size[0] / box.size[1]).toBeCloseTo(0.75);
      expect(Math.min(box.size[0] / w, box.size[1] / h)).toBeCloseTo(1.25);
      const plain = apply(threePointCrop(box, rotation, out), ...box.centre);
      const unbiased = apply(unbiasedCrop(box, rotation, out), ...box.centre);
      for (const [i, v] of [96, 128].entries()) expect(plain[i]).toBeCloseTo(v);
      for (const [i, v] of [95.5, 127.5].entries()) expect(unbiased[i]).toBeCloseTo(v);
    }),
  ));

test("the inverse takes the crop back", () => {
  const matrix = threePointCrop(cropBox([10, 20, 80, 60], out, 1.25), 0.4, out);
  const [x, y] = apply(invertAffine(matrix), ...(apply(matrix, 33, 44) as [number, number]));
  expect(x).toBeCloseTo(33);
  expect(y).toBeCloseTo(44);
});

test("sampling a ramp gives the ramp, and 0 beyond it", () => {
  const data = Float32Array.from({ length: 24 }, (_, i) => (i % 6) + 10 * Math.floor(i / 6));
  const found = sampleAffine(
    { data, width: 6, height: 4, channels: 1 },
    [0.5, 0, 1.25, 0, 0.5, 0.5],
    3,
    2,
    new Float32Array(6),
  );
  for (const [i, v] of [6.25, 6.75, 7.25, 11.25, 11.75, 12.25].entries()) expect(found[i]).toBeCloseTo(v);
  const outside = sampleAffine({ data, width: 6, height: 4, channels: 1 }, [1, 0, 9, 0, 1, 0], 1, 1, found);
  expect(outside[0]).toBe(0);
});

test("flipped twice, maps are as before", () => {
  const maps = Float32Array.from({ length: 36 }, (_, i) => Math.sin(i));
  const partner = [0, 2, 1];
  const once = unflipMaps(maps, partner, 3, 2, false, new Float32Array(36));
  expect(once[6]).toBe(maps[14]); // joint 1, column 0 from joint 2, column 2
  expect(unflipMaps(once, partner, 3, 2, false, new Float32Array(36))).toEqual(maps);
  const shifted = unflipMaps(maps, partner, 3, 2, true, new Float32Array(36));
  expect([...shifted.subarray(0, 3)]).toEqual([once[0], once[0], once[1]]);
});

test("a ramp grows into a ramp with flat ends, added to what is there", () => {
  const sum = addResized([0, 4], 2, 1, new Float32Array(4).fill(1), 4, 1, 0.5);
  expect([...sum]).toEqual([1, 1.5, 2.5, 3]);
});

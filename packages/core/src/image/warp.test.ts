import fc from "fast-check";
import { expect, test } from "vitest";
import type { Image } from "./image.js";
import { cropMatrix, warpAffine } from "./warp.js";

function picture(
  width: number,
  height: number,
  channels: number,
  value: (x: number, y: number, c: number) => number,
): Image {
  const data = new Uint8Array(width * height * channels);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++) for (let c = 0; c < channels; c++) data[i++] = value(x, y, c);
  return { width, height, channels, data };
}
const noise = (x: number, y: number, c: number) => (x * 7919 + y * 104729 + c * 31 + x * y) % 251;

test("the crop of the whole picture is the picture", () => {
  const image = picture(13, 9, 3, noise);
  const matrix = cropMatrix([6, 4], [13, 9], 0, [13, 9]);
  expect([...matrix]).toEqual([1, 0, 0, 0, 1, 0].map((v) => expect.closeTo(v, 12)));
  expect(warpAffine(image, matrix, 13, 9).data).toEqual(image.data);
});

test("a quarter turn moves pixels without mixing them", () => {
  const image = picture(8, 8, 3, noise);
  const out = warpAffine(image, cropMatrix([3.5, 3.5], 8, Math.PI / 2, 8), 8, 8);
  for (let y = 0; y < 8; y++)
    for (let x = 0; x < 8; x++)
      // The crop's x axis points down in the picture, its y axis to the left.
      expect(Math.abs(out.data[(y * 8 + x) * 3] - noise(7 - y, x, 0))).toBeLessThanOrEqual(1);
});

test("convention: the matrix takes output pixels to input pixels, for every shrinkage and channel count", () =>
  fc.assert(
    fc.property(
      fc.double({ min: 4, max: 110, noNaN: true }),
      fc.double({ min: -3, max: 3, noNaN: true }),
      fc.constantFrom(1, 3, 4),
      (size, rotation, channels) => {
        const image = picture(120, 90, channels, (x, y, c) => x + y + c);
        const matrix = cropMatrix([60, 45], size, rotation, 24);
        const out = warpAffine(image, matrix, 24, 24);
        const reach = size / 24;
        let worst = 0;
        for (let y = 0; y < 24; y++)
          for (let x = 0; x < 24; x++) {
            const u = matrix[0] * x + matrix[1] * y + matrix[2];
            const v = matrix[3] * x + matrix[4] * y + matrix[5];
            if (u < reach || v < reach || u > 119 - reach || v > 89 - reach) continue;
            for (let c = 0; c < channels; c++)
              worst = Math.max(worst, Math.abs(out.data[(y * 24 + x) * channels + c] - (u + v + c)));
          }
        // Beyond 2× the samples are nearest ones: up to half a pixel of both axes.
        expect(worst).toBeLessThan(size > 48 ? 2.1 : 0.75);
      },
    ),
  ));

test("shrinking keeps fine stripes from becoming coarse ones", () => {
  const stripes = picture(600, 600, 3, (x) => (x % 2 === 0 ? 0 : 255));
  const sharp = warpAffine(stripes, cropMatrix([300, 300], 500, 0.1, 100), 100, 100).data;
  const mean = sharp.reduce((sum, v) => sum + v, 0) / sharp.length;
  const spread = Math.sqrt(sharp.reduce((sum, v) => sum + (v - mean) ** 2, 0) / sharp.length);
  expect(spread).toBeLessThan(90); // single samples give 127
});

test("what lies outside is border, and the given buffer is used", () => {
  const image = picture(10, 10, 3, () => 200);
  const out = new Uint8Array(20 * 20 * 3).fill(7);
  const warped = warpAffine(image, cropMatrix([9.5, 9.5], 20, 0, 20), 20, 20, out, 50);
  expect(warped.data).toBe(out);
  expect(out[0]).toBe(200);
  expect(out[(15 * 20 + 15) * 3]).toBe(50);
  const far = warpAffine(image, cropMatrix([500, 500], 80, 1, 20), 20, 20, out, 9);
  expect(new Set(far.data)).toEqual(new Set([9]));
});

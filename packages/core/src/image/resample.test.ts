import fc from "fast-check";
import { expect, test } from "vitest";
import type { Image } from "./image.js";
import { resize } from "./resize.js";
import { cropMatrix, warpAffine } from "./warp.js";

function noise(width: number, height: number, channels: number): Image {
  const data = new Uint8Array(width * height * channels);
  for (let i = 0, seed = 7; i < data.length; i++) {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    data[i] = seed % 3 === 0 ? 255 : seed >>> 24; // full contrast too
  }
  return { width, height, channels, data };
}

/** The weights with which output position i mixes an axis, in doubles and as the words say. */
function weightsAt(i: number, from: number, scale: number): number[] {
  const weights = new Array<number>(from).fill(0);
  if (scale < 1) {
    const [begin, end] = [i / scale, Math.min(from, (i + 1) / scale)];
    return weights.map((_, k) => Math.max(0, Math.min(end, k + 1) - Math.max(begin, k)) / (end - begin));
  }
  const x = Math.max(0, Math.min(from - 1, (i + 0.5) / scale - 0.5));
  return weights.map((_, k) => Math.max(0, 1 - Math.abs(x - k)));
}

function plainResize({ width, height, channels, data }: Image, columns: number, rows: number): number[] {
  const across = Array.from({ length: columns }, (_, x) => weightsAt(x, width, columns / width));
  const down = Array.from({ length: rows }, (_, y) => weightsAt(y, height, rows / height));
  return down.flatMap((v) =>
    across.flatMap((u) =>
      Array.from({ length: channels }, (_, c) => {
        let sum = 0;
        for (let y = 0; y < height; y++)
          if (v[y] > 0)
            for (let x = 0; x < width; x++) sum += u[x] * v[y] * data[(y * width + x) * channels + c];
        return sum;
      }),
    ),
  );
}

const side = fc.integer({ min: 1, max: 23 });

test("resized pictures are within a level of the plain form, at every size and contrast", () =>
  fc.assert(
    fc.property(
      side,
      side,
      side,
      side,
      fc.constantFrom(1, 3, 4),
      (width, height, columns, rows, channels) => {
        const image = noise(width, height, channels);
        const out = resize(image, { width: columns, height: rows });
        const want = plainResize(image, columns, rows);
        const worst = out.data.reduce((most, value, i) => Math.max(most, Math.abs(value - want[i])), 0);
        expect(worst).toBeLessThan(0.7);
      },
    ),
  ));

test("upright crops are within a level of ones that are turned by next to nothing", () =>
  fc.assert(
    fc.property(
      fc.double({ min: -5, max: 30, noNaN: true }),
      fc.double({ min: -5, max: 30, noNaN: true }),
      fc.double({ min: 1, max: 40, noNaN: true }),
      fc.constantFrom(1, 3),
      (x, y, size, channels) => {
        const image = noise(29, 23, channels);
        const upright = warpAffine(image, cropMatrix([x, y], size, 0, 32), 32, 32, undefined, 77);
        const turned = warpAffine(image, cropMatrix([x, y], size, 1e-12, 32), 32, 32, undefined, 77);
        const apart = (most: number, value: number, i: number) =>
          Math.max(most, Math.abs(value - turned.data[i]));
        expect(upright.data.reduce(apart, 0)).toBeLessThanOrEqual(1);
      },
    ),
  ));

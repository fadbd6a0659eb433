import fc from "fast-check";
import { expect, test } from "vitest";
import { MareyError } from "../error.js";
import type { Image } from "./image.js";
import { letterbox } from "./letterbox.js";
import { resize, resizeInto } from "./resize.js";

const grey = (width: number, rows: number[]): Image => ({
  width,
  height: rows.length / width,
  channels: 1,
  data: Uint8Array.from(rows),
});

/** A picture whose grey level is linear in x and y, so that right resampling is known everywhere inside. */
function ramp(width: number, height: number, a: number, b: number): Image {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++) for (let c = 0; c < 3; c++) data[i++] = a * x + b * y + 10 * c;
  return { width, height, channels: 3, data };
}

test("shrinking by whole numbers is the mean of the pixels covered", () => {
  const image = grey(4, [0, 10, 20, 30, 40, 50, 60, 70, 1, 1, 1, 3, 1, 1, 3, 1]);
  expect([...resize(image, { width: 2, height: 2 }).data]).toEqual([25, 45, 1, 2]);
});

test("shrinking by a fraction weighs pixels by the area covered", () => {
  // Three pixels onto two: 1.5 pixels under each.
  expect([...resize(grey(3, [30, 60, 120]), { width: 2, height: 1 }).data]).toEqual([40, 100]);
});

test("growing is linear between pixel centres and constant beyond them", () => {
  expect([...resize(grey(2, [0, 100]), { width: 4, height: 1 }).data]).toEqual([0, 25, 75, 100]);
});

test("convention: a ramp keeps its value under x' = (x + 0.5)·s − 0.5", () =>
  fc.assert(
    fc.property(fc.integer({ min: 8, max: 60 }), fc.integer({ min: 8, max: 60 }), (width, height) => {
      const out = resize(ramp(30, 20, 4, 3), { width, height });
      const margin = { x: Math.ceil(width / 30), y: Math.ceil(height / 20) };
      let worst = 0;
      for (let y = margin.y; y < height - margin.y; y++)
        for (let x = margin.x; x < width - margin.x; x++) {
          const want = 4 * (((x + 0.5) * 30) / width - 0.5) + 3 * (((y + 0.5) * 20) / height - 0.5) + 10;
          // Stored values round by 0.5; a cut pixel at a box's end is off by at most an eighth of the slope.
          worst = Math.max(worst, Math.abs(out.data[(y * width + x) * 3 + 1] - want));
        }
      expect(worst).toBeLessThanOrEqual(0.51 + (4 + 3) / 8);
    }),
  ));

test("the same size gives the same picture, and a constant picture stays constant", () => {
  const image = ramp(17, 11, 5, 7);
  expect(resize(image, { width: 17, height: 11 }).data).toEqual(image.data);
  const flat = { width: 7, height: 5, channels: 3, data: new Uint8Array(105).fill(201) };
  for (const size of [
    { width: 3, height: 13 },
    { width: 50, height: 2 },
  ])
    expect(new Set(resize(flat, size).data)).toEqual(new Set([201]));
});

test("a picture of its own size lies in a larger one as it is, and the rest stays", () => {
  const out = grey(4, new Array(16).fill(9));
  resizeInto(grey(2, [1, 2, 3, 4]), out, { width: 2, height: 2, left: 1, top: 2 }, 1, 1);
  expect([...out.data]).toEqual([9, 9, 9, 9, 9, 9, 9, 9, 9, 1, 2, 9, 9, 3, 4, 9]);
});

test("a size that is none is refused", () => {
  expect(() => resize(ramp(4, 4, 1, 1), { width: 0, height: 4 })).toThrow(MareyError);
  expect(() => resize(ramp(4, 4, 1, 1), { width: 2.5, height: 4 })).toThrow(/Give whole numbers/);
});

test("a letterbox takes coordinates there and back: a ramp has its value where the mapping says", () =>
  fc.assert(
    fc.property(
      fc.integer({ min: 10, max: 40 }),
      fc.integer({ min: 10, max: 40 }),
      fc.constantFrom("centre" as const, "topLeft" as const),
      (width, height, place) => {
        const source = ramp(31, 23, 3, 4);
        const { image, scale, left, top } = letterbox(source, { width, height }, place, 255);
        expect(scale).toBe(Math.min(width / 31, height / 23));
        if (place === "topLeft") expect([left, top]).toEqual([0, 0]);
        let worst = 0;
        for (let y = 0; y < height; y++)
          for (let x = 0; x < width; x++) {
            const u = (x - left + 0.5) / scale - 0.5;
            const v = (y - top + 0.5) / scale - 0.5;
            const reach = Math.max(1, 1 / scale);
            if (u < reach || v < reach || u > 30 - reach || v > 22 - reach) continue;
            worst = Math.max(worst, Math.abs(image.data[(y * width + x) * 3] - (3 * u + 4 * v)));
          }
        expect(worst).toBeLessThanOrEqual(0.51 + (3 + 4) / 8);
        const corner = image.data.at(-1);
        if (place === "topLeft" && Math.abs(width / 31 - height / 23) > 0.1) expect(corner).toBe(255);
      },
    ),
  ));

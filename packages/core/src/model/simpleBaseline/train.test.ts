import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { blurOf, type Coding, cellsOf, codecOf, type MapForm, sigmaOf } from "./coding.js";
import { COLOUR } from "./picture.js";
import { batchMaker, type LabelledCrop } from "./train.js";

const form = (coding: Coding, height = 128): MapForm => ({
  joints: 3,
  input: [(height * 3) / 4, height],
  coding,
});

/** A crop of one colour with somebody in it. */
function crop(keypoints: readonly number[], [width, height] = [96, 128]): LabelledCrop {
  const data = new Uint8Array(3 * width * height);
  for (let i = 0; i < data.length; i += 3) data.set([255, 0, 51], i);
  return {
    image: { width, height, channels: 3, data },
    people: [{ keypoints: Float32Array.from(keypoints) }],
    source: "test",
  };
}

test("sigma and blur are the papers' at their sizes, and in proportion at others", () => {
  expect([128, 192, 256, 384].map((height) => sigmaOf(form("dark", height)))).toEqual([1, 1.5, 2, 3]);
  expect([256, 384].map((height) => blurOf(form("dark", height)))).toEqual([11, 17]);
  expect(cellsOf(form("udp", 256))).toEqual([48, 64]);
});

describe("targets", () => {
  const inside = fc.record({
    x: fc.double({ min: 16, max: 79, noNaN: true }),
    y: fc.double({ min: 16, max: 111, noNaN: true }),
  });

  // A whole cell is 4 pixels: rounding to it costs up to 2 along each axis; the others come back as they were.
  test.each([
    ["quarter", 3],
    ["dark", 0.1],
    ["udp", 0.1],
  ] as const)("%s: what is drawn is read back", (coding, most) => {
    const batches = batchMaker(form(coding), 2);
    const codec = codecOf(form(coding));
    fc.assert(
      fc.property(inside, inside, (a, b) => {
        const { target, weight } = batches([
          crop([a.x, a.y, 2, b.x, b.y, 1, NaN, NaN, 0]),
          crop([b.x, b.y, 2, 5, 5, 0, a.x, a.y, 2]),
        ]);
        expect([...weight.data]).toEqual([1, 1, 0, 1, 0, 1]);
        const read = codec.decode(target.data as Float32Array);
        for (const [at, { x, y }] of [
          [0, a],
          [1, b],
          [3, b],
          [5, a],
        ] as const)
          expect(Math.hypot(read[3 * at] - x, read[3 * at + 1] - y)).toBeLessThan(most);
        // Nothing of the batch before stays.
        expect(read[3 * 2 + 2]).toBe(0);
        expect(read[3 * 4 + 2]).toBe(0);
      }),
      { numRuns: 50 },
    );
  });

  test("a joint far outside has no weight", () => {
    const { weight } = batchMaker(form("dark"), 1)([crop([-60, 20, 2, 40, 300, 2, 40, 40, 2])]);
    expect([...weight.data]).toEqual([0, 0, 1]);
  });
});

test("the picture comes in planes of red, green and blue, normalised", () => {
  const { picture } = batchMaker(form("udp"), 1)([crop([0, 0, 0, 0, 0, 0, 0, 0, 0])]);
  const cells = 96 * 128;
  for (const [c, level] of [1, 0, 0.2].entries()) {
    const value = (level - COLOUR.mean[c]) / COLOUR.deviation[c];
    expect(picture.data[c * cells]).toBeCloseTo(value, 5);
    expect(picture.data[(c + 1) * cells - 1]).toBeCloseTo(value, 5);
  }
});

test("what doesn't fit is refused", () => {
  expect(() => batchMaker(form("dark", 100), 1)).toThrow(/75×100.*multiples of 32/);
  expect(() => batchMaker(form("dark"), 0)).toThrow(/batch/);
  const batches = batchMaker(form("dark"), 1);
  expect(() => batches([])).toThrow(/0 crops, expected 1/);
  expect(() => batches([crop([], [96, 96])])).toThrow(/96×96 pixels, expected 96×128/);
  expect(() => batches([crop([1, 2, 2])])).toThrow(/1 keypoints, expected 3/);
});

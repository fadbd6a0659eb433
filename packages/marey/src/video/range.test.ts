import fc from "fast-check";
import { expect, test } from "vitest";
import { countFrames, framesOf, rangeOf, standing } from "./range.js";

test.each([
  [{ start: 3, startTime: 1 }, "FRAME_LIMITS"],
  [{ end: 3, endTime: 1 }, "FRAME_LIMITS"],
  [{ start: -1 }, "FRAME_LIMITS"],
  [{ start: 0.5 }, "FRAME_LIMITS"],
  [{ end: Number.NaN }, "FRAME_LIMITS"],
  [{ step: 0 }, "FRAME_LIMITS"],
  [{ startTime: -1 }, "FRAME_LIMITS"],
  [{ endTime: Number.NaN }, "FRAME_LIMITS"],
  [{ start: 5, end: 5 }, "FRAME_RANGE"],
  [{ startTime: 2, endTime: 1 }, "FRAME_RANGE"],
])("%j is refused", (options, code) => {
  expect(() => rangeOf(options, "walk.mp4")).toThrow(expect.objectContaining({ code, where: "walk.mp4" }));
});

test("at a constant rate, times and the frames they come to take the same frames", () =>
  fc.assert(
    fc.property(
      fc.constantFrom(24, 25, 30000 / 1001, 60),
      fc.double({ min: 0, max: 20, noNaN: true }),
      fc.double({ min: 0.1, max: 20, noNaN: true }),
      fc.integer({ min: 1, max: 7 }),
      (rate, startTime, length, step) => {
        const range = rangeOf({ startTime, endTime: startTime + length, step }, "");
        const inside = Array.from({ length: 700 }, (_, i) => i).filter(
          (i) => standing(range, i, i / rate) === "inside",
        );
        const { start, end } = framesOf(range, rate);
        expect(inside).toEqual(Array.from({ length: Math.min(700, end) - start }, (_, i) => start + i));
        expect(countFrames(700, range, rate)).toBe(Math.max(0, Math.ceil(inside.length / step)));
      },
    ),
  ));

test("times rounded to milliseconds still fall on their frames", () => {
  const range = rangeOf({ startTime: 1 / 3, endTime: 2 / 3 }, "");
  expect(standing(range, 10, 0.333)).toBe("inside");
  expect(standing(range, 20, 0.667)).toBe("after");
  expect(standing(range, 9, 0.3)).toBe("before");
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { readTimeCode } from "./timeCode.js";

test.each([
  ["12.5", 12.5],
  ["0", 0],
  [".5", 0.5],
  ["12,5", 12.5],
  ["90", 90],
  ["1:02", 62],
  ["61:02", 3662],
  ["00:01:02.5", 62.5],
  [" 10:00:00 ", 36000],
])("%s is %d s", (text, seconds) => expect(readTimeCode(text)).toBeCloseTo(seconds, 9));

test.each(["", "x", "-1", "1:60", "1:60:00", "1:2:3:4", "1e3", "NaN", "1:", ":5", "12.5s"])(
  "%s is refused",
  (text) => {
    expect(() => readTimeCode(text)).toThrow(expect.objectContaining({ code: "TIME_CODE" }));
  },
);

test("what is written in hours, minutes and seconds is read back", () =>
  fc.assert(
    fc.property(fc.nat(30), fc.nat(59), fc.nat(59999), (hours, minutes, milliseconds) => {
      const text = `${hours}:${minutes}:${milliseconds / 1000}`;
      expect(readTimeCode(text)).toBeCloseTo(hours * 3600 + minutes * 60 + milliseconds / 1000, 6);
    }),
  ));

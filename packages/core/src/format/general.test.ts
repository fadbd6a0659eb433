import fc from "fast-check";
import { expect, test } from "vitest";
import { writeGeneral } from "./general.js";

// The right column is what C's printf("%g") prints.
test.each([
  [582.3491, "582.349"],
  [0.8459175, "0.845917"],
  [0, "0"],
  [-0, "0"],
  [0.000012, "1.2e-05"],
  [0.0001, "0.0001"],
  [0.00009999999, "0.0001"],
  [123456.7, "123457"],
  [999999.5, "1e+06"],
  [1234567, "1.23457e+06"],
  [-1, "-1"],
  [1e-100, "1e-100"],
  [100, "100"],
  [1.5e10, "1.5e+10"],
])("%d is written %s", (value, text) => expect(writeGeneral(value)).toBe(text));

test("what is written reads back to six digits, and never has needless zeros", () =>
  fc.assert(
    fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
      const text = writeGeneral(value);
      expect(Math.abs(Number(text) - value)).toBeLessThanOrEqual(5.1e-6 * Math.abs(value));
      expect(text).not.toMatch(/\.\d*0($|e)/);
    }),
  ));

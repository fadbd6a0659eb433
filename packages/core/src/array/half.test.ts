import fc from "fast-check";
import { expect, test } from "vitest";
import { floatToHalf, halfToFloat, narrowToHalves, widenHalves } from "./half.js";

test("every finite float16 has the value that IEEE 754 gives its bits, and gives its bits back", () => {
  const wrong: number[] = [];
  for (let bits = 0; bits < 1 << 16; bits++) {
    const sign = bits >> 15 ? -1 : 1;
    const exponent = (bits >> 10) & 31;
    const fraction = (bits & 1023) / 1024;
    if (exponent === 31) continue;
    const value = exponent === 0 ? fraction * 2 ** -14 : (1 + fraction) * 2 ** (exponent - 15);
    if (!Object.is(halfToFloat(bits), sign * value) || floatToHalf(sign * value) !== bits) wrong.push(bits);
  }
  expect(wrong).toEqual([]);
});

test("infinities and NaN survive", () => {
  const words = Uint16Array.of(0x7c00, 0xfc00, 0x7e00);
  expect([...widenHalves(words)]).toEqual([Infinity, -Infinity, Number.NaN]);
  expect(narrowToHalves(widenHalves(words))).toEqual(words);
});

test("a value between two float16 goes to the nearer, halfway to the even one", () => {
  for (let bits = 0; bits < 0x7bff; bits++) {
    const [low, high] = [halfToFloat(bits), halfToFloat(bits + 1)];
    const middle = (low + high) / 2;
    expect(floatToHalf(middle)).toBe(bits % 2 === 0 ? bits : bits + 1);
    expect(floatToHalf(-middle)).toBe(0x8000 | (bits % 2 === 0 ? bits : bits + 1));
    const nudge = (high - low) / 64;
    expect([floatToHalf(middle - nudge), floatToHalf(middle + nudge)]).toEqual([bits, bits + 1]);
  }
  expect([65519, 65520, 1e30, -65520].map(floatToHalf)).toEqual([0x7bff, 0x7c00, 0x7c00, 0xfc00]);
});

test("rounding keeps order", () =>
  fc.assert(
    fc.property(fc.float({ noNaN: true }), fc.float({ noNaN: true }), (a, b) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)].map((v) => halfToFloat(floatToHalf(v)));
      expect(low).toBeLessThanOrEqual(high);
    }),
  ));

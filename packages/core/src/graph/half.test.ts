import { expect, test } from "vitest";
import { halfToFloat, widenHalves } from "./half.js";

test("every finite float16 has the value that IEEE 754 gives its bits", () => {
  const wrong: number[] = [];
  for (let bits = 0; bits < 1 << 16; bits++) {
    const sign = bits >> 15 ? -1 : 1;
    const exponent = (bits >> 10) & 31;
    const fraction = (bits & 1023) / 1024;
    if (exponent === 31) continue;
    const value = exponent === 0 ? fraction * 2 ** -14 : (1 + fraction) * 2 ** (exponent - 15);
    if (!Object.is(halfToFloat(bits), sign * value)) wrong.push(bits);
  }
  expect(wrong).toEqual([]);
});

test("infinities and NaN survive", () => {
  expect([...widenHalves(Uint16Array.of(0x7c00, 0xfc00, 0x7e00))]).toEqual([Infinity, -Infinity, Number.NaN]);
});

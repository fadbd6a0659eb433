import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { drawAffine, drawNetInput } from "./netInput.js";

const image = (width: number, height: number, value: (x: number, y: number, c: number) => number) => ({
  width,
  height,
  channels: 3,
  data: Uint8Array.from({ length: width * height * 3 }, (_, i) =>
    value(Math.floor(i / 3) % width, Math.floor(i / 3 / width), i % 3),
  ),
});
const bytes = (out: Float32Array) => Array.from(out, (value) => (value + 0.5) * 256);

describe("a picture in the network's input", () => {
  test("at its own size: blue, green, red; black beside it", () => {
    const picture = image(3, 2, (x, y, c) => 10 * x + 100 * y + c);
    const out = new Float32Array(3 * 4 * 4);
    drawNetInput(picture, { width: 4, height: 4, scale: 1 }, out);
    const plane = (c: number) => [
      0 + c,
      10 + c,
      20 + c,
      0,
      100 + c,
      110 + c,
      120 + c,
      0,
      ...new Array(8).fill(0),
    ];
    expect(bytes(out)).toEqual([...plane(2), ...plane(1), ...plane(0)]);
  });

  test("outermost pixel centres meet, between them a ramp stays a ramp", () =>
    fc.assert(
      fc.property(fc.integer({ min: 4, max: 40 }), fc.integer({ min: 4, max: 80 }), (from, to) => {
        const picture = image(from, from, (x) => Math.round((x * 240) / (from - 1)));
        const scale = (to - 1) / (from - 1);
        const out = new Float32Array(3 * to * to);
        drawNetInput(picture, { width: to, height: to, scale }, out);
        const row = bytes(out).slice(0, to);
        expect(row[0]).toBe(0);
        // Cubic taps beyond the edge are black; away from it this kernel bends a ramp by a few hundredths of a step.
        const inside = scale > 1 ? Math.ceil(2 * scale) : 0;
        row.slice(inside, to - 1 - inside).forEach((value, i) => {
          expect(Math.abs(value - ((i + inside) * 240) / (to - 1))).toBeLessThan(
            1 + (240 / (from - 1)) * 0.07,
          );
        });
      }),
      { numRuns: 50 },
    ));

  test("a mirrored crop, half of it outside", () => {
    const picture = image(8, 8, (x) => 20 * x);
    const out = new Float32Array(3 * 4 * 4);
    drawAffine(picture, [-1, 0, 9, 0, 1, 0], 4, 4, "linear", out);
    expect(bytes(out).slice(0, 4)).toEqual([0, 0, 140, 120]);
  });

  test("a grey picture has three equal channels", () => {
    const grey = { width: 2, height: 2, channels: 1, data: Uint8Array.of(1, 2, 3, 4) };
    const out = new Float32Array(12);
    drawAffine(grey, [1, 0, 0, 0, 1, 0], 2, 2, "linear", out);
    expect(bytes(out)).toEqual([1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4]);
  });
});

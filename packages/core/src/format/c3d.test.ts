import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MareyError } from "../error.js";
import { readC3d } from "./c3d.js";
import { c3dToMarkers, writeC3d } from "./c3dWriter.js";
import type { Markers } from "./markers.js";
import { readTrc } from "./trc.js";

const folder = "../shared/data/samples/c3d";
const there = existsSync(folder);
const read = (file: string) => new Uint8Array(readFileSync(`${folder}/${file}`));

const markers = (frames: number, names: string[], firstFrame = 0): Markers => ({
  names,
  frameRate: 60,
  units: "m",
  firstFrame,
  times: Float64Array.from({ length: frames }, (_, t) => (firstFrame + t) / 60),
  points: Float64Array.from({ length: frames * names.length * 3 }, (_, i) =>
    i % 30 < 3 ? NaN : Math.sin(i) * 2,
  ),
});

function expectSame(got: Markers, want: Markers) {
  expect({ ...got, points: 0, units: 0 }).toEqual({ ...want, points: 0, units: 0 });
  const scale = { m: 1, cm: 0.01, mm: 0.001 };
  const worst = got.points.reduce((most, value, i) => {
    const [a, b] = [value * scale[got.units], want.points[i] * scale[want.units]];
    if (Number.isNaN(a) !== Number.isNaN(b)) return Infinity;
    return Number.isNaN(a) ? most : Math.max(most, Math.abs(a - b));
  }, 0);
  expect(worst).toBeLessThan(2e-7);
}

describe("C3D", () => {
  test.each([
    [5, 3, 0],
    [7, 21, 100],
    [2, 300, 0],
    [70_000, 2, 5],
  ])("reading undoes writing: %d frames, %d points, from frame %d", (frames, count, first) => {
    const names = Array.from({ length: count }, (_, i) => `Marker${i}`);
    const want = markers(frames, names, first);
    const c3d = readC3d(writeC3d(want));
    expect(c3d.units).toBe("mm");
    expectSame(c3dToMarkers(c3d), want);
  });

  test("no markers, no frames, odd names", () => {
    expect(readC3d(writeC3d(markers(3, []))).labels).toEqual([]);
    expect(readC3d(writeC3d(markers(0, ["a"]))).frameCount).toBe(0);
    expect(readC3d(writeC3d(markers(1, ["Füße"]))).labels).toEqual(["F??e"]);
  });

  test.skipIf(!there)("another program's file equals its TRC to the millimetre that it holds", () => {
    const want = readTrc(read("balancing.trc"));
    const got = c3dToMarkers(readC3d(read("balancing.c3d")));
    expect(got.names).toEqual(want.names);
    got.points.forEach((value, i) => {
      expect(Math.abs(value / 1000 - want.points[i])).toBeLessThan(0.0011);
    });
  });

  test("a file without its padding is refused unless asked for", () => {
    const bytes = writeC3d(markers(5, ["a"]));
    const cut = bytes.slice(0, bytes.length - 100);
    expect(() => readC3d(cut)).toThrow(/512-byte blocks/);
    expect(readC3d(cut, "cut", { unpadded: true }).frameCount).toBe(5);
  });

  test("mutated files end in a MareyError or arrays of the stated size", () => {
    const bytes = there ? read("balancing.c3d") : writeC3d(markers(100, ["a", "b"]));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(2600), fc.integer({ min: 0, max: 255 })), { maxLength: 6 }),
        fc.option(fc.nat(bytes.length)),
        (edits, cut) => {
          const copy = bytes.slice(0, cut ?? bytes.length);
          for (const [at, value] of edits) if (at < copy.length) copy[at] = value;
          try {
            const c3d = readC3d(copy, "mutated", { unpadded: true });
            expect(c3d.points.length).toBe(c3d.frameCount * c3d.labels.length * 3);
            const silent = c3d.points.some(
              (value, i) => Number.isNaN(value) && c3d.valid[Math.floor(i / 3)] === 1,
            );
            expect(silent).toBe(false);
          } catch (error) {
            if (!(error instanceof MareyError)) throw error;
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

import { expect, test } from "vitest";
import { encodeConfidenceMaps } from "../../codec/confidenceMaps.js";
import { mapAverager } from "./averageMaps.js";
import { netSizes } from "./netSize.js";

test("maps of several sizes meet at the same places of the picture", () => {
  const { sizes } = netSizes({ width: 640, height: 480 }, { scaleNumber: 3, scaleGap: 0.3 });
  const place = [301, 222];
  const maps = sizes.map(({ width, height, scale }) => {
    const [columns, rows] = [width / 8, height / 8];
    const out = new Float32Array(2 * columns * rows);
    const people = Float32Array.of(place[0]! * scale, place[1]! * scale, 1);
    encodeConfidenceMaps(
      people,
      { joints: 1, columns, rows, stride: 8, sigma: 12, cutoff: 9, combine: "max" },
      out,
    );
    return out;
  });
  const { width, height, scale } = sizes[0]!;
  for (const used of [[0], [0, 1], [0, 1, 2]]) {
    const average = mapAverager({ sizes: used.map((i) => sizes[i]!), stride: 8, channels: 2 });
    const out = new Float32Array(2 * width * height);
    average(
      used.map((i) => maps[i]!),
      out,
    );
    const peak = out.subarray(0, width * height).reduce((best, v, i, all) => (v > all[best]! ? i : best), 0);
    expect(Math.abs((peak % width) - place[0]! * scale)).toBeLessThan(1.5);
    expect(Math.abs(Math.floor(peak / width) - place[1]! * scale)).toBeLessThan(1.5);
    expect(out[peak]).toBeGreaterThan(0.9);
    // The background, which is far from the peak 1 in each.
    expect(out[width * height]).toBeCloseTo(1, 5);
  }
});

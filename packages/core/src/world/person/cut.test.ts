import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cut, onPatch, patchUv } from "./cut.js";

/** A square of n × n cells in the plane z = 0. */
function square(n: number): { positions: Float32Array; triangles: Uint32Array } {
  const positions: number[] = [];
  const triangles: number[] = [];
  for (let y = 0; y <= n; y++) for (let x = 0; x <= n; x++) positions.push(x / n, y / n, 0);
  for (let y = 0; y < n; y++)
    for (let x = 0; x < n; x++) {
      const a = y * (n + 1) + x;
      triangles.push(a, a + 1, a + n + 2, a, a + n + 2, a + n + 1);
    }
  return { positions: Float32Array.from(positions), triangles: Uint32Array.from(triangles) };
}

function areaOf(p: Float32Array, t: Uint32Array): number {
  let area = 0;
  for (let i = 0; i < t.length; i += 3) {
    const [a, b, c] = [3 * t[i], 3 * t[i + 1], 3 * t[i + 2]];
    area += 0.5 * ((p[b] - p[a]) * (p[c + 1] - p[a + 1]) - (p[b + 1] - p[a + 1]) * (p[c] - p[a]));
  }
  return area;
}

describe("cut", () => {
  it("keeps the area on one side of any line, facing the same way", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        (n, at) => {
          const { positions, triangles } = square(n);
          const field = Float32Array.from({ length: positions.length / 3 }, (_, v) => at - positions[3 * v]);
          const patch = cut(triangles, field);
          expect(areaOf(onPatch(patch, positions, 3), patch.triangles)).toBeCloseTo(at, 5);
          expect(Math.min(...onPatch(patch, field, 1))).toBeGreaterThan(-1e-6);
        },
      ),
    );
  });

  it("gives corners the texture coordinates of the place where they lie", () => {
    const { positions, triangles } = square(4);
    const field = Float32Array.from(
      { length: positions.length / 3 },
      (_, v) => 0.6 - positions[3 * v] - 0.3 * positions[3 * v + 1],
    );
    const patch = cut(triangles, field);
    const coordinates = Float32Array.from(
      { length: (2 * positions.length) / 3 },
      (_, i) => positions[3 * (i >> 1) + (i & 1)],
    );
    const uv = patchUv(patch, triangles, { coordinates, triangles });
    const places = onPatch(patch, positions, 3);
    patch.triangles.forEach((v, i) => {
      expect(uv.coordinates[2 * i]).toBeCloseTo(places[3 * v], 5);
      expect(uv.coordinates[2 * i + 1]).toBeCloseTo(places[3 * v + 1], 5);
    });
  });

  it("leaves out faces that it is told to leave out", () => {
    const { triangles, positions } = square(3);
    const patch = cut(triangles, new Float32Array(positions.length / 3).fill(1), (face) => face % 2 === 0);
    expect([...patch.faces].every((face) => face % 2 === 0)).toBe(true);
    expect(patch.faces.length).toBe(9);
  });
});

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { boxRegion, encodeMask, isInside, type Region, readRegion } from "./mask.js";

/** Run lengths of a raster, column after column, the way COCO states them. */
function runsOf(raster: readonly number[], width: number, height: number): number[] {
  const runs: number[] = [0];
  let inside = 0;
  for (let x = 0; x < width; x++)
    for (let y = 0; y < height; y++) {
      if (raster[y * width + x] !== inside) {
        runs.push(0);
        inside = 1 - inside;
      }
      runs[runs.length - 1]++;
    }
  return runs;
}

/** COCO's text of run lengths, written from its definition (maskApi's rleToString). */
function compressed(runs: readonly number[]): string {
  let text = "";
  runs.forEach((run, i) => {
    let value = i > 2 ? run - runs[i - 2] : run;
    for (let more = true; more; ) {
      let bits = value & 31;
      value >>= 5;
      more = bits & 16 ? value !== -1 : value !== 0;
      if (more) bits |= 32;
      text += String.fromCharCode(bits + 48);
    }
  });
  return text;
}

const raster = fc
  .record({ width: fc.integer({ min: 1, max: 9 }), height: fc.integer({ min: 1, max: 40 }) })
  .chain(({ width, height }) =>
    fc
      .array(fc.integer({ min: 0, max: 1 }), { minLength: width * height, maxLength: width * height })
      .map((cells) => ({ width, height, cells })),
  );

describe("run lengths", () => {
  test("say of every pixel whether it is inside, as numbers and as text", () =>
    fc.assert(
      fc.property(raster, ({ width, height, cells }) => {
        const counts = runsOf(cells, width, height);
        for (const form of [counts, compressed(counts)]) {
          const region = readRegion({ counts: form, size: [height, width] }, "test");
          const inside = cells.map((_, i) => (isInside(region, i % width, Math.floor(i / width)) ? 1 : 0));
          expect(inside).toEqual(cells);
          expect(isInside(region, -1, 0)).toBe(false);
          expect(isInside(region, width, height - 1)).toBe(false);
        }
      }),
    ));

  test("what can't be run lengths or polygons is refused with the annotation's name", () => {
    for (const segmentation of [
      { counts: [1, 2] },
      { counts: [1, -2], size: [4, 4] },
      { counts: [9, 9], size: [4, 4] },
      { counts: 7, size: [4, 4] },
      [[1, 2, 3]],
      [["a", "b"]],
      null,
    ])
      expect(() => readRegion(segmentation, "a.json, annotation 3")).toThrow(/a\.json, annotation 3/);
  });
});

test("a polygon is inside where its outline goes around", () => {
  const region = readRegion(
    [
      [1, 1, 5, 1, 5, 3, 1, 3],
      [10, 10, 14, 10, 12, 16],
    ],
    "test",
  );
  expect([isInside(region, 3, 2), isInside(region, 12, 12)]).toEqual([true, true]);
  expect([isInside(region, 3, 4), isInside(region, 10, 15), isInside(region, 7, 7)]).toEqual([
    false,
    false,
    false,
  ]);
});

describe("mask", () => {
  const grid = { columns: 4, rows: 3, stride: 8, matrix: [1, 0, 0, 0, 1, 0] };

  test("is what remains of each cell", () => {
    const mask = new Float32Array(12);
    encodeMask([boxRegion([-0.5, -0.5, 7.5, 7.5]), boxRegion([15.5, 7.5, 20.5, 15.5])], grid, mask);
    // Two of three columns of places lie in the second box.
    const [whole, part] = [0, 1 / 3];
    expect([...mask]).toEqual([whole, 1, 1, 1, 1, 1, expect.closeTo(part, 6), 1, 1, 1, 1, 1]);
    encodeMask([], grid, mask);
    expect([...mask]).toEqual(Array(12).fill(1));
  });

  test("follows the crop: enlarged and shifted, regions are, too", () => {
    const mask = new Float32Array(12);
    // Crop pixel u shows picture pixel u / 2 + 10: the box covers crop pixels 8 to 16.
    encodeMask([boxRegion([13.9, 9.9, 17.8, 13.8])], { ...grid, matrix: [0.5, 0, 10, 0, 0.5, 10] }, mask);
    expect([...mask].map((value) => value < 0.5)).toEqual(Array.from({ length: 12 }, (_, i) => i === 1));
  });
});

const coco = join(import.meta.dirname, "../../../../../../shared/data/images/coco_real.json");
test.skipIf(!existsSync(coco))(
  "real outlines have the area that COCO states, crowds that of their runs",
  () => {
    const { annotations, images } = JSON.parse(readFileSync(coco, "utf8"));
    const sizes = new Map(images.map((image: { id: number }) => [image.id, image]));
    let compared = 0;
    for (const { segmentation, area, image_id, area_estimated } of annotations) {
      if (!segmentation || area_estimated || area < 2000) continue;
      // The stated area of one of the crowds is not that of its runs.
      const runs: number[] | undefined = segmentation.counts;
      const stated = runs ? runs.reduce((sum, run, i) => sum + (i % 2) * run, 0) : area;
      const { width, height } = sizes.get(image_id) as { width: number; height: number };
      const region: Region = readRegion(segmentation, "coco_real");
      let inside = 0;
      for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) if (isInside(region, x, y)) inside++;
      expect(Math.abs(inside - stated) / stated).toBeLessThan(0.06);
      compared++;
    }
    expect(compared).toBeGreaterThan(40);
  },
);

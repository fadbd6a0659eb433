import fc from "fast-check";
import { expect, test } from "vitest";
import { anchorBoxes, anchorCentres } from "./anchors.js";

const options = { size: 64, strides: [8, 16, 16], perCell: 2, points: 2, clip: 100 };
const codec = anchorBoxes(options);

test("anchors stand in cell centres; layers of one stride share their cells", () => {
  const centres = anchorCentres(options);
  expect(codec.count).toBe(8 * 8 * 2 + 4 * 4 * 4);
  expect(centres.length).toBe(2 * codec.count);
  expect([...centres.subarray(0, 6)]).toEqual([0.0625, 0.0625, 0.0625, 0.0625, 0.1875, 0.0625]);
  expect([...centres.subarray(256, 266)].map((v) => v * 8)).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 3, 1]);
});

const pixel = fc.double({ min: 1, max: 63, noNaN: true });
const side = fc.double({ min: 0.5, max: 60, noNaN: true });
const candidate = fc
  .tuple(
    fc.double({ min: 0.5, max: 0.99, noNaN: true }),
    pixel,
    pixel,
    side,
    side,
    pixel,
    pixel,
    pixel,
    pixel,
  )
  .map(([score, x, y, w, h, ...points]) => ({
    score,
    box: [x - w / 2, y - h / 2, x + w / 2, y + h / 2] as [number, number, number, number],
    points: Float32Array.from(points),
  }));

test("decode undoes encode for any set of boxes", () =>
  fc.assert(
    fc.property(fc.array(candidate, { maxLength: 5 }), (candidates) => {
      const back = codec.decode(codec.encode(candidates), 0.49);
      expect(back.length).toBe(candidates.length);
      for (const { score, box, points } of candidates) {
        const same = back.find(
          (other) => Math.abs(other.box[0] - box[0]) + Math.abs(other.score - score) < 1e-3,
        );
        expect(same).toBeDefined();
        for (const [i, v] of box.entries()) expect(same?.box[i]).toBeCloseTo(v, 3);
        for (const [i, v] of points.entries()) expect(same?.points[i]).toBeCloseTo(v, 3);
      }
    }),
  ));

test("rows without sense are left out: absurd logits, boxes without size, NaN", () => {
  const raw = codec.encode([]);
  raw[0] = 3e6; // a score of 1, but the box has no size
  raw.set([5, 0, 0, -3, 4], 9);
  raw.set([NaN, 0, 0, 3, 4], 18);
  raw.set([-3e6, 0, 0, 3, 4], 27);
  raw.set([3e6, 0, 0, 3, 4], 36);
  const found = codec.decode(raw, 0.1);
  expect(found.map(({ score }) => score)).toEqual([1]);
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { cropMatrix } from "../../image/warp.js";
import { squareAround } from "./crop.js";
import { decodeMultiPose, decodeSinglePose } from "./decode.js";

const unit = fc.double({ min: 0, max: 1, noNaN: true });

test("convention: a joint on a pixel's centre comes back as that pixel through any crop", () =>
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 255 }),
      fc.integer({ min: 0, max: 255 }),
      fc.double({ min: 10, max: 900, noNaN: true }),
      fc.double({ min: -200, max: 900, noNaN: true }),
      (x, y, size, centre) => {
        const toPicture = cropMatrix([centre, 40], size, 0, 256);
        const raw = new Float32Array(51);
        raw.set([(y + 0.5) / 256, (x + 0.5) / 256, 0.7]);
        const { joints } = decodeSinglePose(raw, { width: 256, height: 256 }, toPicture);
        // The crop's pixel is size/256 wide; its first one's left edge lies at centre − size/2.
        expect(joints[0]).toBeCloseTo(centre - size / 2 + ((x + 0.5) / 256) * size, 2);
        expect(joints[1]).toBeCloseTo(40 - size / 2 + ((y + 0.5) / 256) * size, 2);
        expect(joints[2]).toBeCloseTo(0.7, 6);
      },
    ),
  ));

test("multi-pose rows become people with boxes; weak rows and NaN are left out, in order of rows", () => {
  const raw = new Float32Array(3 * 56);
  const person = (row: number, score: number) => {
    for (let j = 0; j < 17; j++) raw.set([0.5, 0.25, 0.1 + 0.05 * j], row * 56 + 3 * j);
    raw.set([0.25, 0.125, 0.75, 0.5, score], row * 56 + 51);
  };
  person(0, 0.3);
  person(1, 0.1);
  person(2, 0.9);
  const identity = [1, 0, 0, 0, 1, 0];
  const found = decodeMultiPose(raw, { width: 64, height: 32 }, identity, 0.2);
  expect(found.map(({ score }) => Math.round(score * 10))).toEqual([3, 9]);
  expect(found[0].box).toEqual([7.5, 7.5, 31.5, 23.5]);
  expect([...found[0].joints.subarray(0, 2)]).toEqual([15.5, 15.5]);
  raw[55] = NaN;
  expect(decodeMultiPose(raw, { width: 64, height: 32 }, identity, 0.2).length).toBe(1);
});

test("the score of a single pose is the mean confidence, held within 0..1", () =>
  fc.assert(
    fc.property(fc.array(unit, { minLength: 17, maxLength: 17 }), (confidences) => {
      const raw = Float32Array.from(confidences.flatMap((c) => [0.1, 0.2, c]));
      const { score } = decodeSinglePose(raw, { width: 192, height: 192 }, [1, 0, 0, 0, 1, 0]);
      expect(score).toBeCloseTo(confidences.reduce((a, b) => a + b) / 17, 5);
    }),
  ));

test("a square holds the box and every sure joint, with a margin", () =>
  fc.assert(
    fc.property(fc.array(fc.tuple(unit, unit, unit), { minLength: 17, maxLength: 17 }), (rows) => {
      const joints = Float32Array.from(rows.flatMap(([x, y, c]) => [x * 300, y * 200, c]));
      const square = squareAround({ score: 1, box: [100, 50, 180, 190], joints });
      if (!square) throw new Error("a person with a box has a square");
      const [x, y] = square.centre;
      const half = square.size / 2 / 1.25 + 1e-3;
      for (const [u, v, c] of rows) {
        if (c <= 0.2) continue;
        expect(Math.abs(u * 300 - x)).toBeLessThanOrEqual(half);
        expect(Math.abs(v * 200 - y)).toBeLessThanOrEqual(half);
      }
      expect(Math.abs(100 - x)).toBeLessThanOrEqual(half);
      expect(Math.abs(190 - y)).toBeLessThanOrEqual(half);
    }),
  ));

test("without a box and sure joints there is no square", () => {
  expect(squareAround({ score: 0, joints: new Float32Array(51) })).toBeUndefined();
  expect(squareAround({ score: 0, joints: new Float32Array(51).fill(NaN) })).toBeUndefined();
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { regionMatrix } from "../../image/region.js";
import { decodeHints, detectorCode } from "./detector.js";
import { decodeBody } from "./landmarks.js";
import { regionFromCircle } from "./region.js";

const turn = (x: number, y: number, a: number) => [
  Math.cos(a) * x - Math.sin(a) * y,
  Math.sin(a) * x + Math.cos(a) * y,
];
const angle = fc.double({ min: -3, max: 3, noNaN: true });

test("the region turns with the person: rotation 0 is upright, positive leans to the right", () => {
  expect(regionFromCircle([10, 50], [10, 20])?.rotation).toBeCloseTo(0, 12);
  expect(regionFromCircle([10, 50], [40, 50])?.rotation).toBeCloseTo(Math.PI / 2, 12);
  expect(regionFromCircle([10, 50], [10, 20])?.size).toBeCloseTo(75, 12);
  expect(regionFromCircle([10, 50], [10, 50])).toBeUndefined();
  expect(regionFromCircle([NaN, 50], [10, 50])).toBeUndefined();
  fc.assert(
    fc.property(angle, (a) => {
      const [x, y] = turn(0, -30, a);
      expect(regionFromCircle([0, 0], [x, y])?.rotation).toBeCloseTo(a, 9);
    }),
  );
});

test("the detector numbers 2254 anchors", () => expect(detectorCode.count).toBe(2254));

test("hints come back in pixels of the picture", () => {
  const raw = detectorCode.encode([
    { score: 0.9, box: [90, 40, 110, 60], points: Float32Array.of(100, 150, 100, 50, 100, 80, 100, 60) },
  ]);
  const [hint] = decodeHints(raw, [2, 0, 10, 0, 2, 20]);
  expect(hint.score).toBeCloseTo(0.9, 5);
  expect(hint.region.centre[0]).toBeCloseTo(209, 4);
  expect(hint.region.centre[1]).toBeCloseTo(319, 4);
  expect(hint.region.size).toBeCloseTo(2.5 * 200, 3);
  expect(hint.region.rotation).toBeCloseTo(0, 6);
});

test("joints go back through a turned region, and metres are turned back with it", () =>
  fc.assert(
    fc.property(angle, fc.integer({ min: 0, max: 32 }), (rotation, j) => {
      const region = { centre: [300, 200] as const, size: 512, rotation };
      const landmarks = new Float32Array(195);
      landmarks.set([128 + 10, 128 - 40, 0, 2, 0], 5 * j);
      const world = new Float32Array(117);
      world.set([0.1, -0.4, 0.05], 3 * j);
      const body = decodeBody({ landmarks, world, presence: 0.8 }, regionMatrix(region, 256), rotation);
      const [x, y] = turn(20, -80, rotation);
      expect(body.joints[3 * j]).toBeCloseTo(300 + x, 3);
      expect(body.joints[3 * j + 1]).toBeCloseTo(200 + y, 3);
      expect(body.joints[3 * j + 2]).toBeCloseTo(1 / (1 + Math.exp(-2)), 6);
      const [u, v] = turn(0.1, -0.4, rotation);
      expect(body.world[3 * j]).toBeCloseTo(u, 6);
      expect(body.world[3 * j + 1]).toBeCloseTo(v, 6);
      expect(body.world[3 * j + 2]).toBeCloseTo(0.05, 6);
      expect(body.score).toBe(0.8);
    }),
  ));

test("the next region comes from the two points after the body's", () => {
  const landmarks = new Float32Array(195);
  landmarks.set([128, 128, 0, 0, 0, 158, 128, 0, 0, 0], 5 * 33);
  const region = { centre: [50, 60] as const, size: 256, rotation: 0 };
  const { next } = decodeBody(
    { landmarks, world: new Float32Array(117), presence: 1 },
    regionMatrix(region, 256),
    0,
  );
  expect(next?.centre[0]).toBeCloseTo(50, 6);
  expect(next?.centre[1]).toBeCloseTo(60, 6);
  expect(next?.rotation).toBeCloseTo(Math.PI / 2, 6);
  expect(next?.size).toBeCloseTo(75, 5);
});

test("a clear heatmap sharpens a joint, a faint or far one leaves it", () => {
  const landmarks = new Float32Array(195);
  landmarks.set([100, 100, 0, 0, 0, 100, 100, 0, 0, 0, 1000, 100], 0);
  const heatmap = new Float32Array(64 * 64 * 39);
  const at = (row: number, column: number, joint: number) => (row * 64 + column) * 39 + joint;
  heatmap[at(25, 26, 0)] = 0.8;
  heatmap[at(25, 27, 0)] = 0.8;
  heatmap[at(25, 27, 1)] = 0.4;
  heatmap[at(25, 63, 2)] = 0.9;
  const toPicture = [1, 0, 0.5, 0, 1, 0.5];
  const { joints } = decodeBody(
    { landmarks, world: new Float32Array(117), presence: 1, heatmap },
    toPicture,
    0,
  );
  expect([...joints.subarray(0, 2)]).toEqual([106, 100]);
  expect([...joints.subarray(3, 5)]).toEqual([100, 100]);
  expect([...joints.subarray(6, 8)]).toEqual([1000, 100]);
});

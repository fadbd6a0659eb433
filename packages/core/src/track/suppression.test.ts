import { expect, test } from "vitest";
import { joinOverlapping } from "./joining.js";
import { softSuppressByOks, suppressByBox, suppressByNearbyJoints, suppressByOks } from "./suppression.js";

const joints = 17;
const sigmas = Array.from({ length: joints }, () => 0.07);
/** A standing figure of 100 × 200 pixels, moved to the right by `shift`. */
const figure = (shift: number) =>
  Float64Array.from({ length: joints * 3 }, (_, i) =>
    i % 3 === 0 ? shift + ((i * 37) % 100) : i % 3 === 1 ? (i * 53) % 200 : 1,
  );
const poses = [figure(0), figure(3), figure(300), figure(302), figure(900)];
const scores = [0.5, 0.9, 0.8, 0.7, 0.1];
const areas = poses.map(() => 10600);

test("suppression by OKS and by nearby joints keeps the best of each cluster, best first", () => {
  expect(suppressByOks({ poses, areas, scores, sigmas }, { threshold: 0.5 })).toEqual([1, 2, 4]);
  expect(suppressByNearbyJoints(poses, scores)).toEqual([1, 2, 4]);
});

test("soft suppression drops nothing but takes duplicates last", () => {
  const order = softSuppressByOks({ poses, areas, scores, sigmas }, { threshold: 0.3, maximum: 4 });
  expect(order.slice(0, 2)).toEqual([1, 2]);
  expect(order).toHaveLength(4);
});

test("suppression by box", () => {
  const boxes = [
    [0, 0, 10, 10],
    [1, 0, 11, 10],
    [8, 0, 18, 10],
  ] as const;
  expect(suppressByBox(boxes, [0.4, 0.6, 0.5], { threshold: 0.5 })).toEqual([1, 2]);
});

test("nothing in, nothing out", () => {
  expect(suppressByOks({ poses: [], areas: [], scores: [], sigmas })).toEqual([]);
  expect(suppressByNearbyJoints([], [])).toEqual([]);
  expect(suppressByBox([], [])).toEqual([]);
});

test("faces that overlap are joined by score; others stay apart, best first", () => {
  const face = (x: number, score: number) => ({
    score,
    box: [x, 10, x + 20, 30] as const,
    points: Float32Array.of(x, 60, x, 20, x, 40, x, 20),
  });
  const joined = joinOverlapping([face(100, 0.6), face(10, 0.9), face(12, 0.3)], 0.3);
  expect(joined.map(({ score }) => score)).toEqual([0.9, 0.6]);
  expect(joined[0].box[0]).toBeCloseTo(10.5, 6);
  expect(joined[0].points[0]).toBeCloseTo(10.5, 5);
  expect(joined[1].box[0]).toBeCloseTo(100, 6);
});

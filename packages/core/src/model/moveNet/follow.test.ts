import fc from "fast-check";
import { expect, test } from "vitest";
import { coco17 } from "../../skeleton/layouts.js";
import { expectedJoints, likeness, mixed, movedFrom, near, pairUp, sharedJoints } from "./follow.js";
import { hideOthers } from "./hide.js";

/** A standing person, 100 pixels tall, all joints sure. */
const standing = [
  [50, 5], [52, 3], [48, 3], [55, 5], [45, 5], [60, 20], [40, 20], [65, 40], [35, 40], [66, 55], [34, 55],
  [57, 55], [43, 55], [58, 78], [42, 78], [58, 100], [42, 100],
] as const; // biome-ignore format: a table
const person = (dx = 0, dy = 0, confidence = 0.9) =>
  Float32Array.from(standing.flatMap(([x, y]) => [x + dx, y + dy, confidence]));
const mirrored = (joints: Float32Array) =>
  Float32Array.from(coco17.mirror.flatMap((k) => [...joints.subarray(3 * k, 3 * k + 3)]));

const shift = fc.integer({ min: -300, max: 300 });

test("likeness is 1 with itself, symmetric, and falls with distance", () =>
  fc.assert(
    fc.property(shift, shift, (dx, dy) => {
      const a = person();
      const b = person(dx, dy);
      expect(likeness(a, a)).toBeCloseTo(1, 12);
      expect(likeness(a, b)).toBeCloseTo(likeness(b, a), 12);
      if (Math.hypot(dx, dy) > 60) expect(likeness(a, b)).toBeLessThan(0.1);
      if (Math.hypot(dx, dy) < 2) expect(likeness(a, b)).toBeGreaterThan(0.9);
    }),
  ));

test("poses that share fewer than three sure joints can't be compared", () => {
  expect(likeness(person(), person(0, 0, 0.1))).toBe(0);
  expect(likeness(new Float32Array(51).fill(NaN), person())).toBe(0);
});

test("one person drawn mirrored shares the body; a neighbour doesn't", () => {
  expect(sharedJoints(person(), mirrored(person()))).toBe(1);
  expect(sharedJoints(person(), person(2, 1))).toBe(1);
  expect(sharedJoints(person(), person(40))).toBeLessThan(0.3);
  expect(sharedJoints(person(), person(0, 0, 0))).toBe(0);
});

test("a person who moves evenly is expected where they will be", () => {
  let followed = movedFrom(undefined, { score: 1, joints: person() }, 0, false);
  expect(expectedJoints(followed)).toEqual(person());
  for (let t = 1; t <= 12; t++)
    followed = movedFrom(followed, { score: 1, joints: person(5 * t, -3 * t) }, 0, false);
  const next = expectedJoints(followed);
  person(65, -39).forEach((value, i) => {
    expect(next[i]).toBeCloseTo(value, 1);
  });
});

test("people are paired with what is most like them, each once", () => {
  const partner = pairUp([person(0), person(200)], [person(203), person(400), person(-2)], 0.3);
  expect([...partner]).toEqual([2, 0]);
  expect([...pairUp([person(0), person(4)], [person(3)], 0.3)]).toEqual([-1, 0]);
});

test("extents that touch are near", () => {
  expect(near(person(), person(20))).toBe(true);
  expect(near(person(), person(100))).toBe(false);
  expect(near(person(), person(0, 0, 0))).toBe(false);
});

test("mixing averages where two placings agree and keeps the first where they don't", () => {
  const second = person(4);
  second[3 * 9] += 60;
  const both = mixed(person(), second, 0.75);
  expect(both[3 * 5]).toBeCloseTo(61, 4);
  expect(both[3 * 9]).toBeCloseTo(66, 4);
  expect(mixed(person(), new Float32Array(51).fill(NaN), 0.7)).toEqual(person());
});

test("others are painted grey, what crosses oneself is spared, the rest stays", () => {
  const side = 128;
  const pixels = new Uint8Array(3 * side * side).fill(7);
  const at = (x: number, y: number) => pixels[3 * (y * side + x)];
  hideOthers(pixels, side, [1, 0, 0, 0, 1, 0], {
    others: [person()],
    own: person(0).map((v, i) => (i < 33 ? 0 : v)),
  });
  expect(at(50, 35)).toBe(128);
  expect(at(58, 90)).toBe(7);
  expect(at(120, 50)).toBe(7);
  const untouched = new Uint8Array(3 * side * side).fill(7);
  hideOthers(untouched, side, [1, 0, 0, 0, 1, 0], { others: [new Float32Array(51).fill(NaN)] });
  expect(untouched.every((value) => value === 7)).toBe(true);
});

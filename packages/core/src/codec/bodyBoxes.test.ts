import { expect, test } from "vitest";
import { BODY_BOX_DEFAULTS, body25BoxJoints, faceBox, handBox } from "./bodyBoxes.js";

function bodyWith(joints: Record<number, [number, number]>) {
  const body = new Float32Array(75);
  for (const [joint, [x, y]] of Object.entries(joints)) body.set([x, y, 1], Number(joint) * 3);
  return body;
}

test("a hand lies a third of the forearm beyond the wrist", () => {
  const body = bodyWith({ 5: [0, 0], 6: [100, 0], 7: [200, 0] });
  const out = new Float32Array(4);
  handBox(body, body25BoxJoints, 0, BODY_BOX_DEFAULTS.hand, out);
  expect([...out]).toEqual([233 - 75, -75, 150, 150]);
  handBox(body, body25BoxJoints, 1, BODY_BOX_DEFAULTS.hand, out);
  expect([...out]).toEqual([0, 0, 0, 0]);
});

test("a face from in front is the mean of its terms, in profile it leans to the ear, and none is zeros", () => {
  const out = new Float32Array(4);
  const square = (joints: Record<number, [number, number]>) => {
    faceBox(bodyWith(joints), body25BoxJoints, BODY_BOX_DEFAULTS.face, out);
    return [...out];
  };
  expect(square({ 0: [50, 0], 1: [50, 40] })).toEqual([10, -20, 80, 80]);
  expect(square({ 15: [40, 0], 16: [60, 0], 17: [30, 0], 18: [70, 0] })).toEqual([15, -35, 70, 70]);
  const [x, , side] = square({ 0: [50, 0], 1: [50, 40], 16: [60, 0], 18: [80, 0] });
  expect(side).toBeCloseTo(0.85 * 80, 4);
  expect(x + side / 2).toBeCloseTo(190 / 3, 4);
  expect(square({ 1: [50, 40], 15: [40, 0] })).toEqual([0, 0, 0, 0]);
});

import { expect, test } from "vitest";
import { identityScores } from "./identity.js";
import { mpjpe } from "./mpjpe.js";

test("identity scores: labels may have any names; a swap at half time costs half", () => {
  const truth = [0, 0, 0, 0, 1, 1, 1, 1];
  expect(identityScores(truth, [7, 7, 7, 7, 3, 3, 3, 3]).f1).toBe(1);
  expect(identityScores(truth, [7, 7, 3, 3, 3, 3, 7, 7]).f1).toBe(0.5);
});

test("identity scores: missed and false detections", () => {
  const scores = identityScores([0, 0, 0, -1, -1], [5, 5, -1, 5, -1]);
  expect(scores.recall).toBeCloseTo(2 / 3, 12);
  expect(scores.precision).toBeCloseTo(2 / 3, 12);
  expect(identityScores([], [])).toEqual({ precision: 1, recall: 1, f1: 1 });
});

test("mean per-joint error leaves out what is missing in either and refuses other shapes", () => {
  expect(mpjpe([0, 0, 0, NaN, 0, 0, 3, 4, 0, 0, 0, 1], [0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0])).toEqual({
    mean: 7 / 3,
    median: 1,
    joints: 3,
  });
  expect(mpjpe([NaN, 0, 0], [0, 0, 0]).mean).toBeNaN();
  expect(() => mpjpe([0, 0, 0], [0, 0])).toThrow("3 numbers are compared with 2");
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { random } from "../array/random.js";
import { rotationVectorToMatrix } from "../array/rotation.js";
import { accelerationError, mpjpe, mpjve, nMpjpe, pMpjpe, procrustesAligned, rootRelative } from "./mpjpe.js";

const JOINTS = 6;
const poses = (seed: number, frames = 3) => {
  const source = random(seed);
  return Float64Array.from({ length: frames * JOINTS * 3 }, () => source.normal());
};

describe("errors after alignment", () => {
  test("Protocol 2 is zero for a similar pose, and not for a mirrored one", () =>
    fc.assert(
      fc.property(fc.integer(), fc.double({ min: 0.1, max: 9, noNaN: true }), (seed, scale) => {
        const truth = poses(seed);
        const R = rotationVectorToMatrix(poses(seed + 1).subarray(0, 3));
        const similar = truth.map((_, i) => {
          const at = i - (i % 3);
          const r = i % 3;
          return (
            scale * (R[3 * r] * truth[at] + R[3 * r + 1] * truth[at + 1] + R[3 * r + 2] * truth[at + 2]) + r
          );
        });
        expect(pMpjpe(similar, truth, JOINTS).mean).toBeLessThan(1e-9);
        const mirrored = truth.map((value, i) => (i % 3 === 0 ? -value : value));
        expect(pMpjpe(mirrored, truth, JOINTS).mean).toBeGreaterThan(0.1);
      }),
      { numRuns: 30 },
    ));

  test("each alignment leaves less than the one before", () =>
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const truth = rootRelative(poses(seed, 1), JOINTS);
        const predicted = rootRelative(poses(seed + 1, 1), JOINTS);
        const squares = (a: Float64Array) => a.reduce((sum, value, i) => sum + (value - truth[i]) ** 2, 0);
        expect(squares(procrustesAligned(predicted, truth, JOINTS))).toBeLessThanOrEqual(
          squares(predicted) + 1e-9,
        );
      }),
      { numRuns: 30 },
    ));

  test("Protocol 3 forgives scale and nothing else", () => {
    const truth = rootRelative(poses(1), JOINTS);
    expect(
      nMpjpe(
        truth.map((value) => 3 * value),
        truth,
        JOINTS,
      ).mean,
    ).toBeLessThan(1e-12);
    const moved = truth.map((value, i) => value + (i % 3 === 0 ? 1 : 0));
    expect(nMpjpe(moved, truth, JOINTS).mean).toBeGreaterThan(0.1);
  });

  test("a joint that is missing in one changes nothing for the others", () => {
    const truth = poses(2, 1);
    const predicted = truth.map((value) => 2 * value + 1);
    predicted.fill(NaN, 3, 6);
    for (const error of [
      pMpjpe(predicted, truth, JOINTS),
      nMpjpe(
        truth.map((v, i) => predicted[i] * 0 + v),
        truth,
        JOINTS,
      ),
    ]) {
      expect(error.mean).toBeLessThan(1e-9);
      expect(error.joints).toBe(JOINTS - 1);
    }
  });

  test("a pose whose joints coincide is moved onto the truth's middle", () => {
    const truth = Float64Array.of(1, 0, 0, -1, 0, 0);
    expect([...procrustesAligned(new Float64Array(6).fill(5), truth, 2)]).toEqual([0, 0, 0, 0, 0, 0]);
  });
});

test("errors of motion: a constant offset has none, a drift has velocity, a parabola acceleration", () => {
  const truth = new Float64Array(5 * 2 * 3);
  const along = (f: (t: number) => number) => truth.map((_, i) => (i % 3 === 0 ? f(Math.floor(i / 6)) : 0));
  expect(
    mpjve(
      along(() => 7),
      truth,
      2,
    ),
  ).toEqual({ mean: 0, median: 0, joints: 8 });
  expect(
    mpjve(
      along((t) => 2 * t),
      truth,
      2,
    ).mean,
  ).toBe(2);
  expect(
    accelerationError(
      along((t) => 2 * t),
      truth,
      2,
    ).mean,
  ).toBe(0);
  expect(
    accelerationError(
      along((t) => 1.5 * t * t),
      truth,
      2,
    ),
  ).toEqual({ mean: 3, median: 3, joints: 6 });
});

test("frames of another number of joints are refused", () => {
  expect(() => pMpjpe(new Float64Array(12), new Float64Array(12), 3)).toThrow(
    "12 numbers are compared with 12 as frames of 3",
  );
  expect(() => mpjpe([0, 0], [0, 0])).toThrow("2 numbers");
});

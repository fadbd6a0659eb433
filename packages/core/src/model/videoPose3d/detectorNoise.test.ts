import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { random } from "../../array/random.js";
import { addDetectorNoise, type DetectorNoise, EVALUATION_NOISE, interpolateGaps } from "./detectorNoise.js";

const NONE: DetectorNoise = { ...EVALUATION_NOISE, jitter: 0, missing: 0 };
const FRAMES = 20_000;

/** One joint at rest in the origin, seen by a detector; a person 2 tall. */
function errors(noise: Partial<DetectorNoise>, seed = 1): Float64Array {
  const heights = new Float32Array(FRAMES).fill(2);
  const still = new Float64Array(FRAMES * 2);
  return addDetectorNoise(
    still,
    heights,
    1,
    { ...NONE, ...noise },
    random(seed),
    new Float64Array(FRAMES * 2),
  );
}

const deviation = (values: ArrayLike<number>) =>
  Math.sqrt(Array.from(values).reduce((sum, value) => sum + value * value, 0) / values.length);

describe("detector noise", () => {
  test("a perfect detector changes nothing; the same seed gives the same errors", () => {
    expect(errors({}).every((value) => value === 0)).toBe(true);
    expect(errors({ jitter: 0.01, missing: 0.1 }, 7)).toEqual(errors({ jitter: 0.01, missing: 0.1 }, 7));
    expect(errors({ jitter: 0.01 }, 7)).not.toEqual(errors({ jitter: 0.01 }, 8));
  });

  test("its size is a share of the person's height", () => {
    expect(deviation(errors({ jitter: 0.01 }))).toBeCloseTo(0.02, 3);
    expect(deviation(errors({ outliers: 0.25, outlierSpread: 0.1 }))).toBeCloseTo(0.1, 2);
  });

  test("drift has its size and forgets in its time", () => {
    const drift = errors({ drift: 0.01, driftFrames: 10 });
    expect(deviation(drift) / 0.02).toBeGreaterThan(0.9);
    expect(deviation(drift) / 0.02).toBeLessThan(1.1);
    let [product, square] = [0, 0];
    for (let i = 0; i + 20 < drift.length; i++) {
      product += drift[i] * drift[i + 20];
      square += drift[i] * drift[i];
    }
    expect(product / square).toBeCloseTo(Math.exp(-1), 1);
  });

  test("a bias stays", () => {
    const bias = errors({ bias: 0.01 });
    expect(bias[0]).not.toBe(0);
    expect(bias.every((value, i) => value === bias[i % 2])).toBe(true);
  });

  test("as many joints are missing as said, each on its own at the shortest gaps", () => {
    // A ramp of squares: where a value isn't one, it was interpolated.
    const heights = new Float32Array(FRAMES).fill(1);
    const squares = Float64Array.from({ length: FRAMES * 2 }, (_, i) => Math.floor(i / 2) ** 2);
    const count = (missingFrames: number) => {
      const noise = { ...NONE, missing: 0.1, missingFrames };
      const seen = addDetectorNoise(squares, heights, 1, noise, random(3), squares.slice());
      const lost = Array.from({ length: FRAMES }, (_, t) => (seen[2 * t] === squares[2 * t] ? 0 : 1));
      const gaps = lost.filter((value, t) => value && !lost[t - 1]).length;
      const total = lost.reduce<number>((sum, value) => sum + value, 0);
      return { share: total / FRAMES, length: total / gaps };
    };
    const alone = count(1 / 0.9);
    expect(alone.share).toBeCloseTo(0.1, 2);
    expect(alone.length).toBeCloseTo(1 / 0.9, 1);
    const long = count(5);
    expect(Math.abs(long.share - 0.1)).toBeLessThan(0.02);
    expect(Math.abs(long.length - 5)).toBeLessThan(0.5);
  });
});

describe("gaps", () => {
  test("are closed as numpy.interp does", () => {
    const values = Float64Array.of(9, 9, 2, 20, 9, 9, 9, 9, 8, 50, 9, 9);
    interpolateGaps(values, Uint8Array.of(1, 0, 1, 1, 0, 1), 1, 0);
    expect([...values]).toEqual([2, 20, 2, 20, 4, 30, 6, 40, 8, 50, 8, 50]);
  });

  test("leave what was seen, other joints, and a joint that was never seen", () =>
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 20 }), (flags) => {
        const before = Float64Array.from({ length: flags.length * 4 }, (_, i) => Math.sin(i));
        const after = before.slice();
        interpolateGaps(after, Uint8Array.from(flags, Number), 2, 1);
        flags.forEach((gone, t) => {
          expect(after[4 * t]).toBe(before[4 * t]);
          if (!gone || flags.every(Boolean)) expect(after[4 * t + 2]).toBe(before[4 * t + 2]);
        });
        expect(after.every(Number.isFinite)).toBe(true);
      }),
    ));
});

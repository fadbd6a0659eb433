import { random } from "@marey/core/array";
import { type Camera, project } from "@marey/core/camera";
import type { Detection } from "@marey/core/motion";
import { coco17 } from "@marey/core/skeleton";
import { type Sighting, syntheticTake } from "@marey/core/world";
import fc from "fast-check";
import { expect, test } from "vitest";
import { smoother } from "./smooth.js";

/** A figure of 100×100 pixels whose joints all stand at `x` aside from where they should. */
const figure = (x: number, id?: number) => ({
  score: 1,
  ...(id !== undefined && { id }),
  joints: Float32Array.of(x, 0, 1, x + 100, 100, 0.5, x + 50, 50, 0.9),
});
const { uniform } = random(5);
const jitter = Array.from({ length: 90 }, () => uniform(-0.5, 0.5));
const rms = (values: number[]) => Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / values.length);

test("jitter at rest goes, motion hardly lags", () => {
  const rest = smoother();
  const still = Array.from(
    { length: 90 },
    (_, i) => rest(i / 30, [figure(jitter[i] as number, 0)])[0]?.joints[0] ?? NaN,
  );
  expect(rms(still.slice(30))).toBeLessThan(0.6 * rms(jitter.slice(30)));
  const moving = smoother();
  // Two sizes of the person a second, as a fast walk before a near camera.
  const lag = Array.from({ length: 60 }, (_, i) => {
    const x = (i / 30) * 200 * Math.SQRT2;
    return x - (moving(i / 30, [figure(x, 0)])[0]?.joints[0] ?? NaN);
  });
  expect(Math.max(...lag.slice(15))).toBeLessThan(4); // of 9.4 pixels a frame
});

test.each([10, 30, 60])(
  "a walker seen 5 pixels wrong comes nearer to the truth, with less jitter, at %i Hz",
  (frameRate) => {
    const flaws = { noise: 5, drift: 0 };
    const take = syntheticTake({
      seed: 4,
      people: 1,
      frameRate,
      frameCount: 6 * frameRate,
      skeleton: coco17,
      flaws,
    });
    const truth = take.truth().people[0]?.positions ?? new Float32Array();
    const smooth = smoother();
    const [raw, filtered]: number[][][] = [[], []];
    for (let t = 0; t < take.frameCount; t++) {
      const at = project(
        Float64Array.from(truth.subarray(51 * t, 51 * t + 51)),
        take.rig.cameras[0] as Camera,
      );
      const seen = { ...(take.sightings(0, t)[0] as Sighting).detection, id: 0 };
      const error = ({ joints }: { joints: Float32Array }) =>
        Array.from(at, (value, i) => (joints[3 * (i >> 1) + (i % 2)] as number) - value);
      raw?.push(error(seen));
      filtered?.push(error(smooth(t / frameRate, [seen])[0] as Detection));
    }
    const jitter = (errors: number[][] = []) =>
      rms(
        errors.flatMap((now, t) =>
          t === 0 ? [] : now.map((value, i) => value - (errors[t - 1]?.[i] ?? NaN)),
        ),
      );
    expect(rms(filtered?.flat() ?? [])).toBeLessThan(0.96 * rms(raw?.flat() ?? []));
    expect(jitter(filtered)).toBeLessThan(0.85 * jitter(raw));
  },
);

test("nothing is invented, confidences and boxes stay, nameless people pass", () => {
  const smooth = smoother();
  const missing = { ...figure(0, 3), joints: Float32Array.of(0, 0, 1, NaN, NaN, 0, 50, 50, 0.9) };
  smooth(0, [figure(0, 3)]);
  const [seen] = smooth(1 / 30, [{ ...missing, box: [1, 2, 3, 4] }]);
  expect(Array.from(seen?.joints.subarray(3, 6) ?? [])).toEqual([NaN, NaN, 0]);
  expect(seen?.joints[8]).toBeCloseTo(0.9);
  expect(seen?.box).toEqual([1, 2, 3, 4]);
  const nameless = figure(7);
  expect(smooth(2 / 30, [nameless])[0]).toBe(nameless);
});

test("a person who jumps, or comes back, begins anew; a joint that comes back too", () => {
  const smooth = smoother();
  for (let i = 0; i < 10; i++) smooth(i / 30, [figure(0, 1)]);
  expect(smooth(10 / 30, [figure(500, 1)])[0]?.joints[0]).toBe(500);
  smooth(11 / 30, []);
  expect(smooth(1, [figure(510, 1)])[0]?.joints[0]).toBe(510);
  const without = { ...figure(510, 1), joints: Float32Array.of(NaN, NaN, 0, 610, 100, 1, 560, 50, 1) };
  for (let i = 1; i <= 10; i++) smooth(1 + i / 30, [without]);
  expect(smooth(1 + 11 / 30, [figure(530, 1)])[0]?.joints[0]).toBe(530);
});

test("near and far people are smoothed alike; results stay between what was seen", () =>
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -30, max: 30 }), { minLength: 2, maxLength: 20 }), (places) => {
      const [near, far] = [smoother(), smoother()];
      for (const [i, x] of places.entries()) {
        const [a] = near(i / 30, [
          { ...figure(0, 0), joints: figure(x).joints.map((v, k) => (k % 3 === 2 ? v : 8 * v)) },
        ]);
        const [b] = far(i / 30, [figure(x, 0)]);
        expect((a?.joints[0] ?? NaN) / 8).toBeCloseTo(b?.joints[0] ?? NaN, 3);
        const seen = places.slice(0, i + 1);
        expect(b?.joints[0]).toBeGreaterThanOrEqual(Math.min(...seen) - 1e-4);
        expect(b?.joints[0]).toBeLessThanOrEqual(Math.max(...seen) + 1e-4);
      }
    }),
  ));

test("times that stand still or go back begin anew instead of giving NaN", () => {
  const smooth = smoother();
  smooth(1, [figure(0, 0)]);
  expect(smooth(1, [figure(3, 0)])[0]?.joints[0]).toBe(3);
  expect(smooth(0.5, [figure(4, 0)])[0]?.joints[0]).toBe(4);
});

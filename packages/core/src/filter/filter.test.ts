import fc from "fast-check";
import { expect, test } from "vitest";
import { MareyError } from "../error.js";
import { boundaryIndex } from "./boundary.js";
import { type Band, butterworth } from "./butterworth.js";
import { fillGaps } from "./gaps.js";
import { kalmanFilter, kalmanRun, kalmanSmooth, whiteJerk } from "./kalman.js";
import { hampel, medianFilter, medianOf } from "./median.js";
import { oneEuroStart, oneEuroStep } from "./oneEuro.js";
import { filterRuns } from "./runs.js";
import { savitzkyGolay } from "./savitzkyGolay.js";
import { smoothingSpline } from "./smoothingSpline.js";
import { type Interpolation, splineAt } from "./spline.js";
import { whittaker } from "./whittaker.js";
import { filtfilt, sosfiltfilt } from "./zeroPhase.js";

const signal = (min: number, max = 60) =>
  fc
    .array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: min, maxLength: max })
    .map((x) => Float64Array.from(x));
const close = (a: Float64Array, b: ArrayLike<number>, tolerance: number) =>
  a.forEach((value, i) => {
    expect(Math.abs(value - b[i])).toBeLessThan(tolerance);
  });

/** |H| of one pass at a frequency, from the transfer function. */
function gain(b: Float64Array, a: Float64Array, radians: number): number {
  const at = (c: Float64Array) => {
    const re = c.reduce((sum, value, k) => sum + value * Math.cos(k * radians), 0);
    const im = c.reduce((sum, value, k) => sum - value * Math.sin(k * radians), 0);
    return Math.hypot(re, im);
  };
  return at(b) / at(a);
}

test("butterworth: gain 1/√2 at each edge, 1 in the band, 0 outside, for every kind; sections multiply to it", () =>
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 4 }),
      fc.double({ min: 2, max: 10, noNaN: true }),
      fc.double({ min: 12, max: 25, noNaN: true }),
      fc.constantFrom<Band>("lowpass", "highpass", "bandpass", "bandstop"),
      (order, low, high, kind) => {
        const edges = kind === "lowpass" || kind === "highpass" ? [low] : [low, high];
        const filter = butterworth({ order, cutoff: edges.length === 1 ? low : [low, high], rate: 60, kind });
        const at = (hertz: number) => gain(filter.b, filter.a, (2 * Math.PI * hertz) / 60);
        for (const edge of edges) expect(at(edge)).toBeCloseTo(Math.SQRT1_2, 6);
        expect(at(0)).toBeCloseTo(kind === "lowpass" || kind === "bandstop" ? 1 : 0, 6);
        expect(at(30)).toBeCloseTo(kind === "highpass" || kind === "bandstop" ? 1 : 0, 6);
        let product = 1;
        for (let s = 0; s < filter.sos.length; s += 6)
          product *= gain(filter.sos.slice(s, s + 3), filter.sos.slice(s + 3, s + 6), 0.7);
        expect(product).toBeCloseTo(gain(filter.b, filter.a, 0.7), 6);
      },
    ),
  ));

test("filtfilt: both forms agree, a constant passes unchanged", () =>
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4 }), signal(20), (order, x) => {
      const filter = butterworth({ order, cutoff: 6, rate: 60 });
      close(filtfilt(filter, x), sosfiltfilt(filter, x), 1e-7);
      const still = x.map(() => x[0]);
      close(filtfilt(filter, still), still, 1e-9);
    }),
  ));

test("filters refuse what they can't do", () => {
  const filter = butterworth({ order: 4, cutoff: 6, rate: 60 });
  expect(() => filtfilt(filter, new Float64Array(15))).toThrow(MareyError);
  expect(() => butterworth({ order: 2, cutoff: 30, rate: 60 })).toThrow(/between 0 and 30 Hz/);
  expect(() => butterworth({ order: 0, cutoff: 3, rate: 60 })).toThrow(MareyError);
  expect(() => butterworth({ order: 2, cutoff: [8, 4], rate: 60, kind: "bandpass" })).toThrow(MareyError);
  expect(() => medianFilter(new Float64Array(5), { window: 4 })).toThrow(/odd/);
  expect(() => splineAt("pchip", Float64Array.of(1, 1), Float64Array.of(0, 0), Float64Array.of(1))).toThrow(
    MareyError,
  );
  expect(() => savitzkyGolay(new Float64Array(5), { window: 7, polynomialOrder: 2 })).toThrow(MareyError);
});

test("splines: knots are met, order of queries doesn't matter, cubics reproduce what they can", () =>
  fc.assert(
    fc.property(
      fc.constantFrom<Interpolation>("linear", "cubicNotAKnot", "cubicNatural", "pchip", "akima"),
      fc.uniqueArray(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 20 }),
      fc.array(fc.double({ min: -20, max: 420, noNaN: true }), { minLength: 1, maxLength: 20 }),
      (kind, times, queries) => {
        const t = Float64Array.from(times).sort();
        const v = t.map((value) => Math.sin(value / 40) + value / 100);
        close(splineAt(kind, t, v, t), v, 1e-9);
        const q = Float64Array.from(queries);
        const one = Float64Array.from(q, (value) => splineAt(kind, t, v, Float64Array.of(value))[0]);
        close(splineAt(kind, t, v, q), one, 1e-9);
        if (t.length < 4) return;
        const cubic = (x: number) => 1 + x - (x / 100) ** 2 + (x / 100) ** 3;
        if (kind === "cubicNotAKnot") close(splineAt(kind, t, t.map(cubic), q), q.map(cubic), 1e-5);
        const line = t.map((value) => 2 * value);
        const inside = q.filter((value) => value >= t[0] && value <= t[t.length - 1]);
        close(
          splineAt(kind, t, line, inside),
          inside.map((value) => 2 * value),
          1e-9,
        );
      },
    ),
  ));

test("fillGaps: present samples stay, gaps up to the limit are filled, ends and longer gaps are missing", () =>
  fc.assert(
    fc.property(
      fc.array(fc.option(fc.double({ min: -5, max: 5, noNaN: true }), { nil: NaN, freq: 2 }), {
        minLength: 1,
        maxLength: 50,
      }),
      fc.integer({ min: 0, max: 5 }),
      fc.constantFrom<Interpolation>("linear", "cubicNotAKnot", "pchip"),
      (values, longestGap, method) => {
        const y = fillGaps(Float64Array.from(values), { longestGap, method });
        const present = values.flatMap((value, i) => (Number.isNaN(value) ? [] : [i]));
        if (present.length < 2) return;
        y.forEach((value, i) => {
          const before = present.findLast((k) => k < i) ?? -Infinity;
          const after = present.find((k) => k > i) ?? Infinity;
          if (!Number.isNaN(values[i])) expect(value).toBe(values[i]);
          else expect(Number.isNaN(value)).toBe(after - before - 1 > longestGap);
        });
      },
    ),
  ));

test("hampel: a lone spike goes, a step stays; missing samples don't hide it", () => {
  const x = Float64Array.from({ length: 30 }, (_, i) => (i < 15 ? 0.01 : 1) * (1 + 0.01 * Math.sin(i)));
  x[5] = 9;
  x[6] = NaN;
  const outlier = new Uint8Array(30);
  const y = hampel(x, { window: 7, sigmas: 3 }, undefined, outlier);
  expect(outlier[5]).toBe(1);
  expect(y[5]).toBeLessThan(0.02);
  expect(y[6]).toBeNaN();
  close(y.subarray(14, 17), x.subarray(14, 17), 1e-12);
  expect(hampel(x, { window: 7, sigmas: 2, edges: "keep" })[5]).toBe(9);
});

test("median: equals sorting the window", () =>
  fc.assert(
    fc.property(signal(1), fc.constantFrom(1, 3, 5, 9), (x, window) => {
      const y = medianFilter(x, { window, boundary: "mirror" });
      y.forEach((value, i) => {
        const around = Array.from(
          { length: window },
          (_, k) => x[boundaryIndex(i + k - (window >> 1), x.length, "mirror")],
        );
        expect(value).toBe(medianOf(around));
      });
    }),
  ));

test("filterRuns: runs are filtered by themselves", () => {
  const x = Float64Array.of(1, 2, NaN, 4, 5, 6, 0, 8);
  const sums = (zeroIsMissing: boolean) =>
    Array.from(
      filterRuns(x, (run, out) => out.fill(run.reduce((a, b) => a + b, 0)), { longerThan: 1, zeroIsMissing }),
    );
  expect(sums(false)).toEqual([3, 3, NaN, 23, 23, 23, 23, 23]);
  expect(sums(true)).toEqual([3, 3, NaN, 15, 15, 15, 0, 8]);
});

test("whittaker and smoothing spline: lines pass unchanged, a huge weight gives the regression line", () =>
  fc.assert(
    fc.property(signal(5, 30), (x) => {
      const line = x.map((_, i) => 2 - 0.3 * i);
      close(whittaker(line, { lambda: 50 }), line, 1e-9);
      const t = x.map((_, i) => i);
      close(smoothingSpline(t, line, 50).values, line, 1e-9);
      const mean = x.reduce((a, b) => a + b, 0) / x.length;
      const centre = (x.length - 1) / 2;
      const top = x.reduce((sum, value, i) => sum + (i - centre) * value, 0);
      const slope = top / t.reduce((sum, i) => sum + (i - centre) ** 2, 0);
      close(
        smoothingSpline(t, x, 1e9).values,
        t.map((i) => mean + slope * (i - centre)),
        1e-3,
      );
    }),
  ));

test("kalman: coordinates that share a covariance come out as they would alone; a gap widens it", () => {
  const z = Float64Array.from({ length: 80 }, (_, i) => Math.sin(i / 7 + (i % 2)));
  z.fill(NaN, 40, 50);
  const start = (d: number) => ({
    state: new Float64Array(3 * d),
    covariance: Float64Array.of(9, 0, 0, 9, 0, 9),
  });
  const model = whiteJerk(1 / 30, 100);
  const both = kalmanRun(40, 2);
  kalmanFilter(z, 0.01, model, start(2), both);
  kalmanSmooth(both, model.dt, both.filtered, both.covariance);
  for (let c = 0; c < 2; c++) {
    const one = kalmanRun(40, 1);
    kalmanFilter(
      z.filter((_, i) => i % 2 === c),
      0.01,
      model,
      start(1),
      one,
    );
    kalmanSmooth(one, model.dt, one.filtered, one.covariance);
    close(
      one.filtered,
      both.filtered.filter((_, i) => Math.floor(i / 3) % 2 === c),
      1e-9,
    );
  }
  expect(both.covariance[6 * 22]).toBeGreaterThan(1.5 * both.covariance[6 * 10]);
});

test("one euro: a missing sample leaves the state alone", () => {
  const state = oneEuroStart();
  const options = { minCutoff: 1, beta: 0.1 };
  expect(oneEuroStep(state, 0, 5, options)).toBe(5);
  expect(oneEuroStep(state, 0.1, NaN, options)).toBeNaN();
  const y = oneEuroStep(state, 0.2, 6, options);
  expect(y).toBeGreaterThan(5);
  expect(y).toBeLessThan(6);
});

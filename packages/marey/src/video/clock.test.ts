import { expect, test } from "vitest";
import { liveClock } from "./clock.js";

test("stamps give the times, however unevenly frames arrive", () => {
  const clock = liveClock();
  const arrivals = [100, 100.001, 100.002, 100.5, 100.51, 101];
  const times = arrivals.map((now, i) => clock.time(7 + i * 0.04, now));
  times.forEach((time, i) => void expect(time).toBeCloseTo(i * 0.04, 9));
});

test("without stamps arrival gives them, and time always rises", () => {
  const clock = liveClock();
  const times = [5, 5.04, 5.04, 5.2].map((now) => clock.time(undefined, now));
  [0, 0.04, 0.041, 0.201].forEach((time, i) => void expect(times[i]).toBeCloseTo(time, 9));
});

test("stamps that leap or go back are not followed", () => {
  const clock = liveClock();
  const frames: [stamp: number, now: number][] = [
    [0, 0],
    [0.04, 0.04],
    [9000, 0.08],
    [9000.04, 0.12],
    [3, 0.16],
    [3.04, 0.2],
  ];
  frames.forEach(([stamp, now]) => void expect(clock.time(stamp, now)).toBeCloseTo(now, 9));
});

test("an outage keeps its length, whatever the stamps begin with again", () => {
  const clock = liveClock();
  clock.time(50, 10);
  clock.time(50.04, 10.04);
  clock.restart();
  expect(clock.time(50.05, 13.04)).toBeCloseTo(3.04, 9);
  expect(clock.time(50.09, 13.5)).toBeCloseTo(3.08, 9);
});

import { expect, test } from "vitest";
import { identityScores } from "../metric/identity.js";
import type { Detection, Detections } from "../motion/keypoints.js";
import { JointState } from "../motion/state.js";
import { coco17 } from "../skeleton/layouts.js";
import { syntheticTake } from "../world/take.js";
import { identifyPeople, trackView } from "./viewTake.js";
import { followView, viewTracker } from "./viewTracker.js";

/** A figure of 80 × 240 pixels whose shape is its own by `kind`. */
function figure(x: number, y: number, kind: number, score = 0.9): Detection {
  const joints = new Float32Array(51);
  for (let j = 0; j < 17; j++)
    joints.set([x + 40 * Math.sin(1.7 * j + kind), y + 15 * j - 120 + 10 * Math.cos(j * kind), 0.9], 3 * j);
  return { score, joints };
}

const take = (frames: Detection[][]): Detections => ({
  skeleton: coco17,
  frameRate: 30,
  width: 1280,
  height: 720,
  firstFrame: 0,
  frames,
});

test("two people who cross keep their ids, in whatever order they are listed", () => {
  const tracker = viewTracker(coco17.sigmas, 30);
  for (let t = 0; t < 60; t++) {
    const both = [figure(200 + 10 * t, 300, 1), figure(800 - 10 * t, 340, 3)];
    const ids = followView(tracker, t % 3 === 1 ? both.reverse() : both);
    expect([...ids]).toEqual(t % 3 === 1 ? [1, 0] : [0, 1]);
  }
});

test("a doubtful detection continues a person and begins none", () => {
  const tracker = viewTracker(coco17.sigmas, 30);
  expect([...followView(tracker, [figure(300, 300, 1), figure(700, 300, 2, 0.2)])]).toEqual([0, -1]);
  expect([...followView(tracker, [figure(303, 300, 1, 0.2), figure(700, 300, 2, 0.05)])]).toEqual([0, -1]);
});

test("a doubtful detection doesn't take over from a clear one, nor does it leave its own person to that one", () => {
  const tracker = viewTracker(coco17.sigmas, 30);
  const walk = (x: number, score: number) => [figure(x, 300, 1, score), figure(460 - x, 300, 1.4, 0.9)];
  for (let t = 0; t < 15; t++) followView(tracker, walk(100 + 4 * t, 0.9));
  for (let t = 15; t < 40; t++) expect([...followView(tracker, walk(100 + 4 * t, 0.2))]).toEqual([0, 1]);
});

test("someone found twice stays one person, in whatever order and with whatever scores", () => {
  const tracker = viewTracker(coco17.sigmas, 30);
  for (let t = 0; t < 30; t++) {
    const twice = [figure(300 + t, 300, 1), figure(303 + t, 302, 1, 0.9 + 0.05 * Math.sin(t))];
    const ids = [...followView(tracker, t % 2 === 0 ? twice : [figure(300 + t, 300, 1)])];
    expect(ids.filter((id) => id >= 0)).toEqual([0]);
  }
});

test("someone new gets an id at the second sighting; ids aren't given again", () => {
  const tracker = viewTracker(coco17.sigmas, 30);
  const known = figure(300, 300, 1);
  followView(tracker, [known]);
  expect([...followView(tracker, [known, figure(900, 300, 2)])]).toEqual([0, -1]);
  for (let t = 0; t < 5; t++) followView(tracker, [known]);
  expect([...followView(tracker, [figure(905, 300, 2), known])]).toEqual([-1, 0]);
  expect([...followView(tracker, [figure(906, 300, 2), known])]).toEqual([1, 0]);
});

/** The ids before and after `gap` frames without anybody. */
function after(gap: number, x: number, step = 2, frameRate = 30) {
  const tracker = viewTracker(coco17.sigmas, frameRate, { minSightings: 1 });
  for (let t = 0; t < 10; t++) followView(tracker, [figure(300 + step * t, 300, 1)]);
  for (let t = 0; t < gap; t++) followView(tracker, []);
  return followView(tracker, [figure(x, 300, 1)])[0];
}

test("who comes back in time keeps the id, who comes later or elsewhere is someone new", () => {
  expect(after(20, 340)).toBe(0);
  expect(after(60, 340)).toBe(1);
  expect(after(5, 1000)).toBe(1);
});

test("who comes back with other joints than were seen, or with none, is someone new", () => {
  const part = (from: number, to: number) => {
    const { score, joints } = figure(300, 300, 1);
    return { score, joints: joints.map((v, i) => (i >= 3 * from && i < 3 * to ? v : i % 3 === 2 ? 0 : NaN)) };
  };
  const tracker = viewTracker(coco17.sigmas, 30);
  for (let t = 0; t < 5; t++) followView(tracker, [part(0, 8)]);
  followView(tracker, []);
  followView(tracker, [part(8, 17), part(0, 0)]);
  expect(followView(tracker, [part(8, 17)])[0]).toBe(1);
});

test("who walked may have walked on or stopped meanwhile", () => {
  // 12 pixels a frame, for half a second.
  expect(after(15, 408 + 12 * 15, 12)).toBe(0);
  expect(after(15, 410, 12)).toBe(0);
  expect(after(15, 120, 12)).toBe(1);
});

test("time counts, not frames", () => {
  expect(after(4, 318, 2, 2.5)).toBe(1);
  const tracker = viewTracker(coco17.sigmas, 30);
  followView(tracker, [figure(300, 300, 1)], 0);
  followView(tracker, [figure(300, 300, 1)], 1);
  expect([...followView(tracker, [figure(302, 300, 1)], 2)]).toEqual([0]);
  followView(tracker, [figure(302, 300, 1)], 5);
  expect([...followView(tracker, [figure(302, 300, 1)], 5.03)]).toEqual([1]);
});

test("after a gap the velocity is that of the gap", () => {
  const tracker = viewTracker(coco17.sigmas, 30);
  for (let t = 0; t < 10; t++) followView(tracker, [figure(300 + 6 * t, 300, 1)]);
  expect(tracker.tracks[0]?.velocity[0]).toBeCloseTo(180, -1);
  for (let t = 0; t < 19; t++) followView(tracker, []);
  followView(tracker, [figure(374, 300, 1)]);
  expect(tracker.tracks[0]?.velocity[0]).toBeCloseTo(30, -1);
});

test("people who walk past each other, hide each other and are missed keep their ids", () => {
  const flaws = { noise: 4, missedJoints: 0.03, outliers: 0.02, duplicates: 0.02, missedPeople: 0.03 };
  const scores = [1, 2, 3].map((seed) => {
    const paths = { closest: 0.7, reach: 2 };
    const take = syntheticTake({
      ...{ seed, people: 3, frameRate: 30, frameCount: 240, skeleton: coco17, paths },
      flaws: { ...flaws, occlusion: true },
    });
    const tracker = viewTracker(coco17.sigmas, 30);
    const [truth, labels]: number[][] = [[], []];
    for (let t = 0; t < 240; t++) {
      const seen = take.sightings(0, t).filter(({ detection }) => detection.score > 0.35);
      const ids = followView(
        tracker,
        seen.map(({ detection }) => detection),
      );
      // Of two detections of one person the one without an id is nobody's.
      seen.forEach(({ person }, i) => {
        const named = seen.some((other, k) => other.person === person && ids[k]! >= 0);
        truth!.push(named && ids[i]! < 0 ? -1 : person);
        labels!.push(ids[i]!);
      });
    }
    return identityScores(truth!, labels!).f1;
  });
  expect(Math.min(...scores)).toBeGreaterThan(0.95);
});

test("a track has one row a frame: missing where nobody or no joint was found", () => {
  const half = figure(308, 300, 1);
  half.joints.set([NaN, NaN, 0], 0);
  const frames = [[figure(300, 300, 1)], [], [half], [figure(312, 300, 1), figure(900, 300, 2)], []];
  const { people, frameCount } = trackView(take(frames));
  expect(frameCount).toBe(5);
  expect(people.map(({ id }) => id)).toEqual([0]);
  const { state, data } = people[0]!;
  const seen = [0, 1, 2, 3, 4].map((t) => state.subarray(17 * t, 17 * t + 17).filter((s) => s !== 0).length);
  expect(seen).toEqual([17, 0, 16, 17, 0]);
  expect(state[2 * 17]).toBe(JointState.missing);
  expect(data[17 * 3]).toBeNaN();
});

test("a whole take names people from the first sighting on, and nobody seen too seldom", () => {
  const [one, other] = [figure(300, 300, 1), figure(900, 300, 2)];
  const frames = [[one], [one, figure(600, 500, 3)], [other, one], [one, other], [other]];
  const ids = identifyPeople(take(frames)).frames.map((frame) => frame.map(({ id }) => id));
  expect(ids).toEqual([[0], [0, undefined], [1, 0], [0, 1], [1]]);
});

test("no frames, no people", () => {
  expect(trackView(take([])).people).toEqual([]);
  expect(trackView(take([[], []])).people).toEqual([]);
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { project } from "../camera/projection.js";
import { coco17, h36m17 } from "../skeleton/layouts.js";
import { judgeMotion } from "./judge.js";
import { ringRig } from "./ring.js";
import { syntheticTake } from "./take.js";

const take = (seed: number, flaws = {}, frameCount = 600) => syntheticTake({ seed, frameCount, flaws });
const seeds = fc.integer({ min: 0, max: 1e6 });

describe("walkers", () => {
  test("bones keep their lengths, feet stand still and nobody flies", () =>
    fc.assert(
      fc.property(seeds, (seed) => {
        const { skeleton, truth } = take(seed);
        const J = skeleton.joints.length;
        for (const { positions } of truth().people) {
          const at = (t: number, name: string) => {
            const i = 3 * (t * J + skeleton.joints.indexOf(name));
            return positions.subarray(i, i + 3);
          };
          const apart = (a: Float32Array, b: Float32Array) =>
            Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
          let still = 0;
          for (let t = 1; t < 600; t++) {
            for (const [a, b] of bones)
              expect(apart(at(t, a), at(t, b))).toBeCloseTo(apart(at(0, a), at(0, b)), 5);
            if (apart(at(t, "left_big_toe"), at(t - 1, "left_big_toe")) < 0.002) still++;
            expect(apart(at(t, "nose"), at(t - 1, "nose"))).toBeLessThan(3 / 60);
            expect(Math.min(at(t, "left_heel")[2], at(t, "right_heel")[2])).toBeLessThan(0.12);
          }
          expect(still).toBeGreaterThan(180);
        }
      }),
      { numRuns: 10 },
    ));

  test("two walkers cross closely without walking through each other", () =>
    fc.assert(
      fc.property(seeds, (seed) => {
        const { people } = syntheticTake({ seed, skeleton: h36m17 });
        const [a, b] = [new Float64Array(51), new Float64Array(51)];
        let [least, most] = [Infinity, 0];
        for (let t = 0; t < 20; t += 0.05) {
          people[0].pose(t, a);
          people[1].pose(t, b);
          const distance = Math.hypot(a[0] - b[0], a[1] - b[1]);
          least = Math.min(least, distance);
          most = Math.max(most, distance);
        }
        expect(least).toBeGreaterThan(0.4);
        expect(least).toBeLessThan(0.75);
        expect(most).toBeGreaterThan(2);
      }),
      { numRuns: 30 },
    ));
});

const bones = [
  ["left_hip", "left_knee"],
  ["right_knee", "right_ankle"],
  ["left_ankle", "left_big_toe"],
  ["right_shoulder", "right_elbow"],
  ["left_elbow", "left_wrist"],
  ["left_hip", "right_hip"],
  ["upper_neck", "head_top"],
] as const;

test("a ring's cameras see its middle in the middle, upright", () => {
  const rig = ringRig({ cameras: 5 });
  for (const camera of rig.cameras) {
    const [x, y, , above] = project([0, 0, 0.95, 0, 0, 1.5], camera);
    expect(x).toBeCloseTo(camera.cx, 9);
    expect(y).toBeCloseTo(camera.cy, 9);
    expect(above).toBeLessThan(camera.cy - 50);
  }
});

describe("the simulated detector", () => {
  const flaws = { missedJoints: 0.15, outliers: 0.05, missedPeople: 0.1, falsePeople: 0.1, occlusion: true };

  test("any frame on its own is what it is in order", async () => {
    const whole = await take(7, flaws, 60).views[2].read(0, 60);
    const again = take(7, flaws, 60);
    expect(await again.views[2].read(41, 55)).toEqual(whole.slice(41, 55));
    expect(await again.views[2].read(3, 4)).toEqual(whole.slice(3, 4));
    expect(await again.views[2].read(50, 99)).toEqual(whole.slice(50));
    expect(await take(8, flaws, 60).views[2].read(0, 60)).not.toEqual(whole);
  });

  test("errors have the asked size: noise, bias, misses and outliers", () => {
    const counts = { joints: 0, missed: 0, far: 0, near: 0, squares: 0 };
    const { sightings, rig, people, skeleton } = take(3, { noise: 3, missedJoints: 0.2, outliers: 0.04 });
    const body = new Float64Array(3 * skeleton.joints.length);
    const confidence = { far: 0, near: 0 };
    for (let frame = 0; frame < 600; frame += 2)
      for (const { detection, person } of sightings(0, frame)) {
        people[person].pose(frame / 60, body);
        const pixels = project(body, rig.cameras[0]);
        for (let j = 0; j < skeleton.joints.length; j++) {
          const error = Math.hypot(
            detection.joints[3 * j] - pixels[2 * j],
            detection.joints[3 * j + 1] - pixels[2 * j + 1],
          );
          counts.joints++;
          if (Number.isNaN(error)) counts.missed++;
          else if (error > 15) {
            counts.far++;
            confidence.far += detection.joints[3 * j + 2];
          } else {
            counts.near++;
            counts.squares += error * error;
            confidence.near += detection.joints[3 * j + 2];
          }
        }
      }
    expect(counts.missed / counts.joints).toBeCloseTo(0.2, 1);
    expect(counts.far / (counts.far + counts.near)).toBeGreaterThan(0.03);
    expect(counts.far / (counts.far + counts.near)).toBeLessThan(0.05);
    expect(Math.sqrt(counts.squares / counts.near / 2)).toBeGreaterThan(2.8);
    expect(Math.sqrt(counts.squares / counts.near / 2)).toBeLessThan(3.3);
    expect(confidence.near / counts.near).toBeGreaterThan(confidence.far / counts.far + 0.2);
  });

  test("people are missed in runs, doubled and dreamt up as often as asked", () => {
    const { sightings } = take(5, { missedPeople: 0.2, falsePeople: 0.3, duplicates: 0.1 }, 3000);
    let [real, ghosts, again, pauses, before] = [0, 0, 0, 0, true];
    for (let frame = 0; frame < 3000; frame++) {
      const who = sightings(1, frame).map(({ person }) => person);
      ghosts += who.filter((person) => person < 0).length;
      const seen = who.filter((person) => person === 0).length;
      if (seen > 0) real++;
      if (seen > 1) again++;
      if (seen === 0 && before) pauses++;
      before = seen > 0;
    }
    expect(real / 3000).toBeCloseTo(0.8, 1);
    expect(ghosts / 3000).toBeCloseTo(0.3, 1);
    expect(again / real).toBeCloseTo(0.1, 1);
    expect((3000 - real) / pauses).toBeGreaterThan(4);
  });
});

describe("judgeMotion", () => {
  const { truth } = take(2, {}, 90);

  test("the truth against itself, in another order, is without error", () => {
    const motion = truth();
    const turned = { ...motion, people: motion.people.toReversed() };
    const { matches, swaps, missing, extra, errors } = judgeMotion(turned, motion);
    expect({ matches, swaps, missing, extra }).toEqual({ matches: [1, 0], swaps: 0, missing: 0, extra: 0 });
    expect(errors.at(-1)).toBe(0);
    expect(errors).toHaveLength(90 * 2 * 25);
  });

  test("an exchange of identities, a missing joint and someone too many are counted", () => {
    const motion = truth();
    const width = 75 * 40;
    const [a, b] = motion.people.map(({ positions }) => positions);
    const mixed = motion.people.map((person, i) => {
      const positions = person.positions.slice();
      positions.set((i === 0 ? b : a).subarray(width), width);
      return { ...person, positions };
    });
    mixed[0].positions[0] = NaN;
    const third = { ...mixed[0], positions: new Float32Array(a.length).fill(NaN) };
    const found = { ...motion, people: [third, ...mixed] };
    const { swaps, missing, extra } = judgeMotion(found, motion);
    expect({ swaps, missing, extra }).toEqual({ swaps: 2, missing: 1, extra: 1 });
  });

  test("joints are matched by name", () => {
    const small = syntheticTake({ seed: 2, frameCount: 90, skeleton: coco17 }).truth();
    expect(judgeMotion(truth(), small).errors.at(-1)).toBeLessThan(1e-6);
  });
});

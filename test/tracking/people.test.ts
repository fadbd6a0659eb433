import { readFileSync } from "node:fs";
import { join } from "node:path";
import { projectionMatrices, triangulateDroppingViews, triangulator } from "@marey/core/camera";
import type { Detections } from "@marey/core/motion";
import { groupPeople, trackPeople } from "@marey/core/track";
import { describe, expect, test } from "vitest";
import { hardTake } from "./hardTake.js";
import { judge, trueIdentities } from "./judge.js";
import { dataFolder, demoRig, haveData, simulatedTake, storedDetections } from "./stored.js";

const seeds = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

describe("people who walk through each other, badly seen, keep their identity over ten seeds", () => {
  test.each([2, 3, 4, 5])("%i people: missed and doubled people, ghosts, outliers", (people) => {
    for (const seed of seeds) {
      const { rig, views, identities } = hardTake({ seed, people, occlusion: false, frames: 120 });
      const { switches, fragments, ...rest } = judge(trackPeople(views, rig), identities);
      expect({ seed, switches, fragments, people: rest.people }).toEqual({
        seed,
        switches: 0,
        fragments: 0,
        people,
      });
      expect(rest.lostFrames).toBeLessThanOrEqual(2);
      expect(rest.wrong).toBeLessThan(0.002);
    }
  });

  test("a third of the frames missed, from three cameras, at 15 frames a second", () => {
    for (const seed of seeds) {
      const options = { seed, cameras: 3, missedPeople: 0.3, frameRate: 15, frames: 75, duplicates: 0 };
      const { rig, views, identities } = hardTake({ ...options, occlusion: false });
      const { people, swaps, switches } = judge(trackPeople(views, rig), identities, 5);
      expect({ seed, people, swaps, switches }).toEqual({ seed, people: 3, swaps: 0, switches: 0 });
    }
  });

  test("half a second in which nobody sees someone", () => {
    for (const seed of seeds) {
      const { rig, views, identities } = hardTake({ seed, blackouts: 1, duplicates: 0, occlusion: false });
      const { people, swaps, fragments } = judge(trackPeople(views, rig), identities);
      expect({ seed, people, swaps, fragments }).toEqual({ seed, people: 3, swaps: 0, fragments: 0 });
    }
  });

  test("hidden joints that detectors lay onto whoever stands in front", () => {
    for (const seed of seeds) {
      const { rig, views, identities } = hardTake({ seed });
      const { people, swaps } = judge(trackPeople(views, rig), identities);
      expect({ seed, people, swaps }).toEqual({ seed, people: 3, swaps: 0 });
    }
  });
});

test("the takes do cross: everybody comes within 0.3 m of somebody", () => {
  for (const seed of seeds) {
    const { truth } = hardTake({ seed, people: 3 });
    const root = (person: number, t: number) => {
      const [left, right] = truth.at(person, t).slice(11, 13);
      return [1, 2, 3].map((c) => (left![c]! + right![c]!) / 2);
    };
    const nearest = (a: number) =>
      Math.min(
        ...[0, 1, 2].flatMap((b) =>
          a === b
            ? []
            : Array.from({ length: 150 }, (_, t) => {
                const [p, q] = [root(a, t), root(b, t)];
                return Math.hypot(...p.map((x, i) => x - q[i]!));
              }),
        ),
      );
    for (const person of [0, 1, 2]) expect(nearest(person)).toBeLessThan(0.3);
  }
});

test("who is grouped with whom doesn't depend on the order in which detections are listed", () => {
  const { rig, views, identities } = hardTake({ seed: 3, people: 4, ghosts: 0.5 });
  for (let t = 0; t < 60; t += 6) {
    const frame = views.map(({ frames }) => frames[t]!);
    const reversed = frame.map((detections) => [...detections].reverse());
    const names = (groups: Int16Array[], turned: boolean) =>
      groups
        .map((group) => group.join())
        .map((key) => key.split(",").map(Number))
        .map((group) => group.map((i, v) => (i < 0 ? -1 : turned ? frame[v]!.length - 1 - i : i)).join())
        .sort();
    expect(names(groupPeople(reversed, rig, 17), true)).toEqual(names(groupPeople(frame, rig, 17), false));
    for (const group of groupPeople(frame, rig, 17)) {
      const members = [...group].flatMap((i, v) => (i < 0 ? [] : [identities[v]![t]![i]!]));
      expect(members.length).toBeGreaterThanOrEqual(2);
    }
  }
});

test("nobody seen, nobody found; views may end early", () => {
  const { rig, views } = hardTake({ frames: 10 });
  const empty = views.map((view): Detections => ({ ...view, frames: view.frames.map(() => []) }));
  expect(trackPeople(empty, rig).people).toEqual([]);
  const short = views.map((view, v): Detections => ({ ...view, frames: view.frames.slice(0, 10 - v) }));
  const { frameCount, people } = trackPeople(short, rig);
  expect(frameCount).toBe(10);
  for (const { detections } of people) expect(detections[9 * 4 + 3]).toBe(-1);
});

describe.skipIf(!haveData)("stored takes", () => {
  test.each(["one", "two"] as const)(
    "the simulated take %s: everyone in every frame, nobody else",
    (name) => {
      const rig = demoRig();
      const { views, truth } = simulatedTake(name);
      const index = truth.body25b_index;
      const identities = trueIdentities(views, rig, {
        people: truth.persons.length,
        at: (person, t) => truth.persons[person]![t]!.map(([x, y, z], i) => [index[i]!, x!, y!, z!] as const),
      });
      const verdict = judge(trackPeople(views, rig), identities);
      expect(verdict).toMatchObject({ people: truth.persons.length, switches: 0, fragments: 0, wrong: 0 });
      expect(verdict.lostFrames).toBe(0);
      expect(verdict.found).toBeGreaterThan(0.995);
    },
  );

  test("the real trial of several people: the balancing man is one and the same throughout", () => {
    const rig = demoRig();
    const views = storedDetections("pose2sim-multi");
    const { people, frameCount, viewCount } = trackPeople(views, rig);
    const everywhere = people.filter(({ detections }) => detections.filter((i) => i >= 0).length > 390);
    expect(everywhere).toHaveLength(2);
    const hips = everywhere.map(({ detections }) => {
      const observations = new Float64Array(frameCount * viewCount * 3).fill(NaN);
      detections.forEach((person, i) => {
        if (person < 0) return;
        const { joints } = views[i % viewCount]!.frames[Math.floor(i / viewCount)]![person]!;
        observations.set(joints.subarray(3 * 12, 3 * 12 + 3), 3 * i);
      });
      return triangulateDroppingViews(triangulator(projectionMatrices(rig.cameras)), observations).points;
    });
    for (const path of hips)
      for (let i = 3; i < path.length; i += 3) {
        const step = Math.hypot(
          path[i]! - path[i - 3]!,
          path[i + 1]! - path[i - 2]!,
          path[i + 2]! - path[i - 1]!,
        );
        expect(Number.isNaN(step) || step < 0.2).toBe(true);
      }
    const reference = rightHip();
    const offsets = hips.map((path) => {
      const distances = reference.map(([x, y, z], t) =>
        Math.hypot(path[3 * t]! - x!, path[3 * t + 1]! - y!, path[3 * t + 2]! - z!),
      );
      return distances.filter((d) => !Number.isNaN(d)).sort((a, b) => a - b);
    });
    expect(Math.min(...offsets.map((sorted) => sorted[sorted.length >> 1]!))).toBeLessThan(0.01);
  });
});

/** The right hip (the first marker) of the reference, in the world of the calibration: TRC is (Y, Z, X). */
function rightHip(): number[][] {
  const path = join(dataFolder, "pose2sim-single/reference/p2s_head_raw.trc");
  const rows = readFileSync(path, "utf8").trim().split("\n").slice(5);
  return rows.map((row) => {
    const [, , y = NaN, z = NaN, x = NaN] = row.split("\t").map(Number);
    return [x, y, z];
  });
}

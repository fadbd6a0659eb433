import { adjustTracked, emptyTally, followPeople } from "@marey/core/model/multiCamera";
import type { Motion } from "@marey/core/motion";
import { judgeMotion, type SyntheticTake, syntheticTake } from "@marey/core/world";
import { describe, expect, test } from "vitest";

/** The detector of the demo, and a worse one. */
const detectors = {
  demo: { missedJoints: 0.15, outliers: 0.05 },
  bad: {
    ...{ noise: 3, missedJoints: 0.15, outliers: 0.05, swaps: 0.02, occlusion: true },
    ...{ missedPeople: 0.1, falsePeople: 0.1, duplicates: 0.05 },
  },
};
const seeds = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

/** Two people who cross closely once at least. */
const crossing = (seed: number, flaws: object) =>
  syntheticTake({ seed, frameRate: 30, frameCount: 120, paths: { pauses: 0 }, flaws });

/** Follows people; their detections by true person, [found person][true person], false ones last. */
async function confusion({ views, rig, people, frameCount, sightings }: SyntheticTake) {
  const followed = (await followPeople(views, rig)).people;
  const table = followed.map(() => [...people, undefined].map(() => 0));
  for (let frame = 0; frame < frameCount; frame++)
    views.forEach((_, v) => {
      const seen = sightings(v, frame);
      followed.forEach(({ detections }, p) => {
        const index = detections[frame * views.length + v]!;
        if (index < 0) return;
        const { person } = seen[index]!;
        table[p]![person < 0 ? people.length : person]!++;
      });
    });
  return { followed, table };
}

describe.each(Object.entries(detectors))("the %s detector", (name, flaws) => {
  test.each(seeds)("take %i: everyone followed, nobody exchanged", async (seed) => {
    const take = crossing(seed, flaws);
    const { table } = await confusion(take);
    expect(table).toHaveLength(2);
    const owners = table.map((row) => row.indexOf(Math.max(...row)));
    expect(owners.toSorted()).toEqual([0, 1]);
    const seen = 120 * 4 * (name === "bad" ? 0.9 : 1);
    table.forEach((row, p) => {
      const right = row[owners[p]!]!;
      expect(right).toBeGreaterThan(0.9 * seen);
      expect(row.reduce((sum, count) => sum + count, 0) - right).toBeLessThan(
        name === "bad" ? 0.01 * seen : 1,
      );
    });
  });

  test("placed near the truth", async () => {
    const take = crossing(1, flaws);
    const { views, rig, skeleton, frameRate, frameCount } = take;
    const { followed } = await confusion(take);
    const placed = await Promise.all(
      followed.map((person) => adjustTracked(person, views, rig, views.map(emptyTally))),
    );
    const found: Motion = {
      ...{ skeleton, frameRate, frameCount, up: rig.up, firstFrame: 0 },
      people: placed.filter((person) => person !== undefined),
    };
    const { swaps, extra, errors, missing } = judgeMotion(found, take.truth());
    expect({ swaps, extra }).toEqual({ swaps: 0, extra: 0 });
    expect(errors.reduce((sum, error) => sum + error, 0) / errors.length).toBeLessThan(
      name === "bad" ? 0.015 : 0.008,
    );
    expect(missing / errors.length).toBeLessThan(0.01);
  });
});

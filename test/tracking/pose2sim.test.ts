import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pose2simPeople } from "@marey/core/track";
import { expect, test } from "vitest";
import { dataFolder, demoRig, haveData, storedDetections } from "./stored.js";

test.skipIf(!haveData)("Pose2Sim's single association: the same choice in every frame and view", () => {
  const { people } = pose2simPeople(storedDetections("pose2sim-single"), demoRig());
  const path = join(dataFolder, "pose2sim-single/reference/association.json");
  const reference: (number | null)[][][] = Object.values(JSON.parse(readFileSync(path, "utf8")).persons);
  const expected = reference[0]!.flatMap((_, t) => reference.map((view) => view[t]![0] ?? -1));
  expect(people).toHaveLength(1);
  expect(Array.from(people[0]!.detections)).toEqual(expected);
});

test.skipIf(!haveData)(
  "Pose2Sim's association of several people: the two of the demo, never mixed up",
  () => {
    const { people, frameCount, viewCount } = pose2simPeople(storedDetections("pose2sim-multi"), demoRig(), {
      several: true,
    });
    const frames = people.map(({ detections }) =>
      Array.from({ length: frameCount }, (_, t) => t).filter((t) =>
        detections.subarray(t * viewCount, (t + 1) * viewCount).some((i) => i >= 0),
      ),
    );
    // The first two from the first frame to the last; the third is the operator, whom two views see; blips follow.
    expect(frames[0]).toHaveLength(frameCount);
    expect(frames[1]).toHaveLength(frameCount);
    expect(frames.filter((list) => list.length > 10).length).toBeLessThanOrEqual(3);
  },
);

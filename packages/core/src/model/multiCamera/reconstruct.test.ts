import { expect, test } from "vitest";
import { syntheticTake } from "../../world/index.js";
import { gatherObservations } from "./observations.js";
import { cleanPerson, POSE2SIM_DEFAULTS, placePerson } from "./pose2sim.js";
import { emptyTally, tallyViews } from "./quality.js";
import { placeTracked } from "./reconstruct.js";
import { followPeople } from "./view.js";

test("a person placed piece by piece equals one placed in one go", async () => {
  // More frames than a piece has.
  const frameCount = 1100;
  const flaws = { missedJoints: 0.15, outliers: 0.05, missedPeople: 0.02 };
  const { views, rig } = syntheticTake({ frameRate: 60, frameCount, flaws });
  const [person] = (await followPeople(views, rig)).people;
  const tallies = views.map(emptyTally);
  const pieces = await placeTracked(person, views, rig, POSE2SIM_DEFAULTS, true, tallies);

  const [{ skeleton, frameRate }] = views;
  const joints = skeleton.joints.length;
  const frames = await Promise.all(views.map((view) => view.read(0, frameCount)));
  const observations = new Float64Array(frameCount * joints * views.length * 3);
  gatherObservations(
    person,
    frames,
    { start: 0, end: frameCount },
    joints,
    observations,
    "joint-view",
    rig.cameras,
  );
  const placed = placePerson(observations, rig, POSE2SIM_DEFAULTS);
  const whole = views.map(emptyTally);
  tallyViews(whole, observations, placed.positions, joints, rig);
  const cleaned = cleanPerson(placed, skeleton, frameRate, POSE2SIM_DEFAULTS);
  expect(pieces).toEqual(cleaned && { ...cleaned, id: person.id });
  expect(tallies).toEqual(whole);
  expect(whole[0].seen).toBeGreaterThan(1000);
});

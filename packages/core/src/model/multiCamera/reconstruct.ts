import type { Rig } from "../../camera/camera.js";
import type { MotionPerson } from "../../motion/motion.js";
import type { TrackedPerson } from "../../track/people.js";
import { gatherObservations } from "./observations.js";
import { cleanPerson, type Pose2simSettings, placePerson } from "./pose2sim.js";
import { tallyViews, type ViewTally } from "./quality.js";
import type { View } from "./view.js";

/**
 * One person's motion by triangulation with the search for cameras to drop, and a filter of one's choice: Pose2Sim's
 * rules on any association.
 *
 * @param undistort Undo the lenses' distortion, which Pose2Sim leaves out.
 * @param tallies One per view; how the views agree with the triangulated joints is added.
 * @returns undefined for a person with too few frames.
 */
export async function placeTracked(
  person: TrackedPerson,
  views: readonly View[],
  rig: Rig,
  settings: Pose2simSettings,
  undistort: boolean,
  tallies: readonly ViewTally[],
): Promise<MotionPerson | undefined> {
  const { skeleton, frameRate, frameCount } = views[0];
  const range = { start: 0, end: frameCount };
  const frames = await Promise.all(views.map((view) => view.read(0, frameCount)));
  const cameras = undistort ? rig.cameras : undefined;
  const observations = gatherObservations(person, frames, range, skeleton.joints.length, cameras);
  const placed = placePerson(observations, rig, settings);
  tallyViews(tallies, observations, placed.positions, rig);
  const cleaned = cleanPerson(placed, skeleton, frameRate, settings);
  return cleaned && { ...cleaned, id: person.id };
}

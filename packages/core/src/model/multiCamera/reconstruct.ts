import { projectionMatrices, type Rig } from "../../camera/index.js";
import { bodyAdjuster } from "../../fit/index.js";
import type { MotionPerson } from "../../motion/motion.js";
import type { TrackedPerson } from "../../track/people.js";
import { gatherObservations } from "./observations.js";
import { cleanPerson, type Pose2simSettings, placePerson } from "./pose2sim.js";
import { tallyViews, type ViewTally } from "./quality.js";
import type { View } from "./view.js";

/** Frames whose detections are in memory at a time. */
const CHUNK = 1024;

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
  const [{ skeleton, frameRate, frameCount }] = views;
  const joints = skeleton.joints.length;
  const row = joints * views.length * 3;
  const observations = new Float64Array(Math.min(CHUNK, frameCount) * row);
  const lenses = undistort ? rig.cameras : undefined;
  const placed = unplaced(frameCount * joints);
  for (let start = 0; start < frameCount; start += CHUNK) {
    const end = Math.min(start + CHUNK, frameCount);
    const frames = await Promise.all(views.map((view) => view.read(start, end)));
    const part = observations.subarray(0, (end - start) * row);
    gatherObservations(person, frames, { start, end }, joints, part, "joint-view", lenses);
    const found = placePerson(part, rig, settings);
    tallyViews(tallies, part, found.positions, joints, rig);
    placed.positions.set(found.positions, 3 * start * joints);
    placed.state.set(found.state, start * joints);
    placed.reprojection.set(found.reprojection, start * joints);
    placed.views.set(found.views, start * joints);
  }
  const cleaned = cleanPerson({ id: person.id, ...placed }, skeleton, frameRate, settings);
  return cleaned;
}

/** Room for what `placePerson` finds of `count` joints. */
const unplaced = (count: number) => ({
  positions: new Float32Array(3 * count),
  state: new Uint8Array(count),
  reprojection: new Float32Array(count),
  views: new Uint32Array(count),
});

/**
 * One person's motion by Marey's own way: joints, bone lengths and the detector's errors adjusted together over time
 * (`adjustBody`), distortion undone.
 *
 * @param tallies One per view; how the views agree with the motion is added.
 * @returns undefined for a person of whom no joint can be placed.
 */
export async function adjustTracked(
  person: TrackedPerson,
  views: readonly View[],
  rig: Rig,
  tallies: readonly ViewTally[],
): Promise<MotionPerson | undefined> {
  const [{ skeleton, frameRate, frameCount }] = views;
  const joints = skeleton.joints.length;
  const adjuster = bodyAdjuster(frameCount, projectionMatrices(rig.cameras), skeleton, { frameRate });
  const { size, starts } = adjuster;
  const observations = new Float32Array(size * joints * views.length * 3);
  for (const [window, start] of starts.entries()) {
    const end = start + size;
    const frames = await Promise.all(views.map((view) => view.read(start, end)));
    gatherObservations(person, frames, { start, end }, joints, observations, "view-joint", rig.cameras);
    adjuster.add(observations, 0);
    // What the next window doesn't change.
    const settled = 3 * joints * ((starts[window + 1] ?? end) - start);
    const positions = adjuster.body.positions.subarray(3 * joints * start).subarray(0, settled);
    const seen = observations.subarray(0, settled * views.length);
    tallyViews(tallies, seen, positions, joints, rig, "view-joint");
  }
  const body = adjuster.finish();
  if (body.views.every((mask) => mask === 0)) return undefined;
  const { positions, state, sigma, reprojection, views: used } = body;
  return { id: person.id, positions, state, sigma, reprojection, views: used };
}

import type { Rig } from "../camera/camera.js";
import type { Detection, Detections } from "../motion/keypoints.js";
import { PEOPLE_TRACKER_DEFAULTS, type PeopleTrackerOptions } from "./follower.js";
import { foundPeople } from "./founding.js";
import { jointSystem } from "./joint.js";
import type { People } from "./people.js";
import { finishPeople, followFrame, founding, peopleTracker } from "./peopleTracker.js";
import { sightings } from "./sighting.js";

/**
 * Who is who in all views of a take: any number of people, views that miss some or see false ones.
 *
 * @param views One per camera, in the order of the rig; joints in pixels of the pictures as taken (the rig's distortion
 *   is undone). A view that ends early sees no one afterwards.
 * @returns People with ids 0, 1 … in the order in which they appear. A person may be unseen in any frame or view.
 */
export function trackPeople(
  views: readonly Detections[],
  rig: Rig,
  options: PeopleTrackerOptions = {},
): People {
  const { skeleton, frameRate } = views[0];
  const tracker = peopleTracker(rig, skeleton.joints.length, frameRate, options);
  const frameCount = Math.max(...views.map(({ frames }) => frames.length));
  for (let t = 0; t < frameCount; t++)
    followFrame(
      tracker,
      views.map(({ frames }) => frames[t] ?? []),
    );
  return finishPeople(tracker);
}

/**
 * Groups the detections of a single frame by person.
 *
 * @param frame the detections of each view, in the order of the rig.
 * @param joints J.
 * @returns For each person, seen in two views at least, the index of its detection in each view, −1 for none.
 */
export function groupPeople(
  frame: readonly (readonly Detection[])[],
  rig: Rig,
  joints: number,
  options: PeopleTrackerOptions = {},
): Int16Array[] {
  const settings = { ...PEOPLE_TRACKER_DEFAULTS, ...options };
  const all = sightings(rig.cameras, frame, settings.minConfidence);
  const groups = foundPeople(all, rig.cameras, joints, founding(joints, settings), jointSystem());
  return groups.map(({ seen }) => {
    const indices = new Int16Array(frame.length).fill(-1);
    for (const { view, index } of seen) indices[view] = index;
    return indices;
  });
}

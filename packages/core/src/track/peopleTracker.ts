import type { Rig } from "../camera/camera.js";
import type { Detection } from "../motion/keypoints.js";
import { correctBody, predictBody } from "./bodyFilter.js";
import { type Claims, claim, dropMisfits, explained, shareClaims } from "./claim.js";
import {
  type Follower,
  minJoints,
  PEOPLE_TRACKER_DEFAULTS,
  type PeopleTracker,
  type PeopleTrackerOptions,
} from "./follower.js";
import { type FoundingOptions, foundPeople } from "./founding.js";
import { jointSystem } from "./joint.js";
import { type People, unseenPerson } from "./people.js";
import { settle } from "./settle.js";
import { type Sighting, sightings } from "./sighting.js";
import { partTwins } from "./twins.js";

/**
 * A tracker that knows nobody yet.
 *
 * @param joints J of the detections to come.
 */
export function peopleTracker(
  rig: Rig,
  joints: number,
  frameRate: number,
  options: PeopleTrackerOptions = {},
): PeopleTracker {
  return {
    rig,
    joints,
    frameRate,
    options: { ...PEOPLE_TRACKER_DEFAULTS, ...options },
    followers: [],
    gone: [],
    frame: 0,
    nextId: 0,
    system: jointSystem(),
  };
}

/**
 * Takes in the next frame: says who of the known people each detection is, and finds new people.
 *
 * People are predicted in space and matched to the detections of each view by the distance of the joints' rays, one to
 * one, confirmed people first. What remains is grouped across views into bodies, each of which is someone who had been
 * lost nearby, or someone new. The cost of a frame doesn't depend on how many went before.
 *
 * @param frame the detections of each view.
 * @returns Those followed now; `detections` of each ends with the V indices of this frame.
 */
export function followFrame(
  tracker: PeopleTracker,
  frame: readonly (readonly Detection[])[],
): readonly Follower[] {
  const { rig, options, followers, system } = tracker;
  const seconds = 1 / tracker.frameRate;
  const all = sightings(rig.cameras, frame, options.minConfidence);
  for (const { body, unseen } of followers) predictBody(body, seconds, unseen > 0);
  const claims: Claims = new Map(followers.map((follower) => [follower, []]));
  const free = new Set(all);
  const present = followers.filter(({ unseen }) => unseen <= options.coast);
  const sure = present.filter(({ confirmed }) => confirmed);
  const stranger = (seen: Sighting) => !explained(seen, sure, tracker);
  claim(sure, free, claims, tracker);
  const unsure = present.filter(({ confirmed }) => !confirmed);
  claim(unsure, new Set([...free].filter(stranger)), claims, tracker);
  for (const seen of [...claims.values()].flat()) free.delete(seen);
  shareClaims(claims, present);
  for (const [{ body }, seen] of claims) correctBody(body, seen, seconds, system);
  dropMisfits(claims, free, tracker);
  const unknown = [...free].filter((seen) => seen.score >= options.minScore && stranger(seen));
  const groups = foundPeople(unknown, rig.cameras, tracker.joints, founding(tracker.joints, options), system);
  settle(groups, claims, tracker);
  record(claims, tracker);
  partTwins(tracker);
  retire(tracker);
  tracker.frame++;
  return tracker.followers;
}

/** What the options mean for finding new people. */
export function founding(joints: number, { reach }: Required<PeopleTrackerOptions>): FoundingOptions {
  return { minJoints: minJoints(joints), reach };
}

function record(claims: Claims, tracker: PeopleTracker): void {
  const views = tracker.rig.cameras.length;
  for (const follower of tracker.followers) {
    const seen = claims.get(follower) ?? [];
    const start = follower.detections.length;
    for (let v = 0; v < views; v++) follower.detections.push(-1);
    for (const { view, index } of seen) follower.detections[start + view] = index;
    follower.unseen = seen.length > 0 ? 0 : follower.unseen + 1 / tracker.frameRate;
    if (seen.length >= 2) follower.seenFrames++;
    if (follower.seenFrames >= tracker.options.confirmAfter) follower.confirmed = true;
  }
}

/** Lets go of those unseen for too long, of unconfirmed ones soon. */
function retire(tracker: PeopleTracker): void {
  const { options, followers, frameRate } = tracker;
  const impatience = Math.max(2 / frameRate, 0.1);
  tracker.followers = followers.filter((follower) => {
    if (follower.unseen <= (follower.confirmed ? options.patience : impatience)) return true;
    if (follower.confirmed) tracker.gone.push(follower);
    return false;
  });
}

/**
 * Everyone who was real, over the whole take, in the order in which they appeared, with ids 0, 1 …
 */
export function finishPeople({ followers, gone, frame, rig, frameRate, options }: PeopleTracker): People {
  const viewCount = rig.cameras.length;
  const frames = Math.min(options.minDuration * frameRate, frame / 2);
  const real = [...gone, ...followers].filter(
    ({ confirmed, seenFrames }) => confirmed && seenFrames >= frames,
  );
  real.sort((a, b) => a.firstFrame - b.firstFrame || a.id - b.id);
  const people = real.map((follower, id) => {
    const person = unseenPerson(id, frame, viewCount);
    person.detections.set(follower.detections, follower.firstFrame * viewCount);
    return person;
  });
  return { frameCount: frame, viewCount, people };
}

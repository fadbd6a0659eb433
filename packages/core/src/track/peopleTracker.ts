import { assignWithin } from "../array/assignment.js";
import type { Rig } from "../camera/camera.js";
import type { Detection } from "../motion/keypoints.js";
import {
  type Body,
  bodyDistance,
  bodyOffset,
  copyBody,
  correctBody,
  placedJoints,
  predictBody,
  shareJoints,
} from "./bodyFilter.js";
import { type FoundingOptions, foundPeople, type Group } from "./founding.js";
import { type JointSystem, jointSystem } from "./joint.js";
import { type People, unseenPerson } from "./people.js";
import { type Sighting, sightings } from "./sighting.js";

export interface PeopleTrackerOptions {
  /** Joints with less confidence are left out (default 0.15). */
  minConfidence?: number;
  /** Detections with a lower score continue people but don't begin them (default 0.2). */
  minScore?: number;
  /** Mean distance between a detection's rays and the predicted body up to which it may be that person, metres. */
  reach?: number;
  /** Frames with two views in which someone must be seen to be taken for real (default 3). */
  confirmAfter?: number;
  /** Seconds for which someone who isn't seen is followed by prediction alone (default 0.4). */
  coast?: number;
  /** Seconds for which someone who isn't seen keeps the id (default 4). */
  patience?: number;
  /** Fastest that someone unseen is thought to walk, metres per second (default 2). */
  walk?: number;
  /** People seen for a shorter time are ghosts, seconds (default 0.25). */
  minDuration?: number;
}

export const PEOPLE_TRACKER_DEFAULTS: Required<PeopleTrackerOptions> = {
  minConfidence: 0.15,
  minScore: 0.2,
  reach: 0.2,
  confirmAfter: 3,
  coast: 0.4,
  patience: 4,
  walk: 2,
  minDuration: 0.25,
};

/** Someone who is followed. */
export interface Follower {
  id: number;
  body: Body;
  firstFrame: number;
  /** Frames with at least two views. */
  seenFrames: number;
  /** Seconds since the last sighting. */
  unseen: number;
  /** Frames in a row in which an elder was in the same place, and the body before that. */
  doubled: number;
  before?: Body;
  confirmed: boolean;
  /** V numbers for each frame from `firstFrame` on: the index of the detection, −1 for none. */
  detections: number[];
}

/** The state of following people over time; `followFrame` changes it. */
export interface PeopleTracker {
  readonly rig: Rig;
  readonly joints: number;
  readonly frameRate: number;
  readonly options: Required<PeopleTrackerOptions>;
  /** Those followed now. */
  followers: Follower[];
  /** Those given up who were real. */
  gone: Follower[];
  frame: number;
  nextId: number;
  readonly system: JointSystem;
}

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
  const claims = new Map<Follower, Sighting[]>(followers.map((follower) => [follower, []]));
  const free = new Set(all);
  const present = followers.filter(({ unseen }) => unseen <= options.coast);
  const sure = present.filter(({ confirmed }) => confirmed);
  const stranger = (seen: Sighting) => !explained(seen, sure, tracker);
  claim(sure, free, claims, tracker);
  const unsure = present.filter(({ confirmed }) => !confirmed);
  claim(unsure, new Set([...free].filter(stranger)), claims, tracker);
  for (const seen of [...claims.values()].flat()) free.delete(seen);
  for (const [{ body }, seen] of claims)
    for (const one of seen)
      shareJoints(
        one,
        body,
        present.flatMap((other) => (other.body === body ? [] : [other.body])),
      );
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

/** A fifth of the joints, and no fewer than 4, tell who someone is. */
const minJoints = (joints: number) => Math.min(joints, Math.max(4, Math.ceil(joints / 5)));

/** Whether someone who is followed would be seen just like this: a duplicate then, rather than a stranger. */
function explained(seen: Sighting, people: readonly Follower[], { joints, options }: PeopleTracker): boolean {
  return people.some(({ body }) => bodyOffset(body, seen, minJoints(joints)) < 0.6 * options.reach);
}

/** A detection that fits someone else so much better is theirs, even if they are given another: a duplicate; metres. */
const OTHERS = 0.05;

/** Gives the free detections of each view to the people whom they fit, one to one. */
function claim(
  people: readonly Follower[],
  free: Set<Sighting>,
  claims: Map<Follower, Sighting[]>,
  { rig, joints, options }: PeopleTracker,
): void {
  if (people.length === 0) return;
  const offset = (body: Body, seen: Sighting) =>
    bodyOffset(body, seen, Math.min(minJoints(joints), placedJoints(body)));
  for (let view = 0; view < rig.cameras.length; view++) {
    const candidates = [...free].filter((seen) => seen.view === view);
    if (candidates.length === 0) continue;
    const nearest = candidates.map((seen) => Math.min(...people.map(({ body }) => offset(body, seen))));
    const cost = people.flatMap(({ body }) =>
      candidates.map((seen, i) => {
        const distance = offset(body, seen);
        return distance > nearest[i] + OTHERS ? Infinity : distance;
      }),
    );
    const { rows, columns } = assignWithin(cost, people.length, candidates.length, options.reach);
    rows.forEach((row, i) => {
      claims.get(people[row])?.push(candidates[columns[i]]);
      free.delete(candidates[columns[i]]);
    });
  }
}

/** Frees detections that the corrected body contradicts: those of somebody else on the same line of sight. */
function dropMisfits(
  claims: Map<Follower, Sighting[]>,
  free: Set<Sighting>,
  { joints, options }: PeopleTracker,
): void {
  for (const [follower, seen] of claims) {
    if (seen.length < 3) continue;
    const fitting = seen.filter(
      (one) => bodyOffset(follower.body, one, minJoints(joints)) < 0.75 * options.reach,
    );
    if (fitting.length < 2) continue;
    for (const one of seen) if (!fitting.includes(one)) free.add(one);
    claims.set(follower, fitting);
  }
}

/** Makes each group someone who is missing nearby, or someone new; those who double someone present are dropped. */
function settle(groups: readonly Group[], claims: Map<Follower, Sighting[]>, tracker: PeopleTracker): void {
  const least = minJoints(tracker.joints);
  const present = [...claims].filter(([, seen]) => seen.length > 0).map(([follower]) => follower);
  const fresh = groups.filter(({ body }) =>
    present.every((other) => bodyDistance(body, other.body, least) > DOUBLE),
  );
  const missing = tracker.followers.filter((follower) => (claims.get(follower)?.length ?? 0) < 2);
  const cost = missing.flatMap((follower) => fresh.map(({ body }) => returnCost(follower, body, tracker)));
  const taken = new Set<Group>();
  const { rows, columns } = assignWithin(cost, missing.length, fresh.length, 1);
  rows.forEach((row, i) => {
    const { body, seen } = fresh[columns[i]];
    taken.add(fresh[columns[i]]);
    resume(missing[row], body, tracker);
    claims.set(missing[row], seen);
  });
  for (const group of fresh) {
    if (taken.has(group)) continue;
    const follower = newcomer(group.body, tracker);
    tracker.followers.push(follower);
    claims.set(follower, group.seen);
  }
}

/** Gives a person the body found, with the speed that led there if that was soon. */
function resume(follower: Follower, found: Body, { options, frameRate }: PeopleTracker): void {
  const { body: known, unseen } = follower;
  follower.body = found;
  if (unseen > options.coast) return;
  for (let axis = 0; axis < 3; axis++) {
    let sum = 0;
    let count = 0;
    for (let j = 0; j < found.sigma.length; j++) {
      if (known.sigma[j] === Infinity || found.sigma[j] === Infinity) continue;
      const i = 3 * j + axis;
      sum += known.velocities[i] + (found.positions[i] - known.positions[i]) / (unseen + 1 / frameRate);
      count++;
    }
    for (let i = axis; i < found.velocities.length; i += 3) found.velocities[i] = sum / count;
  }
}

/** Bodies nearer than this are one: even people who embrace are further apart in most joints, metres. */
const DOUBLE = 0.15;

/** Distance of a group from where a missing person may have gone, as a share of what is possible. */
function returnCost(
  { body: known, unseen, confirmed }: Follower,
  found: Body,
  tracker: PeopleTracker,
): number {
  const { joints, options, frameRate } = tracker;
  const possible = 0.4 + options.walk * (unseen + 1 / frameRate);
  return bodyDistance(known, found, minJoints(joints)) / (confirmed ? possible : Math.min(possible, 0.5));
}

function newcomer(body: Body, tracker: PeopleTracker): Follower {
  return {
    id: tracker.nextId++,
    body,
    firstFrame: tracker.frame,
    seenFrames: 0,
    unseen: 0,
    doubled: 0,
    confirmed: false,
    detections: [],
  };
}

function record(claims: Map<Follower, Sighting[]>, tracker: PeopleTracker): void {
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

/** Seconds after which two in the same place are one. */
const TWINS = 0.2;

/**
 * Parts those who have been in one place for too long: one of them has slipped onto the other, or was a double from
 * the start. The one seen in fewer views gives its detections of that time to the other, and is gone if it hadn't been
 * followed before, or else missing since then, with the body of that time.
 */
function partTwins(tracker: PeopleTracker): void {
  const { joints, frameRate, rig } = tracker;
  const views = rig.cameras.length;
  for (const younger of [...tracker.followers]) {
    const elder = tracker.followers.find(
      (other) =>
        other.id < younger.id &&
        other.unseen === 0 &&
        younger.unseen === 0 &&
        bodyDistance(other.body, younger.body, minJoints(joints)) < DOUBLE,
    );
    if (!elder) {
      younger.doubled = 0;
      continue;
    }
    if (younger.doubled++ === 0) for (const one of [younger, elder]) one.before = copyBody(one.body);
    if (younger.doubled <= TWINS * frameRate) continue;
    const count = younger.doubled * views;
    const strength = ({ detections }: Follower) => detections.slice(-count).filter((i) => i >= 0).length;
    const fresh = younger.detections.length <= 2 * count;
    const [weak, strong] =
      fresh || strength(younger) <= strength(elder) ? [younger, elder] : [elder, younger];
    handOver(weak, strong, count);
    weak.unseen = Math.max(younger.doubled / frameRate, tracker.options.coast + 1 / frameRate);
    weak.body = weak.before ?? weak.body;
    weak.body.velocities.fill(0);
    weak.seenFrames -= younger.doubled;
    if (fresh) tracker.followers = tracker.followers.filter((one) => one !== weak);
    younger.doubled = 0;
  }
}

/** Moves the last `count` entries of detections to another person, where that one has none. */
function handOver(from: Follower, to: Follower, count: number): void {
  for (let back = 1; back <= Math.min(count, from.detections.length, to.detections.length); back++) {
    const a = from.detections.length - back;
    const b = to.detections.length - back;
    if (to.detections[b] < 0) to.detections[b] = from.detections[a];
    from.detections[a] = -1;
  }
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

import { assignWithin } from "../array/assignment.js";
import { type Body, bodyDistance } from "./bodyFilter.js";
import type { Claims } from "./claim.js";
import { DOUBLE, type Follower, minJoints, type PeopleTracker } from "./follower.js";
import type { Group } from "./founding.js";

/** Makes each group someone who is missing nearby, or someone new; those who double someone present are dropped. */
export function settle(groups: readonly Group[], claims: Claims, tracker: PeopleTracker): void {
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

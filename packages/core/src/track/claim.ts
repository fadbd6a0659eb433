import { assignWithin } from "../array/assignment.js";
import { type Body, bodyOffset, placedJoints, shareJoints } from "./bodyFilter.js";
import { type Follower, minJoints, type PeopleTracker } from "./follower.js";
import type { Sighting } from "./sighting.js";

/** The detections of a frame that each person is given. */
export type Claims = Map<Follower, Sighting[]>;

/** Whether someone who is followed would be seen just like this: a duplicate then, rather than a stranger. */
export function explained(
  seen: Sighting,
  people: readonly Follower[],
  { joints, options }: PeopleTracker,
): boolean {
  return people.some(({ body }) => bodyOffset(body, seen, minJoints(joints)) < 0.6 * options.reach);
}

/** A detection that fits someone else so much better is theirs, even if they are given another: a duplicate; metres. */
const OTHERS = 0.05;

/** Gives the free detections of each view to the people whom they fit, one to one. */
export function claim(
  people: readonly Follower[],
  free: Set<Sighting>,
  claims: Claims,
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
export function dropMisfits(claims: Claims, free: Set<Sighting>, { joints, options }: PeopleTracker): void {
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

/** Shares out the joints of all given detections among the people who are present. */
export function shareClaims(claims: Claims, present: readonly Follower[]): void {
  for (const [{ body }, seen] of claims) {
    const others = present.flatMap((other) => (other.body === body ? [] : [other.body]));
    for (const one of seen) shareJoints(one, body, others);
  }
}

import type { Candidates } from "./candidates.js";
import { type Connections, pairAt, repeatPair } from "./connections.js";
import { type Groups, sizeOf, startGroup } from "./groups.js";

/**
 * Doubles candidates that two people need: where people overlap, one peak may be a joint of both. A candidate with a strong
 * limb to a joint of another group that lacks its kind gets a double, with pairs of its own, for exchanges to place.
 *
 * @param minShared Score of such a limb.
 * @returns A function that works on candidates, pairs and groups as they are; true when it doubled any.
 */
export function doubler(groups: Groups, candidates: Candidates, connections: Connections, minShared: number) {
  const { joint } = candidates;
  const { owner, slots, joints } = groups;
  const doubles = new Int32Array(owner.length);

  /** Whether the group of `by` lacks a joint of the kind of `candidate`, which belongs to others. */
  const isWanted = (candidate: number, by: number) =>
    owner[candidate] !== owner[by] &&
    slots[owner[by] * joints + joint[candidate]] < 0 &&
    sizeOf(groups, owner[candidate]) > 1;

  function double(candidate: number): void {
    if (doubles[candidate] >= 0 || candidates.count === candidates.joint.length) return;
    const copy = candidates.count++;
    const { joint, place, x, y, value } = candidates;
    joint[copy] = joint[candidate];
    place[copy] = place[candidate];
    x[copy] = x[candidate];
    y[copy] = y[candidate];
    value[copy] = value[candidate];
    doubles[candidate] = copy;
    startGroup(groups, copy, joint[copy]);
  }

  return (): boolean => {
    const { a, b, score, count } = connections;
    doubles.fill(-1, 0, candidates.count);
    const before = candidates.count;
    for (let i = count - 1; i >= 0; i--) {
      const pair = pairAt(connections, i);
      if (score[pair] < minShared) continue;
      if (isWanted(a[pair], b[pair])) double(a[pair]);
      if (isWanted(b[pair], a[pair])) double(b[pair]);
    }
    if (candidates.count === before) return false;
    for (let pair = 0; pair < count; pair++) {
      if (doubles[a[pair]] >= 0) repeatPair(connections, pair, doubles[a[pair]], b[pair]);
      if (doubles[b[pair]] >= 0) repeatPair(connections, pair, a[pair], doubles[b[pair]]);
    }
    connections.order.subarray(0, connections.count).sort();
    return true;
  };
}

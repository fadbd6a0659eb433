import type { Candidates } from "./candidates.js";

/** Groups of candidates that grow into people; kept from picture to picture. */
export interface Groups {
  count: number;
  /** J. */
  readonly joints: number;
  /** Group of each candidate, −1 where it has none. */
  readonly owner: Int32Array;
  /** group×J: a candidate, −1 where missing. A group may have lost all to others. */
  readonly slots: Int32Array;
}

/** No groups, with room for one per candidate. */
export function emptyGroups(candidates: number, joints: number): Groups {
  return { count: 0, joints, owner: new Int32Array(candidates), slots: new Int32Array(candidates * joints) };
}

/** Forgets all groups. */
export function clearGroups(groups: Groups): void {
  groups.count = 0;
  groups.owner.fill(-1);
}

/**
 * Takes up a pair of candidates: starts a group, adds the one without a group to the other's, or makes their two groups one.
 * A pair that would give a group two joints of one kind is passed over.
 *
 * @param joint Kind of joint of each candidate.
 */
export function joinPair(groups: Groups, joint: Int32Array, a: number, b: number): void {
  const { owner, slots, joints } = groups;
  if (owner[a] < 0 && owner[b] < 0) {
    startGroup(groups, a, joint[a]);
    place(groups, owner[a], b, joint[b]);
  } else if (owner[a] < 0 || owner[b] < 0) {
    const [free, group] = owner[a] < 0 ? [a, owner[b]] : [b, owner[a]];
    if (slots[group * joints + joint[free]] < 0) place(groups, group, free, joint[free]);
  } else if (owner[a] !== owner[b] && areApart(groups, owner[a], owner[b]))
    mergeGroups(groups, owner[a], owner[b]);
}

/** A group of one candidate. */
export function startGroup(groups: Groups, candidate: number, joint: number): void {
  const group = groups.count++;
  groups.slots.fill(-1, group * groups.joints, (group + 1) * groups.joints);
  place(groups, group, candidate, joint);
}

function place({ owner, slots, joints }: Groups, group: number, candidate: number, joint: number): void {
  owner[candidate] = group;
  slots[group * joints + joint] = candidate;
}

/** Whether no kind of joint is in both groups. */
export function areApart({ slots, joints }: Groups, g: number, h: number): boolean {
  for (let j = 0; j < joints; j++) if (slots[g * joints + j] >= 0 && slots[h * joints + j] >= 0) return false;
  return true;
}

/** Moves all of one group into another that has none of its kinds of joints. */
export function mergeGroups({ owner, slots, joints }: Groups, into: number, from: number): void {
  for (let j = 0; j < joints; j++) {
    const candidate = slots[from * joints + j];
    if (candidate < 0) continue;
    slots[into * joints + j] = candidate;
    slots[from * joints + j] = -1;
    owner[candidate] = into;
  }
}

/** Swaps the chosen kinds of joints between two groups, where they have them. @param chosen J, 1 where chosen. */
export function exchange(groups: Groups, g: number, h: number, chosen: Uint8Array): void {
  const { owner, slots, joints } = groups;
  for (let j = 0; j < joints; j++) {
    if (chosen[j] === 0) continue;
    const [mine, other] = [slots[g * joints + j], slots[h * joints + j]];
    slots[g * joints + j] = other;
    slots[h * joints + j] = mine;
    if (other >= 0) owner[other] = g;
    if (mine >= 0) owner[mine] = h;
  }
}

/** How many joints a group has. */
export function sizeOf({ slots, joints }: Groups, group: number): number {
  let size = 0;
  for (let j = 0; j < joints; j++) if (slots[group * joints + j] >= 0) size++;
  return size;
}

/** Gives every candidate without a group one of its own. */
export function groupTheRest(groups: Groups, { count, joint }: Candidates): void {
  for (let i = 0; i < count; i++) if (groups.owner[i] < 0) startGroup(groups, i, joint[i]);
}

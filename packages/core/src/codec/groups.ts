/** Groups of candidates that grow into people; kept from picture to picture. */
export interface Groups {
  count: number;
  readonly joints: number;
  /** Group of each candidate, −1 where it has none. */
  readonly owner: Int32Array;
  /** group×J: a candidate, −1 where missing. */
  readonly slots: Int32Array;
  /** Joints of each group; 0 where it went into another. */
  readonly size: Int32Array;
  /** Sum over the values of its joints and the scores of its limbs. */
  readonly sum: Float32Array;
  /** Limbs that agreed. */
  readonly limbs: Int32Array;
  /** Joints of each group that a larger one has too. */
  readonly lent: Int32Array;
}

/** No groups, with room for `candidates` candidates. */
export function emptyGroups(candidates: number, joints: number): Groups {
  const most = Math.ceil(candidates / 2);
  return {
    count: 0,
    joints,
    owner: new Int32Array(candidates),
    slots: new Int32Array(most * joints),
    size: new Int32Array(most),
    sum: new Float32Array(most),
    limbs: new Int32Array(most),
    lent: new Int32Array(most),
  };
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
 * @param joint Kind of joint of each candidate; `value`: its value.
 */
export function joinPair(
  groups: Groups,
  joint: Int32Array,
  value: Float32Array,
  a: number,
  b: number,
  score: number,
): void {
  const { owner } = groups;
  let group = owner[a] >= 0 ? owner[a] : owner[b];
  if (group < 0) {
    group = startGroup(groups);
    place(groups, group, a, joint[a], value[a]);
    place(groups, group, b, joint[b], value[b]);
  } else if (owner[a] < 0 || owner[b] < 0) {
    const free = owner[a] < 0 ? a : b;
    if (groups.slots[group * groups.joints + joint[free]] >= 0) return;
    place(groups, group, free, joint[free], value[free]);
  } else if (owner[a] !== owner[b]) {
    group = Math.min(owner[a], owner[b]);
    if (!mergeGroups(groups, group, Math.max(owner[a], owner[b]))) return;
  }
  groups.sum[group] += score;
  groups.limbs[group]++;
}

function startGroup(groups: Groups): number {
  const group = groups.count++;
  groups.slots.fill(-1, group * groups.joints, (group + 1) * groups.joints);
  groups.size[group] = 0;
  groups.sum[group] = 0;
  groups.limbs[group] = 0;
  groups.lent[group] = 0;
  return group;
}

function place(groups: Groups, group: number, candidate: number, joint: number, value: number): void {
  groups.owner[candidate] = group;
  groups.slots[group * groups.joints + joint] = candidate;
  groups.size[group]++;
  groups.sum[group] += value;
}

/** Moves all of one group into another; false, and nothing changes, when both have the same kind of joint. */
function mergeGroups(
  { joints, slots, owner, size, sum, limbs }: Groups,
  into: number,
  from: number,
): boolean {
  for (let j = 0; j < joints; j++)
    if (slots[into * joints + j] >= 0 && slots[from * joints + j] >= 0) return false;
  for (let j = 0; j < joints; j++) {
    const candidate = slots[from * joints + j];
    if (candidate < 0) continue;
    slots[into * joints + j] = candidate;
    owner[candidate] = into;
  }
  size[into] += size[from];
  sum[into] += sum[from];
  limbs[into] += limbs[from];
  size[from] = 0;
  return true;
}

/**
 * Gives the group of candidate `a` also `b`, another group's, where it has no such joint: people who overlap may show one
 * peak for two joints.
 */
export function shareCandidate(
  { owner, slots, joints, size, lent }: Groups,
  joint: Int32Array,
  a: number,
  b: number,
): void {
  const group = owner[a];
  const other = owner[b];
  if (group < 0 || group === other || slots[group * joints + joint[b]] >= 0) return;
  slots[group * joints + joint[b]] = b;
  if (other >= 0 && size[other] < size[group]) lent[other]++;
}

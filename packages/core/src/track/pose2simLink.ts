import { assign } from "../array/assignment.js";

export interface LinkOptions {
  /** Mean distance of the joints up to which a person goes on, metres (default 1). */
  maxDistance?: number;
  /** Frames after which someone who isn't seen attracts no one any more (default 100). */
  maxUnseen?: number;
}

/** The people met so far, in the order in which they appeared. */
export interface Linker {
  readonly slots: Slot[];
}

interface Slot {
  /** J×3, metres: of each coordinate the last value that wasn't NaN. */
  position: Float64Array;
  unseen: number;
}

export function linker(): Linker {
  return { slots: [] };
}

const FORBIDDEN = 1e10;

/**
 * Says who the people of a frame are, as Pose2Sim does: assignment on the mean distance of the joints to where each
 * known person was last; who is left becomes someone new. Changes the linker.
 *
 * @param people J×3 each, metres; a NaN coordinate counts as no difference.
 * @returns The slot of each person.
 * Source: Pose2Sim, `common.py` and `triangulation.py`, after v0.10.41 (`match_by = "keypoints"`).
 */
export function linkPeople(
  { slots }: Linker,
  people: readonly Float64Array[],
  { maxDistance = 1, maxUnseen = 100 }: LinkOptions = {},
): number[] {
  const cost = new Float64Array(slots.length * people.length);
  slots.forEach((slot, s) => {
    people.forEach((person, p) => {
      const distance = slot.unseen > maxUnseen ? Infinity : meanDistance(slot.position, person);
      cost[s * people.length + p] = distance <= maxDistance ? distance : FORBIDDEN;
    });
  });
  const found = people.map(() => -1);
  const { rows, columns } = assign(cost, slots.length, people.length);
  rows.forEach((s, i) => {
    if (cost[s * people.length + columns[i]] < FORBIDDEN) found[columns[i]] = s;
  });
  for (const slot of slots) slot.unseen++;
  people.forEach((person, p) => {
    if (found[p] < 0) found[p] = slots.push({ position: person.slice(), unseen: 0 }) - 1;
    const { position } = slots[found[p]];
    person.forEach((value, i) => {
      if (!Number.isNaN(value)) position[i] = value;
    });
    slots[found[p]].unseen = 0;
  });
  return found;
}

/** Infinity when the two have no coordinate in common. */
function meanDistance(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  let common = false;
  for (let i = 0; i < a.length; i += 3) {
    let squared = 0;
    for (let c = i; c < i + 3; c++) {
      const difference = a[c] - b[c];
      if (Number.isNaN(difference)) continue;
      squared += difference * difference;
      common = true;
    }
    sum += Math.sqrt(squared);
  }
  return common ? sum / (a.length / 3) : Infinity;
}

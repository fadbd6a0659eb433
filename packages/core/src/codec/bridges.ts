import type { LimbProportion } from "../skeleton/proportions.js";
import type { Candidates } from "./candidates.js";
import type { Coherence } from "./coherence.js";
import { areApart, type Groups, mergeGroups, sizeOf } from "./groups.js";
import type { Limb } from "./partAffinity.js";

/** Joints that a fragment has at most: what has more is a person. */
const MOST_JOINTS = 8;
/** Difference of two fragments' sizes, in the logarithm, from which on they aren't one person. */
const UNLIKE = 0.45;
/** Share of the two limbs' usual length that lie between fragments, beyond which no hidden joint connects them. */
const REACH = 1.05;

/** Two joints that a third, hidden one connects. */
interface Bridge {
  from: number;
  to: number;
  hidden: number;
  /** Usual length from one over the hidden one to the other, as a share of the height. */
  reach: number;
}

/**
 * Joins fragments of people whose connecting joint is hidden, so that no field ties them: legs to a body without a neck, a
 * forearm to a body without that shoulder. They must be of one size and within reach of each other; the nearest are joined first.
 *
 * @returns A function that works on the groups as they are.
 */
export function bridgeBuilder(
  groups: Groups,
  { x, y }: Candidates,
  coherence: Coherence,
  limbs: readonly Limb[],
  proportions: readonly LimbProportion[],
) {
  const bridges = listBridges(limbs, proportions);
  const room = groups.owner.length;
  const members = new Int32Array(room);
  const sizes = new Float64Array(room);
  const counts = new Int32Array(room);
  const { slots, joints } = groups;

  /** What it costs to join two groups; Infinity where they can't be. */
  function cost(g: number, h: number): number {
    const unlike = Math.abs(sizes[g] - sizes[h]);
    if (!(unlike < UNLIKE) || Math.min(counts[g], counts[h]) > MOST_JOINTS || !areApart(groups, g, h))
      return Infinity;
    const height = Math.exp((counts[g] * sizes[g] + counts[h] * sizes[h]) / (counts[g] + counts[h]));
    let least = REACH;
    for (const { from, to, hidden, reach } of bridges) {
      const [a, b] = [slots[g * joints + from], slots[h * joints + to]];
      if (a < 0 || b < 0 || slots[g * joints + hidden] >= 0 || slots[h * joints + hidden] >= 0) continue;
      least = Math.min(least, Math.sqrt((x[a] - x[b]) ** 2 + (y[a] - y[b]) ** 2) / (height * reach));
    }
    return least < REACH ? least + unlike : Infinity;
  }

  return (): void => {
    let count = 0;
    for (let g = 0; g < groups.count; g++) {
      counts[g] = sizeOf(groups, g);
      sizes[g] = counts[g] < 2 ? NaN : coherence.size(g);
      if (!Number.isNaN(sizes[g])) members[count++] = g;
    }
    for (;;) {
      let least = Infinity;
      let [into, from] = [-1, -1];
      for (let i = 0; i < count; i++)
        for (let k = i + 1; k < count; k++) {
          const price = cost(members[i], members[k]);
          if (price < least) [least, into, from] = [price, i, k];
        }
      if (into < 0) return;
      const kept = members[into];
      mergeGroups(groups, kept, members[from]);
      counts[kept] = sizeOf(groups, kept);
      sizes[kept] = coherence.size(kept);
      members[from] = members[--count];
    }
  };
}

function listBridges(limbs: readonly Limb[], proportions: readonly LimbProportion[]): Bridge[] {
  const ends = limbs.flatMap(([a, b], l) => [
    { hidden: a, other: b, length: proportions[l].length },
    { hidden: b, other: a, length: proportions[l].length },
  ]);
  return ends.flatMap((one) =>
    ends
      .filter(({ hidden, other }) => hidden === one.hidden && other !== one.other)
      .map(({ other, length }) => ({
        from: one.other,
        to: other,
        hidden: one.hidden,
        reach: one.length + length,
      }))
      .filter(({ reach }) => reach > 0),
  );
}

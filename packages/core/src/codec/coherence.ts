import type { LimbProportion } from "../skeleton/proportions.js";
import type { Candidates } from "./candidates.js";
import { type Connections, cellOf, logDistance } from "./connections.js";
import type { Groups } from "./groups.js";
import type { Limb } from "./partAffinity.js";

export interface CoherenceOptions {
  limbs: readonly Limb[];
  /** What is usual of each limb. */
  proportions: readonly LimbProportion[];
  /** Cost of a limb between two joints of a group that no field supports. */
  unsupported: number;
  /** Most that a limb costs whose length doesn't go with the others'. */
  disproportion: number;
  /** Deviation of limbs' lengths from the usual, in the logarithm; twice as much costs most. */
  lengthSpread: number;
}

/** How well the joints of groups go together. */
export interface Coherence {
  /** Support of a group's limbs, less what unsupported limbs and lengths that don't go together cost. */
  of(group: number): number;
  /** What lengths cost the group that was measured last. */
  readonly cost: number;
  /** Logarithm of a group's height in cells, the median over what its limbs say; NaN without a limb of known length. */
  size(group: number): number;
  /** What a limb between two candidates adds to the support. */
  supportOf(limb: number, a: number, b: number): number;
}

/** Measures groups; changes of `groups` and `candidates` are seen, and nothing is allocated. */
export function coherence(
  groups: Groups,
  { x, y, place }: Candidates,
  connections: Connections,
  { limbs, proportions, unsupported, disproportion, lengthSpread }: CoherenceOptions,
): Coherence {
  const { slots, joints } = groups;
  const { support, distance } = connections;
  const usual = proportions.map(({ length }) => Math.log(length));
  const first = limbs.map(([a]) => a);
  const second = limbs.map(([, b]) => b);
  // What the group's limbs of known length say of its size.
  const told = rankedValues(limbs.length);

  function supportOf(limb: number, a: number, b: number): number {
    const score = support[cellOf(connections, limb, place[a], place[b])];
    return score > 0 ? score : -unsupported;
  }

  /** Lists what the limbs say of the size; the sum of their support. */
  function read(group: number): number {
    let sum = 0;
    told.clear();
    for (let l = 0; l < first.length; l++) {
      const a = slots[group * joints + first[l]];
      const b = slots[group * joints + second[l]];
      if (a < 0 || b < 0) continue;
      const at = cellOf(connections, l, place[a], place[b]);
      const score = support[at];
      sum += score > 0 ? score : -unsupported;
      const { weight } = proportions[l];
      if (weight === 0) continue;
      const length = score > 0 ? distance[at] : logDistance(x[a] - x[b], y[a] - y[b]);
      told.insert(length - usual[l], weight);
    }
    return sum;
  }

  const measured = {
    cost: 0,
    of(group: number): number {
      const sum = read(group);
      measured.cost = disproportion * told.spread(2 * lengthSpread);
      return sum - measured.cost;
    },
    size(group: number): number {
      read(group);
      return told.median();
    },
    supportOf,
  };
  return measured;
}

/** A few weighted values in rising order. */
function rankedValues(room: number) {
  const values = new Float64Array(room);
  const weights = new Float64Array(room);
  let count = 0;
  function median(): number {
    let total = 0;
    for (let i = 0; i < count; i++) total += weights[i];
    let below = 0;
    for (let i = 0; i < count; i++) {
      below += weights[i];
      if (2 * below >= total) return values[i];
    }
    return NaN;
  }
  return {
    clear(): void {
      count = 0;
    },
    insert(value: number, weight: number): void {
      let i = count++;
      for (; i > 0 && values[i - 1] > value; i--) {
        values[i] = values[i - 1];
        weights[i] = weights[i - 1];
      }
      values[i] = value;
      weights[i] = weight;
    },
    median,
    /** Weighted sum of squared distances from the median in units of `scale`, none above 1. */
    spread(scale: number): number {
      const middle = median();
      let sum = 0;
      for (let i = 0; i < count; i++) {
        const away = (values[i] - middle) / scale;
        sum += weights[i] * Math.min(1, away * away);
      }
      return sum;
    },
  };
}

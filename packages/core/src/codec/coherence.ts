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

/** A part of a body that two groups may exchange. */
export interface Part {
  /** J, 1 where the kind of joint belongs to it. */
  chosen: Uint8Array;
  /** The limbs of which one end belongs to it. */
  edges: number[];
  /** L: how many ends of each limb belong to it. */
  ends: Uint8Array;
}

/** The joints of given kinds as a part. */
export function partOf(joints: number, kinds: readonly number[], limbs: readonly Limb[]): Part {
  const chosen = Uint8Array.from({ length: joints }, (_, j) => (kinds.includes(j) ? 1 : 0));
  const ends = Uint8Array.from(limbs, ([a, b]) => chosen[a] + chosen[b]);
  const edges = limbs.flatMap((_, l) => (ends[l] === 1 ? [l] : []));
  return { chosen, edges, ends };
}

/**
 * How well the joints of groups go together: the support of a group's limbs, less what unsupported limbs and lengths that don't
 * go together cost.
 */
export interface Coherence {
  /** Reads a group as it is, for the gains of exchanges with it. */
  read(group: number): void;
  /** What both groups together gain when they exchange a part; at most `least` where that is all that matters of it. */
  gain(g: number, h: number, part: Part, least: number): number;
  /** Logarithm of a group's height in cells, the median over what its limbs say; NaN without a limb of known length. */
  size(group: number): number;
}

/** Measures groups; nothing is allocated. */
export function coherence(
  groups: Groups,
  candidates: Candidates,
  connections: Connections,
  options: CoherenceOptions,
): Coherence {
  const { owner, slots, joints } = groups;
  const { limbs, proportions, disproportion, lengthSpread } = options;
  const { supportOf, sizeOf } = limbReader(candidates, connections, options);
  const L = limbs.length;
  const from = Int32Array.from(limbs, ([a]) => a);
  const to = Int32Array.from(limbs, ([, b]) => b);
  const weights = proportions.map(({ weight }) => weight);
  const known = limbs.flatMap((_, l) => (weights[l] > 0 ? [l] : []));
  // By group and limb: its support, 0 without it, and what its length says of the size, NaN where nothing.
  const supports = new Float64Array(owner.length * L);
  const sizes = new Float64Array(owner.length * L);
  const costs = new Float64Array(owner.length);
  const told = rankedValues(L);

  function read(group: number): void {
    told.clear();
    for (let l = 0; l < L; l++) {
      const [a, b] = [slots[group * joints + from[l]], slots[group * joints + to[l]]];
      supports[group * L + l] = supportOf(l, a, b);
      sizes[group * L + l] = weights[l] > 0 ? sizeOf(l, a, b) : NaN;
      told.insert(sizes[group * L + l], weights[l]);
    }
    costs[group] = disproportion * told.spread(2 * lengthSpread);
  }

  function supportGained(g: number, h: number, edges: readonly number[]): number {
    let gained = 0;
    for (const l of edges) {
      const [ga, gb] = [slots[g * joints + from[l]], slots[g * joints + to[l]]];
      const [ha, hb] = [slots[h * joints + from[l]], slots[h * joints + to[l]]];
      // Whichever end is exchanged, each group's other end meets the other group's.
      gained += supportOf(l, ha, gb) + supportOf(l, ga, hb) - supports[g * L + l] - supports[h * L + l];
    }
    return gained;
  }

  /** What lengths would cost a group with another's part. */
  function costWith(g: number, h: number, { chosen, ends }: Part): number {
    told.clear();
    for (const l of known) {
      let size = sizes[(ends[l] === 2 ? h : g) * L + l];
      if (ends[l] === 1) {
        const a = slots[(chosen[from[l]] === 1 ? h : g) * joints + from[l]];
        const b = slots[(chosen[to[l]] === 1 ? h : g) * joints + to[l]];
        size = sizeOf(l, a, b);
      }
      told.insert(size, weights[l]);
    }
    return disproportion * told.spread(2 * lengthSpread);
  }

  return {
    read,
    gain(g: number, h: number, part: Part, least: number): number {
      // Lengths can't gain more than what they cost: most exchanges needn't be tried.
      let gain = supportGained(g, h, part.edges) + costs[g] + costs[h];
      if (gain > least) gain -= costWith(g, h, part);
      return gain > least ? gain - costWith(h, g, part) : gain;
    },
    size(group: number): number {
      read(group);
      return told.median();
    },
  };
}

/** What limbs between two candidates, −1 where missing, tell. */
function limbReader(
  { x, y, place }: Candidates,
  connections: Connections,
  { proportions, unsupported }: CoherenceOptions,
) {
  const { support, distance } = connections;
  const usual = proportions.map(({ length }) => Math.log(length));
  return {
    /** What a limb adds to a group's support; 0 where it is missing. */
    supportOf(l: number, a: number, b: number): number {
      if (a < 0 || b < 0) return 0;
      const score = support[cellOf(connections, l, place[a], place[b])];
      return score > 0 ? score : -unsupported;
    },
    /** Logarithm of the height, in cells, that goes with a limb's length; NaN where it is missing. */
    sizeOf(l: number, a: number, b: number): number {
      if (a < 0 || b < 0) return NaN;
      const cell = cellOf(connections, l, place[a], place[b]);
      return (support[cell] > 0 ? distance[cell] : logDistance(x[a] - x[b], y[a] - y[b])) - usual[l];
    },
  };
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
    /** NaN is passed over. */
    insert(value: number, weight: number): void {
      if (Number.isNaN(value)) return;
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

import type { LimbProportion } from "../skeleton/proportions.js";
import type { Candidates } from "./candidates.js";
import type { Coherence } from "./coherence.js";
import { type Connections, pairAt } from "./connections.js";
import { exchange, type Groups } from "./groups.js";
import type { Limb } from "./partAffinity.js";

/** Sweeps over all pairs; nearly all crowds are at rest after three. */
const MOST_SWEEPS = 6;

export interface ExchangeOptions {
  joints: number;
  limbs: readonly Limb[];
  /** The limbs that make a tree, one side of which can be cut off. */
  tree: readonly boolean[];
  /** Gain in coherence from which on an exchange is made. */
  minGain: number;
}

/**
 * Betters groups by exchanging parts between two of them: for each pair of candidates whose limb is supported but which lie
 * in two groups, one of the two joints or all that hangs on that limb. Greedy joining can't take back a wrong limb in a crowd;
 * an exchange does, whenever both groups together become more coherent.
 *
 * @returns A function that works on the groups as they are and leaves them at rest; those before `since` are as its last call
 *   left them.
 */
export function exchanger(
  groups: Groups,
  { joint }: Candidates,
  connections: Connections,
  coherence: Coherence,
  { joints, limbs, tree, minGain }: ExchangeOptions,
) {
  const alone = Array.from({ length: joints }, (_, j) => partOf(joints, [j], limbs));
  const sides = limbs.map((_, l) => (tree[l] ? partOf(joints, beyond(l, limbs, tree), limbs) : undefined));
  const room = groups.owner.length;
  const values = new Float64Array(room);
  const costs = new Float64Array(room);
  // When a group last changed and a pair was last tried, counted in changes: what didn't change since need not be tried again.
  const changed = new Int32Array(room);
  const tried = new Int32Array(connections.a.length);
  let now = 0;

  function measure(group: number): void {
    values[group] = coherence.of(group);
    costs[group] = coherence.cost;
    changed[group] = now;
  }

  function gainOf(g: number, h: number, part: Part): number {
    // Lengths can't gain more than what they cost: most exchanges needn't be tried.
    if (supportGained(groups, g, h, part, limbs, coherence) + costs[g] + costs[h] <= minGain) return 0;
    exchange(groups, g, h, part.chosen);
    const gain = coherence.of(g) + coherence.of(h) - values[g] - values[h];
    exchange(groups, g, h, part.chosen);
    return gain;
  }

  function tryPair(pair: number): boolean {
    const a = connections.a[pair];
    const b = connections.b[pair];
    const g = groups.owner[a];
    const h = groups.owner[b];
    if (g === h || Math.max(changed[g], changed[h]) <= tried[pair]) return false;
    tried[pair] = now;
    let most = minGain;
    let best: Part | undefined;
    const side = sides[connections.limb[pair]];
    for (let i = side ? 0 : 1; i < 3; i++) {
      const part = i === 0 ? (side as Part) : alone[joint[i === 1 ? a : b]];
      const gain = gainOf(g, h, part);
      if (gain <= most) continue;
      most = gain;
      best = part;
    }
    if (!best) return false;
    exchange(groups, g, h, best.chosen);
    now++;
    measure(g);
    measure(h);
    return true;
  }

  return (since: number): void => {
    if (since === 0) {
      now = 0;
      tried.fill(-1);
    }
    now++;
    for (let g = since; g < groups.count; g++) measure(g);
    for (let sweep = 0, moved = true; moved && sweep < MOST_SWEEPS; sweep++) {
      moved = false;
      for (let i = connections.count - 1; i >= 0; i--) if (tryPair(pairAt(connections, i))) moved = true;
    }
  };
}

/** What two groups' limbs at the edges of a part gain in support when they exchange it. */
function supportGained(
  { slots, joints }: Groups,
  g: number,
  h: number,
  { edges }: Part,
  limbs: readonly Limb[],
  { supportOf }: Coherence,
): number {
  let gained = 0;
  for (const l of edges) {
    const [from, to] = limbs[l];
    const [ga, gb] = [slots[g * joints + from], slots[g * joints + to]];
    const [ha, hb] = [slots[h * joints + from], slots[h * joints + to]];
    if (ga >= 0 && gb >= 0) gained -= supportOf(l, ga, gb);
    if (ha >= 0 && hb >= 0) gained -= supportOf(l, ha, hb);
    // Whichever end is exchanged, each group's other end meets the other group's.
    if (ha >= 0 && gb >= 0) gained += supportOf(l, ha, gb);
    if (ga >= 0 && hb >= 0) gained += supportOf(l, ga, hb);
  }
  return gained;
}

/** A part of a body. */
interface Part {
  /** J, 1 where the kind of joint belongs to it. */
  chosen: Uint8Array;
  /** The limbs of which one end belongs to it. */
  edges: number[];
}

function partOf(joints: number, kinds: readonly number[], limbs: readonly Limb[]): Part {
  const chosen = Uint8Array.from({ length: joints }, (_, j) => (kinds.includes(j) ? 1 : 0));
  const edges = limbs.flatMap(([a, b], l) => (chosen[a] !== chosen[b] ? [l] : []));
  return { chosen, edges };
}

/** The joints that hang on a limb of the tree at its second end. */
function beyond(limb: number, limbs: readonly Limb[], tree: readonly boolean[]): number[] {
  const found = [limbs[limb][1]];
  for (const joint of found)
    limbs.forEach(([a, b], l) => {
      if (!tree[l] || l === limb || (a !== joint && b !== joint)) return;
      const other = a === joint ? b : a;
      if (!found.includes(other)) found.push(other);
    });
  return found;
}

/** Which limbs make a tree: the shortest that close no loop, or the first where lengths are unknown. */
export function spanningTree(
  joints: number,
  limbs: readonly Limb[],
  proportions: readonly LimbProportion[],
): boolean[] {
  const home = Array.from({ length: joints }, (_, j) => j);
  const tree = limbs.map(() => false);
  const lengthOf = (l: number) => proportions[l].length || 0;
  const order = limbs.map((_, l) => l).sort((l, m) => lengthOf(l) - lengthOf(m) || l - m);
  for (const l of order) {
    const [a, b] = [home[limbs[l][0]], home[limbs[l][1]]];
    if (a === b) continue;
    tree[l] = true;
    for (let j = 0; j < joints; j++) if (home[j] === b) home[j] = a;
  }
  return tree;
}

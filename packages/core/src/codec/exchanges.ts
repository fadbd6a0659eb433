import type { LimbProportion } from "../skeleton/proportions.js";
import type { Candidates } from "./candidates.js";
import { type Coherence, type Part, partOf } from "./coherence.js";
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
  // When a group last changed and a pair was last tried, counted in changes: what didn't change since need not be tried again.
  const changed = new Int32Array(room);
  const tried = new Int32Array(connections.a.length);
  let now = 0;
  let known = 0;

  function measure(group: number): void {
    coherence.read(group);
    changed[group] = now;
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
      const gain = coherence.gain(g, h, part, most);
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
    if (since === 0) now = known = 0;
    tried.fill(-1, known, connections.count);
    known = connections.count;
    now++;
    for (let g = since; g < groups.count; g++) measure(g);
    for (let sweep = 0, moved = true; moved && sweep < MOST_SWEEPS; sweep++) {
      moved = false;
      for (let i = connections.count - 1; i >= 0; i--) if (tryPair(pairAt(connections, i))) moved = true;
    }
  };
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

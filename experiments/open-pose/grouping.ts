/** From maps to people by any score of pairs. */
import { emptyPeaks, findPeaks, type Limb, mapEnlarger } from "@marey/core/codec";
import { CELLS, JOINTS, SIDE, STRIDE } from "./crowd.js";
import { SCENE, type Scene } from "./scene.js";

/** A place where a joint may be, pixels. */
export interface Candidate {
  readonly joint: number;
  readonly x: number;
  readonly y: number;
  readonly value: number;
}

/** How well a limb may connect two candidates; not above 0 when it doesn't. */
export type PairScore = (limb: number, a: Candidate, b: Candidate) => number;

const enlarge = mapEnlarger(SIDE, SIDE, SCENE.size, SCENE.size);
const large = new Float32Array(SCENE.size * SCENE.size);
const peaks = emptyPeaks(64);

/** Peaks of the confidence maps, enlarged to the picture's size as OpenPose does. */
export function candidatesOf(maps: Float32Array, threshold = 0.15): Candidate[] {
  const found: Candidate[] = [];
  for (let joint = 0; joint < JOINTS; joint++) {
    enlarge(maps.subarray(joint * CELLS, (joint + 1) * CELLS), large);
    findPeaks(large, SCENE.size, SCENE.size, threshold, peaks);
    for (let i = 0; i < peaks.count; i++) {
      const [x, y, value] = peaks.data.subarray(i * 3, i * 3 + 3) as unknown as [number, number, number];
      found.push({ joint, x, y, value });
    }
  }
  return found;
}

/** The true joints themselves. */
export function trueCandidates({ people }: Scene): Candidate[] {
  const found: Candidate[] = [];
  for (let i = 0; i < people.length; i += 3)
    if (people[i + 2]! > 0)
      found.push({ joint: (i / 3) % JOINTS, x: people[i]!, y: people[i + 1]!, value: 1 });
  return found;
}

/** A map between its cells, at a pixel. `shift`: pixel of cell 0. */
function valueAt(map: Float32Array, offset: number, x: number, y: number, shift: number): number {
  const u = Math.max(0, Math.min(SIDE - 1.001, (x - shift) / STRIDE));
  const v = Math.max(0, Math.min(SIDE - 1.001, (y - shift) / STRIDE));
  const [left, top] = [Math.floor(u), Math.floor(v)];
  const at = offset + top * SIDE + left;
  const above = map[at]! + (u - left) * (map[at + 1]! - map[at]!);
  const below = map[at + SIDE]! + (u - left) * (map[at + SIDE + 1]! - map[at + SIDE]!);
  return above + (v - top) * (below - above);
}

/** The line integral of a part affinity field over ten places; 0 when less than a share of them supports it. */
export const fieldScore =
  (fields: Float32Array, share = 0.7): PairScore =>
  (limb, a, b) => {
    const [dx, dy] = [b.x - a.x, b.y - a.y];
    const length = Math.hypot(dx, dy);
    if (length < 1e-6) return 0;
    let [sum, kept] = [0, 0];
    for (let i = 0; i < 10; i++) {
      const [x, y] = [a.x + (i / 9) * dx, a.y + (i / 9) * dy];
      const along =
        (dx * valueAt(fields, 2 * limb * CELLS, x, y, 0) +
          dy * valueAt(fields, (2 * limb + 1) * CELLS, x, y, 0)) /
        length;
      sum += along;
      if (along > 0.05) kept++;
    }
    return kept >= 10 * share ? sum / 10 : 0;
  };

/** The mean of Gaussians' maps at places along the limb. */
export const midpointScore =
  (maps: Float32Array, shares: readonly number[]): PairScore =>
  (limb, a, b) => {
    let sum = 0;
    shares.forEach((share, s) => {
      const [x, y] = [a.x + share * (b.x - a.x), a.y + share * (b.y - a.y)];
      sum += valueAt(maps, (limb * shares.length + s) * CELLS, x, y, (STRIDE - 1) / 2);
    });
    return sum / shares.length;
  };

/** A group of candidates: one of each joint at most, −1 where none. */
export interface Group {
  readonly members: Int32Array;
  score: number;
}

/**
 * Pairs of all limbs in one list, from the best on: a pair starts a group, adds to one, or makes two one that share no kind
 * of joint (OpenPose's parser B; with the limbs of a tree it is greedy matching per limb).
 */
export function grouped(
  candidates: readonly Candidate[],
  limbs: readonly Limb[],
  score: PairScore,
  least: number,
): { groups: Group[]; pairs: [number, number][] } {
  const pairs: { a: number; b: number; score: number }[] = [];
  limbs.forEach(([from, to], limb) => {
    candidates.forEach((a, i) => {
      if (a.joint !== from) return;
      candidates.forEach((b, j) => {
        if (b.joint !== to) return;
        const value = score(limb, a, b);
        if (value > least) pairs.push({ a: i, b: j, score: value });
      });
    });
  });
  pairs.sort((p, q) => q.score - p.score || p.a - q.a || p.b - q.b);
  const owner: (Group | undefined)[] = candidates.map(() => undefined);
  const groups = new Set<Group>();
  const joined: [number, number][] = [];
  for (const pair of pairs) if (join(pair, candidates, owner, groups)) joined.push([pair.a, pair.b]);
  return { groups: [...groups], pairs: joined };
}

function join(
  { a, b, score }: { a: number; b: number; score: number },
  candidates: readonly Candidate[],
  owner: (Group | undefined)[],
  groups: Set<Group>,
): boolean {
  const put = (group: Group, i: number) => {
    group.members[candidates[i]!.joint] = i;
    group.score += candidates[i]!.value;
    owner[i] = group;
  };
  const [first, second] = [owner[a], owner[b]];
  if (!first && !second) {
    const group: Group = { members: new Int32Array(JOINTS).fill(-1), score: 0 };
    groups.add(group);
    put(group, a);
    put(group, b);
    group.score += score;
    return true;
  }
  if (first && second) {
    if (first === second) {
      first.score += score;
      return true;
    }
    if (first.members.some((member, j) => member >= 0 && second.members[j]! >= 0)) return false;
    second.members.forEach((member, j) => {
      if (member < 0) return;
      first.members[j] = member;
      owner[member] = first;
    });
    first.score += second.score + score;
    groups.delete(second);
    return true;
  }
  const group = (first ?? second)!;
  const free = first ? b : a;
  if (group.members[candidates[free]!.joint]! >= 0) return false;
  put(group, free);
  group.score += score;
  return true;
}

import type { Pair, PartCandidates } from "./officialPairs.js";
import type { PartModel } from "./parts.js";

/** A person in the making. */
export interface PersonDraft {
  /** By part the candidate, −1 where it has none. */
  readonly parts: Int32Array;
  /** Parts as OpenPose counts them: once for each edge that set one. */
  count: number;
  /** Values of parts and scores of pairs, added up. */
  score: number;
}

const draft = (parts: number, count: number, score: number): PersonDraft => ({
  parts: new Int32Array(parts).fill(-1),
  count,
  score,
});

/**
 * OpenPose's assembly on processors, edge by edge: the best pairs of an edge in which no candidate stands twice are
 * accepted and added to whoever has their first part (Cao et al. 2017, section 2.4, greedily).
 *
 * It can give one part to two people and never joins two halves of a person.
 *
 * @param pairsOf The supported pairs of an edge.
 */
export function assembleByEdge(
  candidates: PartCandidates,
  { skeleton, edges, name }: PartModel,
  pairsOf: (edge: number) => Pair[],
): PersonDraft[] {
  const { ofPart } = candidates;
  const people: PersonDraft[] = [];
  const parts = skeleton.joints.length;
  edges.forEach(({ joints: [a, b], redundant }, edge) => {
    const counts = [ofPart[a].length / 3, ofPart[b].length / 3];
    if (counts[0] === 0 || counts[1] === 0) {
      // MPI's people begin anew even with parts that somebody has: so does OpenPose.
      const alone = counts[0] === 0 ? b : a;
      for (let i = 0; i < counts[0] + counts[1]; i++)
        if (name === "MPI_15" || !people.some((person) => person.parts[alone] === i))
          people.push(withPart(draft(parts, 1, ofPart[alone][3 * i + 2]), alone, i));
      return;
    }
    const accepted = greedily(pairsOf(edge), Math.min(counts[0], counts[1]));
    if (redundant) for (const pair of accepted) fillEnds(people, a, b, pair);
    else for (const pair of accepted) extend(people, candidates, a, b, pair, parts, edge === 0);
  });
  return people;
}

function withPart(person: PersonDraft, part: number, candidate: number): PersonDraft {
  person.parts[part] = candidate;
  return person;
}

/** The best pairs, each candidate once; of equal ones those of later candidates first. */
function greedily(pairs: Pair[], most: number): Pair[] {
  const sorted = [...pairs].sort((p, q) => q.score - p.score || q.a - p.a || q.b - p.b);
  const [usedA, usedB] = [new Set<number>(), new Set<number>()];
  const accepted: Pair[] = [];
  for (const pair of sorted) {
    if (accepted.length === most) break;
    if (usedA.has(pair.a) || usedB.has(pair.b)) continue;
    usedA.add(pair.a);
    usedB.add(pair.b);
    accepted.push(pair);
  }
  return accepted;
}

/** A redundant edge only tells people who have one end what the other is; it adds no score. */
function fillEnds(people: readonly PersonDraft[], a: number, b: number, pair: Pair): void {
  for (const { parts } of people)
    if (parts[a] === pair.a && parts[b] < 0) parts[b] = pair.b;
    else if (parts[b] === pair.b && parts[a] < 0) parts[a] = pair.a;
}

/** Gives the second part to the first person who has the first; begins a person where nobody has. */
function extend(
  people: PersonDraft[],
  { ofPart }: PartCandidates,
  a: number,
  b: number,
  pair: Pair,
  parts: number,
  first: boolean,
): void {
  const valueB = ofPart[b][3 * pair.b + 2];
  const person = first ? undefined : people.find((other) => other.parts[a] === pair.a);
  if (person) {
    person.parts[b] = pair.b;
    person.count++;
    person.score += valueB + pair.score;
    return;
  }
  const begun = draft(parts, 2, ofPart[a][3 * pair.a + 2] + valueB + pair.score);
  people.push(withPart(withPart(begun, a, pair.a), b, pair.b));
}

/** What a part's own value weighs against its pair's score in the order of pairs. */
const VALUE_WEIGHT = 0.1;

/**
 * OpenPose's assembly on graphics cards: the pairs of all edges from the best on; two groups that a pair connects become
 * one unless they have a kind of part in common. Redundant edges repair breaks in crowds this way (Cao et al. 2019,
 * section 3.3).
 */
export function assembleTogether(
  { ofPart }: PartCandidates,
  { skeleton, edges }: PartModel,
  pairs: readonly Pair[],
): PersonDraft[] {
  const parts = skeleton.joints.length;
  const owners = ofPart.map((list) => new Int32Array(list.length / 3).fill(-1));
  const people: (PersonDraft | undefined)[] = [];
  for (const { pair, a, b } of byPromise(pairs, edges, ofPart)) {
    const [ownerA, ownerB] = [owners[a][pair.a], owners[b][pair.b]];
    const [valueA, valueB] = [ofPart[a][3 * pair.a + 2], ofPart[b][3 * pair.b + 2]];
    if (ownerA < 0 && ownerB < 0) {
      owners[a][pair.a] = owners[b][pair.b] = people.length;
      const begun = draft(parts, 2, valueA + valueB + pair.score);
      people.push(withPart(withPart(begun, a, pair.a), b, pair.b));
    } else if (ownerA < 0 || ownerB < 0) {
      const [owner, part, candidate, value] =
        ownerA < 0 ? [ownerB, a, pair.a, valueA] : [ownerA, b, pair.b, valueB];
      const person = people[owner] as PersonDraft;
      if (person.parts[part] >= 0) continue;
      withPart(person, part, candidate);
      owners[part][candidate] = owner;
      person.count++;
      person.score += value + pair.score;
    } else if (ownerA === ownerB) (people[ownerA] as PersonDraft).score += pair.score;
    else merge(people, owners, Math.min(ownerA, ownerB), Math.max(ownerA, ownerB), pair.score);
  }
  return people.filter((person) => person !== undefined);
}

function byPromise(
  pairs: readonly Pair[],
  edges: PartModel["edges"],
  ofPart: readonly Float32Array[],
): { pair: Pair; a: number; b: number; promise: number }[] {
  return pairs
    .map((pair) => {
      const [a, b] = edges[pair.edge].joints;
      const values = ofPart[a][3 * pair.a + 2] + ofPart[b][3 * pair.b + 2];
      return { pair, a, b, promise: pair.score + VALUE_WEIGHT * values };
    })
    .sort(
      (p, q) =>
        q.promise - p.promise ||
        q.pair.score - p.pair.score ||
        q.pair.edge - p.pair.edge ||
        q.pair.a - p.pair.a ||
        q.pair.b - p.pair.b,
    );
}

/** The lower one takes over the other, unless they have a kind of part in common. */
function merge(
  people: (PersonDraft | undefined)[],
  owners: readonly Int32Array[],
  into: number,
  from: number,
  score: number,
): void {
  const [kept, gone] = [people[into] as PersonDraft, people[from] as PersonDraft];
  if (kept.parts.some((candidate, part) => candidate >= 0 && gone.parts[part] >= 0)) return;
  gone.parts.forEach((candidate, part) => {
    if (candidate < 0) return;
    kept.parts[part] = candidate;
    owners[part][candidate] = into;
  });
  kept.count += gone.count;
  kept.score += gone.score + score;
  people[from] = undefined;
}

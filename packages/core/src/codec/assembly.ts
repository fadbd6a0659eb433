import { type CandidateOptions, type Candidates, candidateFinder } from "./candidates.js";
import { type ConnectionOptions, connectionFinder, pairAt } from "./connections.js";
import { clearGroups, emptyGroups, type Groups, joinPair, shareCandidate } from "./groups.js";

export interface AssemblyOptions extends CandidateOptions, ConnectionOptions {
  /** Input pixels from one cell to the next. */
  stride: number;
  /** A person needs as many joints. */
  minJoints: number;
  /** And this mean over the values of its joints and the scores of its limbs. */
  minScore: number;
  /** Score from which on a limb may lead to a joint that another person has already: people overlap. */
  minShared: number;
  /** Share of its joints that a larger group may have too before a group counts as a fragment of it, and is dropped. */
  maxLent: number;
}

/** Thresholds for maps of stride 8, 0..1. */
export const ASSEMBLY_DEFAULTS = {
  capacity: 96,
  minPeak: 0.1,
  minSample: 0.05,
  minShare: 0.7,
  minPair: 0.05,
  fieldShift: 3.5 / 8,
  minJoints: 4,
  minScore: 0.2,
  minShared: 0.5,
  maxLent: 0.2,
} as const;

/** People read from maps; overwritten by the next reading. */
export interface AssembledPeople {
  count: number;
  /** count×J×3, and room for more: x, y in input pixels, value of the map; NaN, NaN, 0 where missing. */
  joints: Float32Array;
  /** Mean over the values of the joints and the scores of the limbs. */
  scores: Float32Array;
}

/**
 * A decoder of confidence maps and part affinity fields: finds candidates of each joint, scores every pair that a limb may
 * connect by the field between them, and joins pairs from the best on (Cao et al. 2019, section 3.3, with limbs that close
 * loops). Two groups that a limb connects become one unless both have the same kind of joint. What a person then still
 * lacks may be a joint of another, where one peak stands for both.
 *
 * @returns A function of `maps`, from which it reads the first J as confidence maps, and `fields`, 2L×rows×columns; what it
 *   returns is overwritten by the next call, which allocates nothing.
 */
export function peopleAssembler(options: AssemblyOptions) {
  const { joints } = options;
  const findCandidates = candidateFinder(options);
  const findConnections = connectionFinder(options);
  const groups = emptyGroups(joints * options.capacity, joints);
  const people: AssembledPeople = {
    count: 0,
    joints: new Float32Array(groups.slots.length * 3),
    scores: new Float32Array(groups.size.length),
  };
  return (maps: Float32Array, fields: Float32Array): AssembledPeople => {
    const candidates = findCandidates(maps);
    const connections = findConnections(candidates, fields);
    clearGroups(groups);
    const { a, b, score } = connections;
    for (let i = connections.count - 1; i >= 0; i--) {
      const pair = pairAt(connections, i);
      joinPair(groups, candidates.joint, candidates.value, a[pair], b[pair], score[pair]);
    }
    for (let i = connections.count - 1; i >= 0; i--) {
      const pair = pairAt(connections, i);
      if (score[pair] < options.minShared) continue;
      shareCandidate(groups, candidates.joint, a[pair], b[pair]);
      shareCandidate(groups, candidates.joint, b[pair], a[pair]);
    }
    writePeople(groups, candidates, options, people);
    return people;
  };
}

function writePeople(
  { count, size, sum, limbs, slots, joints, lent }: Groups,
  { x, y, value }: Candidates,
  { minJoints, minScore, maxLent, stride }: AssemblyOptions,
  people: AssembledPeople,
): void {
  people.count = 0;
  for (let g = 0; g < count; g++) {
    const score = sum[g] / (size[g] + limbs[g]);
    if (lent[g] > maxLent * size[g]) continue;
    if (size[g] < minJoints || !(score >= minScore)) continue;
    people.scores[people.count] = score;
    for (let j = 0; j < joints; j++) {
      const candidate = slots[g * joints + j];
      const to = (people.count * joints + j) * 3;
      const found = candidate >= 0;
      people.joints[to] = found ? x[candidate] * stride + (stride - 1) / 2 : NaN;
      people.joints[to + 1] = found ? y[candidate] * stride + (stride - 1) / 2 : NaN;
      people.joints[to + 2] = found ? value[candidate] : 0;
    }
    people.count++;
  }
}

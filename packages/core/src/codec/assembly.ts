import { limbProportions } from "../skeleton/proportions.js";
import type { Skeleton } from "../skeleton/skeleton.js";
import { bridgeBuilder } from "./bridges.js";
import { type CandidateOptions, type Candidates, candidateFinder } from "./candidates.js";
import { type CoherenceOptions, coherence } from "./coherence.js";
import { type ConnectionOptions, type Connections, cellOf, connectionFinder, pairAt } from "./connections.js";
import { doubler } from "./doubles.js";
import { exchanger, spanningTree } from "./exchanges.js";
import { clearGroups, emptyGroups, type Groups, groupTheRest, joinPair } from "./groups.js";

export interface AssemblyOptions
  extends CandidateOptions,
    ConnectionOptions,
    Omit<CoherenceOptions, "proportions"> {
  /** Input pixels from one cell to the next. */
  stride: number;
  /** Tells by the joints' names what lengths are usual; without it only the fields count. */
  skeleton?: Pick<Skeleton, "joints">;
  /** A person needs as many joints. */
  minJoints: number;
  /** And this mean over the values of its joints and the scores of its limbs. */
  minScore: number;
  /** Gain in coherence from which on two groups exchange a part. */
  minGain: number;
  /** Score from which on a limb may lead to a joint that another person has already: people overlap. */
  minShared: number;
  /** Share of a person's joints that must be its own. */
  minOwn: number;
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
  unsupported: 0.1,
  disproportion: 0.6,
  lengthSpread: 0.3,
  minGain: 0.05,
  minShared: 0.8,
  minOwn: 0.7,
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
 * loops). Two groups that a limb connects become one unless both have the same kind of joint. Beyond the paper, groups then
 * exchange parts while that makes both more coherent, in support and in the proportions of a body; peaks that two people need
 * are doubled; and fragments whose connecting joint is hidden are joined by size and distance.
 *
 * @returns A function of `maps`, from which it reads the first J as confidence maps, and `fields`, 2L×rows×columns; what it
 *   returns is overwritten by the next call, which allocates nothing.
 */
export function peopleAssembler(options: AssemblyOptions) {
  const { joints, limbs, skeleton } = options;
  const { candidates, find } = candidateFinder(options);
  const { connections, find: connect } = connectionFinder(candidates, options);
  const groups = emptyGroups(candidates.joint.length, joints);
  const proportions = skeleton
    ? limbProportions(skeleton, limbs)
    : limbs.map(() => ({ length: NaN, weight: 0 }));
  const measure = coherence(groups, candidates, connections, { ...options, proportions });
  const tree = spanningTree(joints, limbs, proportions);
  const exchangeParts = exchanger(groups, candidates, connections, measure, { ...options, tree });
  const doublePeaks = doubler(groups, candidates, connections, options.minShared);
  const bridge = bridgeBuilder(groups, candidates, measure, limbs, proportions);
  const people = emptyPeople(groups.owner.length, joints);
  return (maps: Float32Array, fields: Float32Array): AssembledPeople => {
    find(maps);
    connect(fields);
    clearGroups(groups);
    for (let i = connections.count - 1; i >= 0; i--) {
      const pair = pairAt(connections, i);
      joinPair(groups, candidates.joint, connections.a[pair], connections.b[pair]);
    }
    groupTheRest(groups, candidates);
    exchangeParts(0);
    const atRest = groups.count;
    if (doublePeaks()) exchangeParts(atRest);
    bridge();
    writePeople(groups, candidates, connections, options, people);
    return people;
  };
}

const emptyPeople = (most: number, joints: number): AssembledPeople => ({
  count: 0,
  joints: new Float32Array(most * joints * 3),
  scores: new Float32Array(most),
});

function writePeople(
  groups: Groups,
  candidates: Candidates,
  connections: Connections,
  options: AssemblyOptions,
  people: AssembledPeople,
): void {
  const { x, y, value } = candidates;
  const { joints, stride } = options;
  people.count = 0;
  for (let g = 0; g < groups.count; g++) {
    const score = scoreOf(groups, g, candidates, connections, options);
    if (!(score >= options.minScore)) continue;
    people.scores[people.count] = score;
    for (let j = 0; j < joints; j++) {
      const candidate = groups.slots[g * joints + j];
      const to = (people.count * joints + j) * 3;
      const found = candidate >= 0;
      people.joints[to] = found ? x[candidate] * stride + (stride - 1) / 2 : NaN;
      people.joints[to + 1] = found ? y[candidate] * stride + (stride - 1) / 2 : NaN;
      people.joints[to + 2] = found ? value[candidate] : 0;
    }
    people.count++;
  }
}

/** Mean over the values of a group's joints and the scores of its limbs; 0 for one that is no person. */
function scoreOf(
  { slots }: Groups,
  group: number,
  { first, place, value }: Candidates,
  connections: Connections,
  { joints, limbs, minJoints, minOwn }: AssemblyOptions,
): number {
  let [sum, size, own, agreed] = [0, 0, 0, 0];
  for (let j = 0; j < joints; j++) {
    const candidate = slots[group * joints + j];
    if (candidate < 0) continue;
    sum += value[candidate];
    size++;
    // Doubles come after all that were found.
    if (candidate < first[joints]) own++;
  }
  if (size < minJoints || own < minOwn * size) return 0;
  for (let l = 0; l < limbs.length; l++) {
    const [a, b] = [slots[group * joints + limbs[l][0]], slots[group * joints + limbs[l][1]]];
    if (a < 0 || b < 0) continue;
    const score = connections.support[cellOf(connections, l, place[a], place[b])];
    sum += score;
    if (score > 0) agreed++;
  }
  return sum / (size + agreed);
}

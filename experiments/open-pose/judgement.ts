/** How well a crowd was told apart. */
import type { Limb } from "@marey/core/codec";
import { type CocoAnnotation, type CocoDetection, cocoEvaluate } from "@marey/core/metric";
import { JOINTS } from "./crowd.js";
import { figure } from "./figure.js";
import type { Candidate, Group } from "./grouping.js";
import type { Scene } from "./scene.js";

/** How a set of crowds was told apart; all are shares, 0..1. */
export interface Judgement {
  /** True limbs, both ends of which are candidates, that were joined. */
  readonly limbs: number;
  /** Of the limbs that were joined between candidates of true joints, those that are true. */
  readonly right: number;
  /** Visible parts of a person that are in one group, on average over people. */
  readonly recall: number;
  /** Parts of a group that belong to its main person, on average over groups. */
  readonly purity: number;
  /** Groups for each person. */
  readonly fragments: number;
  /** Average precision by object keypoint similarity. */
  readonly ap: number;
}

/** Distance within which a candidate is a true joint, as a share of the person's height. */
const NEAR = 0.1;

/** What was found in one scene. */
export interface Found {
  readonly scene: Scene;
  readonly candidates: readonly Candidate[];
  readonly groups: readonly Group[];
  readonly pairs: readonly (readonly [number, number])[];
}

/** Judges groups against the truth. People with fewer than four visible joints don't count. */
export function judge(found: readonly Found[], limbs: readonly Limb[]): Judgement {
  const sums = { joinable: 0, joined: 0, right: 0, wrong: 0, recall: 0, people: 0, purity: 0, groups: 0 };
  for (const one of found) tally(one, limbs, sums);
  return {
    limbs: sums.joined / sums.joinable,
    right: sums.right / (sums.right + sums.wrong),
    recall: sums.recall / sums.people,
    purity: sums.purity / sums.groups,
    fragments: sums.groups / sums.people,
    ap: averagePrecision(found),
  };
}

function tally(
  { scene, candidates, groups, pairs }: Found,
  limbs: readonly Limb[],
  sums: {
    joinable: number;
    joined: number;
    right: number;
    wrong: number;
    recall: number;
    people: number;
    purity: number;
    groups: number;
  },
): void {
  const truth = assign(scene, candidates);
  const joined = new Set(pairs.map(([a, b]) => a * 4096 + b));
  const byJoint = new Map<number, number>();
  truth.forEach((person, i) => {
    if (person >= 0) byJoint.set(person * JOINTS + candidates[i]!.joint, i);
  });
  const count = scene.heights.length;
  for (const [a, b] of limbs)
    for (let p = 0; p < count; p++) {
      const [i, j] = [byJoint.get(p * JOINTS + a), byJoint.get(p * JOINTS + b)];
      if (i === undefined || j === undefined) continue;
      sums.joinable++;
      if (joined.has(i * 4096 + j)) sums.joined++;
    }
  for (const [a, b] of pairs) {
    if (truth[a]! < 0 || truth[b]! < 0) continue;
    if (truth[a] === truth[b]) sums.right++;
    else sums.wrong++;
  }
  const best = new Float64Array(count);
  for (const { members } of groups) {
    const shares = new Float64Array(count);
    let size = 0;
    for (const member of members) {
      if (member < 0) continue;
      size++;
      if (truth[member]! >= 0) shares[truth[member]!]!++;
    }
    shares.forEach((share, p) => {
      best[p] = Math.max(best[p]!, share);
    });
    sums.purity += Math.max(0, ...shares) / size;
    sums.groups++;
  }
  for (let p = 0; p < count; p++) {
    const seen = seenJoints(scene, p);
    if (seen < 4) continue;
    sums.people++;
    sums.recall += best[p]! / seen;
  }
}

function seenJoints({ people }: Scene, person: number): number {
  let seen = 0;
  for (let j = 0; j < JOINTS; j++) seen += people[(person * JOINTS + j) * 3 + 2]!;
  return seen;
}

/** The person of whom each candidate is a joint, the nearest pairs first; −1 where nobody. */
function assign({ people, heights }: Scene, candidates: readonly Candidate[]): Int32Array {
  const owner = new Int32Array(candidates.length).fill(-1);
  const near: { i: number; at: number; d: number }[] = [];
  for (const [i, { joint, x, y }] of candidates.entries())
    for (const [p, height] of heights.entries()) {
      const at = p * JOINTS + joint;
      const d = Math.hypot(people[at * 3]! - x, people[at * 3 + 1]! - y) / height;
      if (people[at * 3 + 2]! > 0 && d < NEAR) near.push({ i, at, d });
    }
  const taken = new Set<number>();
  for (const { i, at } of near.sort((a, b) => a.d - b.d)) {
    if (owner[i]! >= 0 || taken.has(at)) continue;
    owner[i] = Math.floor(at / JOINTS);
    taken.add(at);
  }
  return owner;
}

function averagePrecision(found: readonly Found[]): number {
  const annotations: CocoAnnotation[] = [];
  const detections: CocoDetection[] = [];
  found.forEach(({ scene, candidates, groups }, image_id) => {
    scene.heights.forEach((height, p) => {
      const keypoints = Array.from(scene.people.subarray(p * JOINTS * 3, (p + 1) * JOINTS * 3), (value, i) =>
        i % 3 === 2 ? 2 * value : value,
      );
      const seen = seenJoints(scene, p);
      // COCO's outlines cover about a fifth of the square of a standing person's height.
      const area = 0.2 * height * height;
      const bbox = [0, 0, height / 2, height];
      const ignored = seen < 4 ? { iscrowd: 1 } : {};
      annotations.push({
        id: annotations.length + 1,
        image_id,
        category_id: 1,
        bbox,
        area,
        keypoints,
        ...ignored,
      });
    });
    for (const { members, score } of groups) {
      const keypoints = Array.from(members).flatMap((member) => {
        const candidate = candidates[member];
        return candidate ? [candidate.x, candidate.y, 1] : [0, 0, 0];
      });
      detections.push({ image_id, category_id: 1, score, keypoints });
    }
  });
  const truth = { images: found.map((_, id) => ({ id })), annotations, categories: [{ id: 1 }] };
  return cocoEvaluate(truth, detections, { sigmas: figure.sigmas }).stats.AP ?? Number.NaN;
}

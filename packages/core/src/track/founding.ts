import type { Camera } from "../camera/camera.js";
import { type Body, bodyOffset, OFFSET_CAP, placeBody, placedJoints } from "./bodyFilter.js";
import { addRay, type JointSystem, rayOffset, resetSystem, solveSystem } from "./joint.js";
import type { Sighting } from "./sighting.js";

/** Detections of one person in different views, and the body that they give. */
export interface Group {
  seen: Sighting[];
  body: Body;
}

export interface FoundingOptions {
  /** Joints that two detections must share to be compared. */
  minJoints: number;
  /** Mean distance of the rays from the body up to which a detection belongs to it, metres. */
  reach: number;
}

/** A pair of detections that could be one person, with what the other views say to it. */
interface Hypothesis {
  pair: readonly [Sighting, Sighting];
  body: Body;
  /** How well the pair agrees, 0..1 each. */
  agreement: number;
  /** Detections of other views with how well each fits, 0..1; the best of a view counts. */
  support: { seen: Sighting; fit: number }[];
  /** Views in whose picture the body would stand. */
  inPicture: number[];
}

/** What a view says against a body that it ought to see and doesn't, in units of a perfect fit. */
const ABSENCE = 0.35;

/**
 * Groups the detections of one frame by person without knowledge of earlier frames.
 *
 * Every pair of detections from two views proposes a body; the other views vote on it; the body with the most and best
 * votes is taken, its detections are spent, and the rest is voted on again. The vote of a third view is what settles
 * which of two people on the same epipolar lines is meant.
 */
export function foundPeople(
  all: readonly Sighting[],
  cameras: readonly Camera[],
  joints: number,
  options: FoundingOptions,
  system: JointSystem,
): Group[] {
  let hypotheses = propose(all, cameras, joints, options, system);
  const spent = new Set<Sighting>();
  const groups: Group[] = [];
  while (hypotheses.length > 0) {
    const ranked = hypotheses.map((hypothesis) => ({ hypothesis, vote: vote(hypothesis, spent) }));
    const best = ranked.reduce((a, b) => (b.vote.rank > a.vote.rank ? b : a));
    const group = refine(best.hypothesis, best.vote.seen, all, spent, joints, options, system);
    if (group) {
      groups.push(group);
      for (const seen of group.seen) spent.add(seen);
    }
    hypotheses = hypotheses.filter(
      (hypothesis) => hypothesis !== best.hypothesis && !hypothesis.pair.some((seen) => spent.has(seen)),
    );
  }
  return groups;
}

function propose(
  all: readonly Sighting[],
  cameras: readonly Camera[],
  joints: number,
  { minJoints, reach }: FoundingOptions,
  system: JointSystem,
): Hypothesis[] {
  const hypotheses: Hypothesis[] = [];
  for (let b = 1; b < all.length; b++)
    for (let a = 0; a < b; a++) {
      if (all[a].view === all[b].view) continue;
      const pair = [all[a], all[b]] as const;
      const shared = sharedJoints(...pair);
      if (shared < minJoints) continue;
      const body = placeBody(pair, joints, system);
      const placed = placedJoints(body);
      if (placed < minJoints || placed < 0.5 * shared) continue;
      const offset = Math.max(bodyOffset(body, pair[0], minJoints), bodyOffset(body, pair[1], minJoints));
      // Joints on which the pair disagrees have no place; they count as far as the reach.
      const share = placed / shared;
      const agreement = 1 - (share * offset) / reach - (1 - share);
      if (agreement <= 0 || !humanSize(body)) continue;
      const support = all.flatMap((seen) => {
        if (seen.view === pair[0].view || seen.view === pair[1].view) return [];
        const fit = 1 - groupOffset(body, pair, seen, minJoints, system) / reach;
        return fit > 0 ? [{ seen, fit }] : [];
      });
      const inPicture = cameras.flatMap((camera, v) => (standsInPicture(body, camera) ? [v] : []));
      hypotheses.push({ pair, body, agreement, support, inPicture });
    }
  return hypotheses;
}

/** The best unspent detection of each view, and the rank that these give. */
function vote({ pair, agreement, support, inPicture }: Hypothesis, spent: ReadonlySet<Sighting>) {
  const best = new Map<number, { seen: Sighting; fit: number }>();
  for (const candidate of support) {
    if (spent.has(candidate.seen)) continue;
    const known = best.get(candidate.seen.view);
    if (!known || candidate.fit > known.fit) best.set(candidate.seen.view, candidate);
  }
  let rank = 2 * agreement;
  for (const { fit } of best.values()) rank += fit;
  for (const view of inPicture)
    if (view !== pair[0].view && view !== pair[1].view && !best.has(view)) rank -= ABSENCE;
  return { rank, seen: [...pair, ...[...best.values()].map(({ seen }) => seen)] };
}

/** Places the body from all its detections and keeps those that fit it; in each view the best. */
function refine(
  { body: first }: Hypothesis,
  seen: readonly Sighting[],
  all: readonly Sighting[],
  spent: ReadonlySet<Sighting>,
  joints: number,
  { minJoints, reach }: FoundingOptions,
  system: JointSystem,
): Group | undefined {
  let body = seen.length > 2 ? placeBody(seen, joints, system) : first;
  const best = new Map<number, { seen: Sighting; offset: number }>();
  for (const candidate of all) {
    if (spent.has(candidate)) continue;
    const others = seen.filter(({ view }) => view !== candidate.view);
    const offset = groupOffset(body, others, candidate, minJoints, system);
    if (offset < Math.min(reach, best.get(candidate.view)?.offset ?? Infinity))
      best.set(candidate.view, { seen: candidate, offset });
  }
  const members = [...best.values()].map((member) => member.seen);
  if (members.length < 2) return undefined;
  body = placeBody(members, joints, system);
  return placedJoints(body) >= minJoints ? { seen: members, body } : undefined;
}

/**
 * How far a detection is from a body and from the rays that it was made of: as `bodyOffset`, but a joint that has no
 * place yet, since one detection alone saw it, is compared ray with ray, for half the weight.
 *
 * @returns Metres; Infinity when fewer than `minJoints` can be compared.
 */
function groupOffset(
  body: Body,
  members: readonly Sighting[],
  seen: Sighting,
  minJoints: number,
  system: JointSystem,
): number {
  const placed = bodyOffset(body, seen, 1);
  let weights = placed === Infinity ? 0 : placedWeight(body, seen);
  let sum = weights > 0 ? placed * weights : 0;
  let count = 0;
  for (let j = 0; j < body.sigma.length; j++) {
    const confidence = seen.rays[3 * j + 2];
    if (confidence === 0) continue;
    if (body.sigma[j] !== Infinity) {
      count++;
      continue;
    }
    const member = members.find(({ rays }) => rays[3 * j + 2] > 0);
    if (!member) continue;
    const distance = rayGap(seen, member, j, system);
    if (Number.isNaN(distance)) continue;
    sum += 0.5 * confidence * Math.min(distance, OFFSET_CAP);
    weights += 0.5 * confidence;
    count++;
  }
  return count < minJoints ? Infinity : sum / weights;
}

/** Weight of the joints on which `bodyOffset` is the mean, without the body's own certainty. */
function placedWeight({ sigma }: Body, { rays }: Sighting): number {
  let sum = 0;
  for (let j = 0; j < sigma.length; j++) if (sigma[j] !== Infinity) sum += rays[3 * j + 2];
  return sum;
}

/** Gap between the rays of two detections in one joint, metres; NaN when they are parallel. */
function rayGap(a: Sighting, b: Sighting, joint: number, system: JointSystem): number {
  resetSystem(system);
  addRay(system, a, joint, 1);
  addRay(system, b, joint, 1);
  if (solveSystem(system) === Infinity) return NaN;
  return rayOffset(a, joint, system.point, 0) + rayOffset(b, joint, system.point, 0);
}

function sharedJoints(a: Sighting, b: Sighting): number {
  let count = 0;
  for (let i = 2; i < a.rays.length; i += 3) if (a.rays[i] > 0 && b.rays[i] > 0) count++;
  return count;
}

/** Typical distances of a person's joints from their middle: a curled-up child to someone with arms raised, metres. */
const SIZES = [0.08, 1.1] as const;

function humanSize({ positions, sigma }: Body): boolean {
  const placed = Array.from(sigma.keys()).filter((j) => sigma[j] !== Infinity);
  const middle = [0, 1, 2].map((c) => median(placed.map((j) => positions[3 * j + c])));
  const size = median(placed.map((j) => Math.hypot(...middle.map((m, c) => positions[3 * j + c] - m))));
  return size > SIZES[0] && size < SIZES[1];
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1];
}

/** Whether most of a body lies within what a camera sees. */
function standsInPicture({ positions, sigma }: Body, camera: Camera): boolean {
  const { rotation: R, translation: t, fx, fy, cx, cy } = camera;
  const width = camera.width || 2 * cx;
  const height = camera.height || 2 * cy;
  let inside = 0;
  let placed = 0;
  for (let j = 0; j < sigma.length; j++) {
    if (sigma[j] === Infinity) continue;
    placed++;
    const [x, y, z] = positions.subarray(3 * j, 3 * j + 3);
    const depth = R[6] * x + R[7] * y + R[8] * z + t[2];
    const u = (fx * (R[0] * x + R[1] * y + R[2] * z + t[0])) / depth + cx;
    const v = (fy * (R[3] * x + R[4] * y + R[5] * z + t[1])) / depth + cy;
    if (depth > 0 && u >= 0 && v >= 0 && u < width && v < height) inside++;
  }
  return inside > 0.7 * placed;
}

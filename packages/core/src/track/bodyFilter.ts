import { addRay, type JointSystem, rayOffset, resetSystem, solveSystem } from "./joint.js";
import type { Sighting } from "./sighting.js";

/** Where a person's joints are believed to be, and how surely. */
export interface Body {
  /** J×3, metres; meaningless where `sigma` is infinite. */
  positions: Float64Array;
  /** J×3, metres per second. */
  velocities: Float64Array;
  /** J, metres: standard deviation of each joint's position; Infinity while it has never been placed. */
  sigma: Float64Array;
}

/** Standard deviation of a joint seen with full confidence: pixel noise and bias of real detectors at 4–8 m, metres. */
const SIGHT = 0.02;
/** Distance at which a ray's influence has fallen to a quarter (Geman–McClure), metres. */
const OUTLIER = 0.1;
/** A distance counts as at most this much when a body is compared with a detection, metres. */
export const OFFSET_CAP = 0.4;
/** What joints do beyond the prediction, metres per second. */
const RESTLESS = 1.5;
/** Share of a prediction's error that corrects the velocity. */
const VELOCITY_GAIN = 0.35;
/** Seconds in which the speed of someone unseen falls to a third. */
const COAST = 0.5;
/** A joint that is less sure than this has little say about who someone is, metres. */
const VAGUE = 0.15;

function unknownBody(joints: number): Body {
  return {
    positions: new Float64Array(3 * joints),
    velocities: new Float64Array(3 * joints),
    sigma: new Float64Array(joints).fill(Infinity),
  };
}

/**
 * Moves a body on by `seconds` at its velocities. With `coasting`, when nobody sees it, the joints fall in with each
 * other, so that the pose is kept, and come to rest.
 */
export function predictBody(
  { positions, velocities, sigma }: Body,
  seconds: number,
  coasting: boolean,
): void {
  if (coasting) calmVelocities(velocities, sigma, Math.exp(-seconds / COAST));
  const more = RESTLESS * seconds;
  for (let j = 0; j < sigma.length; j++) {
    sigma[j] = Math.hypot(sigma[j], more);
    for (let i = 3 * j; i < 3 * j + 3; i++) positions[i] += velocities[i] * seconds;
  }
}

function calmVelocities(velocities: Float64Array, sigma: Float64Array, keep: number): void {
  for (let axis = 0; axis < 3; axis++) {
    let sum = 0;
    let count = 0;
    for (let j = 0; j < sigma.length; j++)
      if (sigma[j] < VAGUE) {
        sum += velocities[3 * j + axis];
        count++;
      }
    const mean = count > 0 ? sum / count : 0;
    for (let i = axis; i < velocities.length; i += 3)
      velocities[i] = keep * (mean + 0.7 * (velocities[i] - mean));
  }
}

/**
 * How far a detection is from a body: mean over joints of the distance from the ray, each at most `OFFSET_CAP`, weighted by
 * the confidence of the detection and of the body; metres.
 *
 * Outliers and left–right swaps in some joints change it little, another person in the same place a lot.
 * @returns Infinity when fewer than `minJoints` can be compared.
 */
export function bodyOffset({ positions, sigma }: Body, seen: Sighting, minJoints: number): number {
  let sum = 0;
  let weights = 0;
  let count = 0;
  for (let j = 0; j < sigma.length; j++) {
    const confidence = seen.rays[3 * j + 2];
    if (confidence === 0 || sigma[j] === Infinity) continue;
    const ratio = sigma[j] / VAGUE;
    const weight = confidence / (1 + ratio * ratio);
    sum += weight * Math.min(rayOffset(seen, j, positions, 3 * j), OFFSET_CAP);
    weights += weight;
    count++;
  }
  return count < minJoints ? Infinity : sum / weights;
}

/**
 * Corrects a predicted body by the detections given to it: for each joint the place that fits both the rays and the
 * prediction best, rays far from it losing their influence.
 *
 * One view is enough to correct a joint across its ray. Joints that the rays contradict, or that no two rays have
 * placed yet, are placed anew from the rays alone when these agree.
 */
export function correctBody(
  body: Body,
  seen: readonly Sighting[],
  seconds: number,
  system: JointSystem,
): void {
  const { positions, velocities, sigma } = body;
  for (let j = 0; j < sigma.length; j++) {
    const i = 3 * j;
    const agreement = sigma[j] === Infinity ? 0 : fuse(body, seen, j, system);
    if (agreement > 0.3) {
      const gain = VELOCITY_GAIN / seconds;
      for (let c = 0; c < 3; c++) {
        velocities[i + c] += gain * (system.point[c] - positions[i + c]);
        positions[i + c] = system.point[c];
      }
    } else if (agreement >= 0 && placeJoint(seen, j, system)) {
      positions.set(system.point, i);
      velocities.fill(0, i, i + 3);
    } else continue;
    sigma[j] = Math.sqrt((system.matrix[0] + system.matrix[3] + system.matrix[5]) / 3);
  }
}

/** Returns the largest influence that a ray kept, 0..1, or −1 without any ray; the result is in `system`. */
function fuse(
  { positions, sigma }: Body,
  seen: readonly Sighting[],
  joint: number,
  system: JointSystem,
): number {
  const i = 3 * joint;
  const { point } = system;
  point.set(positions.subarray(i, i + 3));
  let agreement = -1;
  for (let round = 0; round < 2; round++) {
    const prior = 1 / (sigma[joint] * sigma[joint]);
    resetSystem(system, prior, positions[i], positions[i + 1], positions[i + 2]);
    agreement = -1;
    for (const sighting of seen) {
      const confidence = sighting.rays[i + 2];
      if (confidence === 0) continue;
      // The prediction's own uncertainty widens what is believable.
      const keep = influence(rayOffset(sighting, joint, point, 0), OUTLIER + sigma[joint]);
      agreement = Math.max(agreement, keep);
      addRay(system, sighting, joint, (confidence * keep * sighting.share[joint]) / (SIGHT * SIGHT));
    }
    if (solveSystem(system) === Infinity) return -1;
  }
  return agreement;
}

/** Geman–McClure's weight of a residual. */
function influence(distance: number, scale: number): number {
  const ratio = distance / scale;
  const weight = 1 / (1 + ratio * ratio);
  return weight * weight;
}

/** Distance from the rays up to which they are said to agree on a point, metres. */
const AGREEMENT = 0.08;

/**
 * Places a joint from rays alone: of all pairs of views the point that most rays agree on, refined with those.
 *
 * @returns Whether at least two rays agree on a point in front of their cameras; it is then in `system.point`.
 */
function placeJoint(seen: readonly Sighting[], joint: number, system: JointSystem): boolean {
  const { point } = system;
  let best = 0;
  let [x, y, z] = [NaN, NaN, NaN];
  for (let a = 0; a < seen.length; a++)
    for (let b = 0; b < a; b++) {
      const weightA = seen[a].rays[3 * joint + 2];
      const weightB = seen[b].rays[3 * joint + 2];
      if (weightA === 0 || weightB === 0) continue;
      resetSystem(system);
      addRay(system, seen[a], joint, weightA);
      addRay(system, seen[b], joint, weightB);
      if (solveSystem(system) === Infinity) continue;
      const score = support(seen, joint, point);
      if (score <= best) continue;
      best = score;
      [x, y, z] = point;
    }
  if (best === 0) return false;
  point[0] = x;
  point[1] = y;
  point[2] = z;
  resetSystem(system);
  for (const sighting of seen) {
    const weight = sighting.rays[3 * joint + 2];
    if (weight === 0) continue;
    const keep = influence(rayOffset(sighting, joint, point, 0), OUTLIER);
    addRay(system, sighting, joint, (weight * keep) / (SIGHT * SIGHT));
  }
  return solveSystem(system) < VAGUE;
}

/** How strongly rays agree on a point: 0 unless two do. */
function support(seen: readonly Sighting[], joint: number, point: Float64Array): number {
  let score = 0;
  let count = 0;
  for (const sighting of seen) {
    const weight = sighting.rays[3 * joint + 2];
    if (weight === 0) continue;
    const distance = rayOffset(sighting, joint, point, 0);
    if (distance === Infinity) return 0;
    if (distance > AGREEMENT) continue;
    count++;
    score += weight * influence(distance, AGREEMENT);
  }
  return count >= 2 ? score : 0;
}

/** A body placed anew from detections of one person; joints on which no two rays agree stay unknown. */
export function placeBody(seen: readonly Sighting[], joints: number, system: JointSystem): Body {
  const body = unknownBody(joints);
  for (let j = 0; j < joints; j++) {
    if (!placeJoint(seen, j, system)) continue;
    body.positions.set(system.point, 3 * j);
    body.sigma[j] = Math.sqrt((system.matrix[0] + system.matrix[3] + system.matrix[5]) / 3);
  }
  return body;
}

/**
 * Says of each joint of a detection how far it is the owner's: its likelihood for the owner's body as a share of that
 * for all bodies. Detectors lay hidden joints onto whoever stands in front.
 */
export function shareJoints(seen: Sighting, owner: Body, others: readonly Body[]): void {
  for (let j = 0; j < owner.sigma.length; j++) {
    seen.share[j] = 1;
    if (seen.rays[3 * j + 2] === 0 || owner.sigma[j] === Infinity) continue;
    const own = likelihood(rayOffset(seen, j, owner.positions, 3 * j));
    let all = own + 1e-6;
    for (const { sigma, positions } of others)
      if (sigma[j] !== Infinity) all += likelihood(rayOffset(seen, j, positions, 3 * j));
    seen.share[j] = (own + 1e-6) / all;
  }
}

/** Distance at which a joint may well be somebody else's, metres. */
const OWN = 0.06;

const likelihood = (distance: number) => Math.exp((-0.5 * distance * distance) / (OWN * OWN));

export function copyBody({ positions, velocities, sigma }: Body): Body {
  return { positions: positions.slice(), velocities: velocities.slice(), sigma: sigma.slice() };
}

/** How many joints have a place. */
export function placedJoints({ sigma }: Body): number {
  let count = 0;
  for (const value of sigma) if (value !== Infinity) count++;
  return count;
}

/** Mean distance of the joints that both bodies know, metres; Infinity when there are fewer than `minJoints`. */
export function bodyDistance(a: Body, b: Body, minJoints: number): number {
  let sum = 0;
  let count = 0;
  for (let j = 0, i = 0; j < a.sigma.length; j++, i += 3) {
    if (a.sigma[j] === Infinity || b.sigma[j] === Infinity) continue;
    const dx = a.positions[i] - b.positions[i];
    const dy = a.positions[i + 1] - b.positions[i + 1];
    const dz = a.positions[i + 2] - b.positions[i + 2];
    sum += Math.sqrt(dx * dx + dy * dy + dz * dz);
    count++;
  }
  return count < minJoints ? Infinity : sum / count;
}

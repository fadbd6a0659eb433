import {
  matrixToQuaternion,
  quaternionConjugate,
  quaternionMultiply,
  quaternionRotate,
  rotationBetween,
} from "../array/rotation.js";
import type { Tree } from "./tree.js";

/** A limb of two bones with a hinge between them. */
interface Limb {
  /** Shoulder or hip, elbow or knee, wrist or ankle. */
  joints: readonly [number, number, number];
  /** A toe or −1: says where a straight leg faces. */
  toe: number;
  /** Rest direction in which the hinge bends the lower bone. */
  bend: readonly [number, number, number];
  /** And where the toe points. */
  forward: readonly [number, number, number];
}

/** Pull towards the smallest turn where a straight limb shows none. */
const priorWeight = 1e-3;
const toeWeight = 0.02;
/** Seconds over which the twist is smoothed. */
const memory = 0.1;

function limbsOf({ skeleton: { joints } }: Tree): Limb[] {
  const limb = (side: string, [a, b, c]: string[], bend: Limb["bend"]): Limb[] => {
    const found = [a, b, c].map((name) => joints.indexOf(`${side}_${name}`));
    if (found.includes(-1)) return [];
    const toe = c === "ankle" ? joints.indexOf(`${side}_big_toe`) : -1;
    return [{ joints: [found[0], found[1], found[2]], toe, bend, forward: [0, 0, 1] }];
  };
  return ["left", "right"].flatMap((side) => [
    ...limb(side, ["shoulder", "elbow", "wrist"], [0, 0, 1]),
    ...limb(side, ["hip", "knee", "ankle"], [0, 0, -1]),
  ]);
}

/**
 * Gives upper arms and thighs the twist that positions leave free: elbows and knees shall bend as hinges (forearms
 * forward in the T-pose with the palms down, shanks backward). A straight limb shows no plane: there the twist follows
 * the frames around it and, weakly, the toes and the smallest turn from the parent. Joint positions stay. Whole clip.
 *
 * @param rest K×3.
 * @param rotations T×K×4, relative to the parents; the upper joints' without twist. Changed in place.
 */
export function twistLimbs(tree: Tree, rest: Float64Array, rotations: Float32Array, frameRate: number): void {
  for (const limb of limbsOf(tree)) {
    const wanted = wantedTwist(limb, tree, rest, rotations);
    smoothTwist(wanted, (memory * frameRate) ** 2);
    applyTwist(limb, tree, rest, rotations, wanted);
  }
}

/** T×2 pulls (weight · cosine, weight · sine), T weights, T turns of the untwisted joint's own frame around its bone. */
interface Twist {
  pull: Float64Array;
  weight: Float64Array;
  drift: Float64Array;
}

function wantedTwist(
  { joints, toe, bend, forward }: Limb,
  tree: Tree,
  rest: Float64Array,
  rotations: Float32Array,
): Twist {
  const K = tree.skeleton.joints.length;
  const frames = rotations.length / (4 * K);
  const [upper, hinge, end] = joints;
  const axis = unit(rest, hinge);
  const lower = unit(rest, end);
  const twist = {
    pull: new Float64Array(2 * frames),
    weight: new Float64Array(frames),
    drift: new Float64Array(frames),
  };
  let before: Float64Array | undefined;
  for (let t = 0; t < frames; t++) {
    const q = quaternion(rotations, t * K + upper);
    const h = quaternion(rotations, t * K + hinge);
    if (Number.isNaN(q[3])) continue;
    const d = quaternionRotate(h, lower);
    const sine2 = across(d, axis);
    pullTowards(twist, t, d, axis, bend, sine2);
    if (toe >= 0) {
      const e = quaternion(rotations, t * K + end);
      const out = quaternionRotate(quaternionMultiply(h, e), unit(rest, toe));
      pullTowards(twist, t, out, axis, forward, toeWeight);
    }
    twist.weight[t] += priorWeight;
    twist.pull[2 * t] += priorWeight;
    if (before) twist.drift[t] = driftOf(before, q, axis);
    before = q;
  }
  return twist;
}

/** Adds the wish that the direction d, seen along the bone, points where `ahead` does after the twist. */
function pullTowards(
  { pull, weight }: Twist,
  t: number,
  d: Float64Array,
  axis: Float64Array,
  ahead: readonly [number, number, number],
  trust: number,
) {
  const along = ahead[0] * axis[0] + ahead[1] * axis[1] + ahead[2] * axis[2];
  const x = [0, 1, 2].map((k) => ahead[k] - along * axis[k]);
  const y = [
    axis[1] * x[2] - axis[2] * x[1],
    axis[2] * x[0] - axis[0] * x[2],
    axis[0] * x[1] - axis[1] * x[0],
  ];
  const cosine = d[0] * x[0] + d[1] * x[1] + d[2] * x[2];
  const sine = d[0] * y[0] + d[1] * y[1] + d[2] * y[2];
  // trust · sin²: a nearly straight limb says next to nothing about its plane
  weight[t] += trust * Math.hypot(cosine, sine) ** 2;
  pull[2 * t] += trust * cosine * Math.hypot(cosine, sine);
  pull[2 * t + 1] += trust * sine * Math.hypot(cosine, sine);
}

const across = (d: Float64Array, axis: Float64Array) =>
  Math.max(0, 1 - (d[0] * axis[0] + d[1] * axis[1] + d[2] * axis[2]) ** 2);

/**
 * How far the untwisted frame turned around the bone between two frames beyond a plain swing. It jumps where the bone
 * points against its rest direction; smoothing the twist plus this doesn't.
 */
function driftOf(before: Float64Array, now: Float64Array, axis: Float64Array): number {
  const swing = matrixToQuaternion(
    rotationBetween(quaternionRotate(before, axis), quaternionRotate(now, axis)),
  );
  const rest = quaternionMultiply(quaternionConjugate(now), quaternionMultiply(swing, before));
  return 2 * Math.atan2(rest[0] * axis[0] + rest[1] * axis[1] + rest[2] * axis[2], rest[3]);
}

/**
 * Minimises Σ weight |u − wanted|² + stiffness Σ |u(t) − u(t−1) turned by the drift|² over unit-circle vectors u; the
 * pulls become the solution. Summed drifts turn it into two tridiagonal systems of real numbers.
 */
function smoothTwist({ pull, weight, drift }: Twist, stiffness: number) {
  const frames = weight.length;
  for (let t = 1; t < frames; t++) drift[t] += drift[t - 1];
  for (let t = 0; t < frames; t++) turn(pull, t, -drift[t]);
  const diagonal = new Float64Array(frames);
  for (let t = 0; t < frames; t++) {
    const neighbours = (t > 0 ? 1 : 0) + (t < frames - 1 ? 1 : 0);
    diagonal[t] = weight[t] + stiffness * neighbours + 1e-12;
    if (t === 0) continue;
    const w = stiffness / diagonal[t - 1];
    diagonal[t] -= w * stiffness;
    pull[2 * t] += w * pull[2 * t - 2];
    pull[2 * t + 1] += w * pull[2 * t - 1];
  }
  for (let t = frames - 1; t >= 0; t--)
    for (let k = 2 * t; k < 2 * t + 2; k++)
      pull[k] = (pull[k] + (t < frames - 1 ? stiffness * pull[k + 2] : 0)) / diagonal[t];
  for (let t = 0; t < frames; t++) turn(pull, t, drift[t]);
}

function turn(pull: Float64Array, t: number, angle: number) {
  const [x, y] = [pull[2 * t], pull[2 * t + 1]];
  pull[2 * t] = Math.cos(angle) * x - Math.sin(angle) * y;
  pull[2 * t + 1] = Math.sin(angle) * x + Math.cos(angle) * y;
}

/** Twists the upper joint; the lower one takes the smallest turn again, and what hangs on it keeps its world rotation. */
function applyTwist(
  { joints }: Limb,
  tree: Tree,
  rest: Float64Array,
  rotations: Float32Array,
  { pull, weight }: Twist,
) {
  const K = tree.skeleton.joints.length;
  const [upper, hinge, end] = joints;
  const axis = unit(rest, hinge);
  const lower = unit(rest, end);
  for (let t = 0; t < weight.length; t++) {
    if (weight[t] === 0) continue;
    const half = Math.atan2(pull[2 * t + 1], pull[2 * t]) / 2;
    const sine = Math.sin(half);
    const twist = Float64Array.of(axis[0] * sine, axis[1] * sine, axis[2] * sine, Math.cos(half));
    const untwist = quaternionConjugate(twist);
    const h = quaternion(rotations, t * K + hinge);
    const bent = quaternionMultiply(untwist, h);
    const plain = matrixToQuaternion(rotationBetween(lower, quaternionRotate(bent, lower)));
    const change = quaternionMultiply(quaternionConjugate(plain), bent);
    rotations.set(quaternionMultiply(quaternion(rotations, t * K + upper), twist), 4 * (t * K + upper));
    rotations.set(plain, 4 * (t * K + hinge));
    for (const child of tree.children[hinge].filter((i) => tree.children[i].length > 0))
      rotations.set(quaternionMultiply(change, quaternion(rotations, t * K + child)), 4 * (t * K + child));
  }
}

const quaternion = (rotations: Float32Array, at: number) =>
  Float64Array.from(rotations.subarray(4 * at, 4 * at + 4));

function unit(rest: Float64Array, joint: number): Float64Array {
  const v = rest.slice(3 * joint, 3 * joint + 3);
  const length = Math.hypot(...v);
  return v.map((value) => value / length);
}

import { matrixToQuaternion, rotationBetween, slerp } from "../array/rotation.js";
import { medianOf } from "../filter/median.js";
import { forwardKinematics } from "../format/kinematics.js";
import { turnedAxes, turnUp } from "../format/upAxis.js";
import type { Motion, MotionPerson } from "../motion/motion.js";
import { JointState } from "../motion/state.js";
import { type Figure, figure, readTargets, turnedBy } from "./figure.js";
import { carriesSeveral, chestOf, type Hold, holdsOf, place } from "./place.js";
import { refine, refiner } from "./refine.js";
import { type Bone, estimateRest } from "./rest.js";
import { type Tree, treeOf } from "./tree.js";
import { guessedJoints, guessTrunk, withoutZeros } from "./trunk.js";
import { twistLimbs } from "./twist.js";

export interface FitOptions {
  /** Gives both sides the same bone lengths; true when absent. */
  symmetric?: boolean;
}

/** How well a skeleton fits the joints it was fitted to. */
export interface FitReport {
  id: number;
  /** Metres: mean distance between measured and fitted joints over all frames. */
  meanDistance: number;
  /** Metres, by joint name; joints that were never measured are left out. */
  distances: Record<string, number>;
  /** Bones with their lengths, and how much these varied before. */
  bones: Bone[];
  /** Frames with too few joints for a pose: their values are NaN. */
  emptyFrames: number;
}

/** Frames that the rest pose is estimated from, evenly spaced over the clip. */
const sampleFrames = 600;
/** Fewer measured joints than this in a frame say nothing of a body. */
const fewestJoints = 4;
/** Frames whose positions are computed at a time. */
const chunk = 512;

/**
 * Fits an animation skeleton with constant bone lengths to everybody's joints.
 *
 * The result's skeleton is one tree with the pelvis as its root (`treeOf`): the layout's joints, an interpolated pelvis
 * and chest where it lacks them, and unmeasured pivots. Its rest pose is a T-pose that faces the Y-up world's +Z. Bone
 * lengths are medians; rotations start from the measured directions and are refined until the fitted joints lie as
 * close as possible to the measured ones, weighted by 1/sigma² where there is a sigma. Turns that positions leave free
 * follow a convention: hinges for upper arms and thighs (`twistLimbs`), the smallest turn from the parent elsewhere.
 * Positions are exactly the forward kinematics of `rest`, `rotations` and `root`; quaternions don't change sign between
 * frames. What a frame doesn't show is interpolated between the frames around it and is `inferred`; a frame with fewer
 * than four joints is NaN. Hips and shoulders that no frame shows are guessed (`guessTrunk`). Whole clip, linear in T.
 *
 * @throws MareyError `FIT_SKELETON` for a layout without hips and shoulders.
 */
export function fitMotion(
  motion: Motion,
  options: FitOptions = {},
): { motion: Motion; reports: FitReport[] } {
  const tree = treeOf(motion.skeleton);
  // Turned Y up joint by joint as they are read: a long take has no room for a turned copy.
  const fits = motion.people.map((person) => fitPerson(person, motion, tree, options));
  const fitted: Motion = {
    ...motion,
    up: "y",
    skeleton: tree.skeleton,
    people: fits.map(({ person }) => person),
  };
  return { motion: turnUp(fitted, motion.up, { inPlace: true }), reports: fits.map(({ report }) => report) };
}

/** The fitted person stands Y up. */
function fitPerson(
  given: MotionPerson,
  { skeleton, frameCount, frameRate, up }: Motion,
  tree: Tree,
  options: FitOptions,
) {
  const { symmetric = true } = options;
  const width = skeleton.joints.length;
  const K = tree.skeleton.joints.length;
  const person = guessTrunk(withoutZeros(given, width), skeleton, up);
  const typical = typicalSigma(person);
  const axes = turnedAxes(up, "y");
  const targets = sampleTargets(person, width, frameCount, figure(tree, new Float64Array(K * 3), axes));
  const { offsets, bones } = estimateRest(tree, targets, symmetric, guessedJoints(person, width, tree));
  const body = figure(tree, offsets, axes);
  const rotations = new Float32Array(frameCount * K * 4).fill(NaN);
  const root = new Float32Array(frameCount * 3).fill(NaN);
  const seen = new Uint8Array(frameCount * K);
  const holds = holdsOf(tree, offsets);
  const several = holds.map(carriesSeveral);
  stiffenChest(body, bones);
  const space = refiner(K);
  const local = new Float64Array(K * 4);
  for (let i = 3; i < local.length; i += 4) local[i] = 1;
  let emptyFrames = 0;
  for (let t = 0; t < frameCount; t++) {
    if (readTargets(person, width, t, typical, body) < fewestJoints) {
      emptyFrames++;
      continue;
    }
    place(body, holds, local);
    refine(body, space);
    localise(body, holds, several, local);
    rotations.set(local, t * K * 4);
    for (let k = 0; k < 3; k++) root[3 * t + k] = body.position[3 * tree.order[0] + k];
    markSeen(body, seen.subarray(t * K, (t + 1) * K));
  }
  fillUnseen(rotations, seen, K);
  twistLimbs(tree, offsets, rotations, frameRate);
  steadySigns(rotations, K);
  const rest = Float32Array.from(offsets);
  const positions = positionsOf(tree, rest, rotations, root);
  const result = describe(person, width, tree, positions);
  const fitted: MotionPerson = { ...result, rest, rotations, root };
  return {
    person: fitted,
    report: { id: person.id, ...compare(person, width, axes, tree, positions), bones, emptyFrames },
  };
}

/**
 * The clavicles leave the chest's pitch to the neck alone, a short bone: where its length jitters, its direction does too.
 * Then the shoulders and the trunk help: with the jitter as the standard deviation of a place, the chest is expected
 * within a quarter of a radian of where they have it. A bone that keeps its length is trusted fully.
 */
function stiffenChest({ tree, stiffness }: Figure, bones: readonly Bone[]) {
  const neck = bones.find(({ joint }) => joint === "upper_neck");
  if (neck && neck.length > 0) stiffness[chestOf(tree)] = ((neck.variation * neck.length) / 0.25) ** 2;
}

function typicalSigma({ sigma }: MotionPerson): number | undefined {
  if (!sigma) return undefined;
  const step = Math.max(1, Math.floor(sigma.length / 10_000));
  const stated = sigma.filter((value, i) => i % step === 0 && value > 0);
  return stated.length > 0 ? medianOf(stated) : undefined;
}

/** S×K×3: the measured places in evenly spaced frames. */
function sampleTargets(person: MotionPerson, width: number, frames: number, body: Figure): Float64Array {
  const K = body.weight.length;
  const count = Math.min(frames, sampleFrames);
  const targets = new Float64Array(count * K * 3);
  for (let s = 0; s < count; s++) {
    readTargets(person, width, Math.floor((s * frames) / count), undefined, body);
    targets.set(body.target, s * K * 3);
  }
  return targets;
}

/**
 * Quaternions relative to the parents. Where positions leave the turn around a bone free, the smallest turn from the
 * parent is taken; the world rotations are changed accordingly, which moves no joint.
 */
function localise(
  { tree, world }: Figure,
  holds: readonly (readonly Hold[])[],
  several: readonly boolean[],
  local: Float64Array,
) {
  const R = new Float64Array(9);
  const v = new Float64Array(3);
  for (const joint of tree.order) {
    const parent = tree.skeleton.parents[joint];
    const c = 9 * joint;
    if (parent < 0) R.set(world.subarray(c, c + 9));
    else if (several[joint]) relative(world, 9 * parent, c, R);
    else if (holds[joint].length === 0) R.set([1, 0, 0, 0, 1, 0, 0, 0, 1]);
    else {
      const { rest } = holds[joint][0];
      relative(world, 9 * parent, c, R);
      for (let r = 0; r < 3; r++) v[r] = R[3 * r] * rest[0] + R[3 * r + 1] * rest[1] + R[3 * r + 2] * rest[2];
      R.set(rotationBetween(rest, v));
    }
    if (parent >= 0) turnedBy(world, parent, R, world, c);
    local.set(matrixToQuaternion(R), 4 * joint);
  }
}

/** out = Aᵀ·B of the world rotations at a and b. */
function relative(world: Float64Array, a: number, b: number, out: Float64Array) {
  for (let r = 0; r < 3; r++)
    for (let k = 0; k < 3; k++)
      out[3 * r + k] =
        world[a + r] * world[b + k] +
        world[a + 3 + r] * world[b + 3 + k] +
        world[a + 6 + r] * world[b + 6 + k];
}

/** A joint's rotation shows in a frame if anything that hangs on it was measured. */
function markSeen({ tree, weight }: Figure, seen: Uint8Array) {
  for (let n = tree.order.length - 1; n >= 0; n--) {
    const joint = tree.order[n];
    const parent = tree.skeleton.parents[joint];
    if (parent >= 0 && (weight[joint] > 0 || seen[joint])) seen[parent] = 1;
  }
}

/** Rotations that a posed frame doesn't show: between the frames that do, or like the nearest of them. */
function fillUnseen(rotations: Float32Array, seen: Uint8Array, K: number) {
  const frames = seen.length / K;
  const at = (t: number, joint: number) => rotations.subarray(4 * (t * K + joint), 4 * (t * K + joint) + 4);
  for (let joint = 0; joint < K; joint++)
    for (let t = 0, last = -1; t <= frames; t++) {
      if (t < frames && !seen[t * K + joint]) continue;
      for (let u = last + 1; u < t; u++) {
        if (Number.isNaN(at(u, joint)[0]) || (last < 0 && t === frames)) continue;
        const from = at(last < 0 ? t : last, joint);
        at(u, joint).set(
          t === frames || last < 0 ? from : slerp(from, at(t, joint), (u - last) / (t - last)),
        );
      }
      last = t;
    }
}

/** q and −q are the same rotation: each frame takes the one nearer to the frame before, the first w ≥ 0. */
function steadySigns(rotations: Float32Array, K: number) {
  for (let joint = 0; joint < K; joint++) {
    const before = [0, 0, 0, 1];
    for (let i = 4 * joint; i < rotations.length; i += 4 * K) {
      if (Number.isNaN(rotations[i])) continue;
      let dot = 0;
      for (let k = 0; k < 4; k++) dot += before[k] * rotations[i + k];
      for (let k = 0; k < 4; k++) before[k] = dot < 0 ? (rotations[i + k] *= -1) : rotations[i + k];
    }
  }
}

/** Forward kinematics of the numbers as they are stored, so that whoever repeats it gets the same positions. */
function positionsOf(
  tree: Tree,
  rest: Float32Array,
  rotations: Float32Array,
  root: Float32Array,
): Float32Array {
  const K = tree.skeleton.joints.length;
  const frames = root.length / 3;
  const positions = new Float32Array(frames * K * 3);
  for (let t = 0; t < frames; t += chunk) {
    const end = Math.min(frames, t + chunk);
    const part = forwardKinematics(
      tree.skeleton.parents,
      rest,
      rotations.subarray(4 * t * K, 4 * end * K),
      root.subarray(3 * t, 3 * end),
    );
    positions.set(part, 3 * t * K);
  }
  return positions;
}

/** States and sigmas of the tree's joints: those of the layout where it has the joint, else `inferred`. */
function describe(person: MotionPerson, width: number, tree: Tree, positions: Float32Array): MotionPerson {
  const K = tree.skeleton.joints.length;
  const frames = positions.length / (3 * K);
  const state = new Uint8Array(frames * K);
  const sigma = person.sigma && new Float32Array(frames * K).fill(NaN);
  for (let t = 0; t < frames; t++)
    tree.sources.forEach(({ kind, terms }, i) => {
      const at = t * K + i;
      if (Number.isNaN(positions[3 * at])) return;
      const source = kind === "exact" ? t * width + terms[0][0] : -1;
      state[at] = (source >= 0 && person.state[source]) || JointState.inferred;
      if (sigma && person.sigma && source >= 0) sigma[at] = person.sigma[source];
    });
  const { id, shape } = person;
  return { id, positions, state, ...(sigma && { sigma }), ...(shape && { shape }) };
}

function compare(
  person: MotionPerson,
  width: number,
  [x, y, z]: Figure["axes"],
  tree: Tree,
  positions: Float32Array,
) {
  const K = tree.skeleton.joints.length;
  const distances: Record<string, number> = {};
  let total = 0;
  let count = 0;
  tree.sources.forEach(({ kind, terms }, i) => {
    if (kind !== "exact") return;
    let sum = 0;
    let frames = 0;
    for (let a = 3 * terms[0][0], b = 3 * i; b < positions.length; a += 3 * width, b += 3 * K) {
      const distance = Math.hypot(
        person.positions[a + x] - positions[b],
        person.positions[a + y] - positions[b + 1],
        person.positions[a + z] - positions[b + 2],
      );
      if (Number.isNaN(distance) || person.state[a / 3] === JointState.missing) continue;
      sum += distance;
      frames++;
    }
    if (frames > 0) distances[tree.skeleton.joints[i]] = sum / frames;
    total += sum;
    count += frames;
  });
  return { meanDistance: total / count, distances };
}

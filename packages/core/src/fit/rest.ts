import { medianOf } from "../filter/median.js";
import type { Tree } from "./tree.js";
import { statureOf, usualOffset } from "./usual.js";

/** A bone of the fitted skeleton. */
export interface Bone {
  joint: string;
  parent: string;
  /** Metres: the median over the clip, the mean of both sides where asked for; a usual one where never measured. */
  length: number;
  /** Robust standard deviation of the measured length over the clip, relative to the length. */
  variation: number;
  /** Frames in which both ends were measured. */
  frames: number;
}

/** The skeleton in its rest pose. */
export interface Rest {
  /** K×3, metres: a T-pose, Y up, facing +Z, left at +X; palms down. */
  offsets: Float64Array;
  bones: Bone[];
}

/** A direction from the mean of some joints to the mean of others, along an axis of a joint's rest pose. */
type Ray = readonly [axis: 0 | 1 | 2, from: readonly string[], to: readonly string[]];

/**
 * The rest pose from measured frames: lengths are medians over the clip. A joint with several measured children carries
 * them rigidly; their places relative to each other are medians in a frame that the body itself gives (hips and trunk,
 * ears and crown, heel and toes). A lone child lies where a T-pose has it.
 *
 * @param targets S×K×3, metres, Y up: measured places in S frames of the clip; NaN where missing.
 * @param symmetric Gives both sides the same lengths and mirrored places.
 * @param guessed Joints whose places are guesses: bones that hang on them take their length from the other side. What
 *   was never measured on either side has usual proportions.
 */
export function estimateRest(
  tree: Tree,
  targets: Float64Array,
  symmetric: boolean,
  guessed: ReadonlySet<number> = new Set(),
): Rest {
  const { joints, mirror } = tree.skeleton;
  const offsets = new Float64Array(joints.length * 3);
  const bones: Bone[] = [];
  const places = measuredPlaces(tree, targets);
  joints.forEach((joint, i) => {
    const base = measuredAncestor(tree, i);
    if (base < 0 || tree.sources[i].kind === "absent") return;
    const { median, deviation, count } = lengthOf(targets, joints.length, i, base);
    const frames = guessed.has(i) || guessed.has(base) ? 0 : count;
    bones.push({ joint, parent: joints[base], length: median, variation: deviation / median, frames });
    const place = places.get(i) ?? usualDirection(joint);
    const size = Math.hypot(...place);
    const length = guessed.has(base) ? NaN : median;
    for (let k = 0; k < 3; k++) offsets[3 * i + k] = (place[k] / size) * length;
  });
  mirrorOffsets(offsets, mirror, symmetric);
  usualOffsets(offsets, bones, joints);
  for (const bone of bones) {
    const i = joints.indexOf(bone.joint);
    bone.length = Math.hypot(offsets[3 * i], offsets[3 * i + 1], offsets[3 * i + 2]);
  }
  return { offsets, bones };
}

/** The nearest ancestor whose place is measured: pivots have none of their own. −1 for the root. */
export function measuredAncestor({ skeleton, sources }: Tree, joint: number): number {
  let parent = skeleton.parents[joint];
  while (parent >= 0 && sources[parent].kind === "absent") parent = skeleton.parents[parent];
  return parent;
}

function lengthOf(targets: Float64Array, joints: number, a: number, b: number) {
  const lengths: number[] = [];
  for (let s = 0; s < targets.length; s += 3 * joints) {
    const length = Math.hypot(
      targets[s + 3 * a] - targets[s + 3 * b],
      targets[s + 3 * a + 1] - targets[s + 3 * b + 1],
      targets[s + 3 * a + 2] - targets[s + 3 * b + 2],
    );
    if (!Number.isNaN(length)) lengths.push(length);
  }
  const median = medianOf(lengths);
  const deviation = 1.4826 * medianOf(lengths.map((length) => Math.abs(length - median)));
  return { median, deviation, count: lengths.length };
}

/** Bones that were never measured have usual proportions, at the size of those that were. */
function usualOffsets(offsets: Float64Array, bones: readonly Bone[], joints: readonly string[]) {
  const stature = statureOf(
    bones.map(({ joint, parent, length, frames }) => [parent, joint, frames > 0 ? length : NaN]),
  );
  for (const { joint, parent } of bones) {
    const i = joints.indexOf(joint);
    if (Number.isFinite(offsets[3 * i] + offsets[3 * i + 1] + offsets[3 * i + 2])) continue;
    const usual = usualOffset(parent, joint);
    for (let k = 0; k < 3; k++) offsets[3 * i + k] = stature > 0 && usual ? stature * usual[k] : 0;
  }
}

/**
 * Both sides take the mean of the one and the mirrored other; a middle joint comes to the plane between them. A side
 * without a length takes the other's in any case, and nothing else changes unless `symmetric`.
 */
function mirrorOffsets(offsets: Float64Array, mirror: readonly number[], symmetric: boolean) {
  mirror.forEach((other, i) => {
    if (other < i) return;
    for (let k = 0; k < 3; k++) {
      const sign = k === 0 ? -1 : 1;
      const a = offsets[3 * i + k];
      const b = sign * offsets[3 * other + k];
      if (!symmetric && !Number.isNaN(a + b)) continue;
      const mean = Number.isNaN(a) ? b : Number.isNaN(b) ? a : (a + b) / 2;
      offsets[3 * i + k] = mean;
      offsets[3 * other + k] = sign * mean;
    }
  });
}

/** Where a T-pose has a lone child, as a direction from its parent. */
function usualDirection(joint: string): readonly [number, number, number] {
  const side = joint.startsWith("left_") ? 1 : joint.startsWith("right_") ? -1 : 0;
  switch (joint.replace(/^(left|right)_/, "")) {
    case "shoulder":
    case "elbow":
    case "wrist":
    case "index":
    case "pinky":
    case "hip":
      return [side, 0, 0];
    case "thumb":
      return [side, 0, 1];
    case "knee":
    case "ankle":
      return [0, -1, 0];
    case "heel":
      return [0, -2, -1];
    case "big_toe":
    case "small_toe":
      return [0, -1, 2];
    default:
      return [0, 1, 0];
  }
}

/**
 * How a joint that carries several others is oriented: two rays, the first exactly; of several pairs, the first whose
 * joints were measured. Rays between joints that move together, so that the places found with them are rigid.
 */
function raysOf(tree: Tree, joint: number): (readonly [Ray, Ray])[] {
  const { joints } = tree.skeleton;
  const name = joints[joint];
  const side = name.startsWith("left_") ? "left" : "right";
  const chest = joints.includes("thorax") ? "thorax" : "neck";
  const below = joints.includes("spine") ? "spine" : "pelvis";
  const above = joints.includes("spine") ? "spine" : chest;
  const ears: Ray = [0, ["right_ear"], ["left_ear"]];
  const eyes: Ray = [0, ["right_eye"], ["left_eye"]];
  const base = name === "neck_base" ? chest : name;
  const toes = ["big_toe", "small_toe"].map((toe) => `${side}_${toe}`).filter((toe) => joints.includes(toe));
  const fingers = [`${side}_index`, `${side}_pinky`];
  const heel = `${side}_heel`;
  switch (name.replace(/^(left|right)_/, "")) {
    case "pelvis":
      return [
        [
          [0, ["right_hip"], ["left_hip"]],
          [1, ["pelvis"], [above]],
        ],
      ];
    case "thorax":
    case "neck":
      return [
        [
          [0, ["right_shoulder"], ["left_shoulder"]],
          [1, [below], [chest]],
        ],
      ];
    case "upper_neck":
    case "neck_base":
      return [
        ...[ears, eyes].flatMap((across): [Ray, Ray][] => [
          [across, [1, [base], ["head_top"]]],
          [across, [1, [base], ["left_ear", "right_ear"]]],
          [across, [1, [base], ["left_eye", "right_eye"]]],
        ]),
        [
          [1, [base], ["head_top"]],
          [2, [base], ["nose"]],
        ],
      ];
    case "ankle":
      return [
        [
          [2, [heel], toes],
          [1, [heel, ...toes], [name]],
        ],
        [[2, [name], toes], side === "left" ? [0, [toes[0]], [toes[1]]] : [0, [toes[1]], [toes[0]]]],
      ];
    case "wrist":
      return [
        [side === "left" ? [0, [name], fingers] : [0, fingers, [name]], [2, [fingers[1]], [fingers[0]]]],
      ];
    default:
      return [];
  }
}

/** Median places of the measured children (pivots passed through) in their parents' own frames. */
function measuredPlaces(tree: Tree, targets: Float64Array): Map<number, readonly [number, number, number]> {
  const places = new Map<number, readonly [number, number, number]>();
  const { joints } = tree.skeleton;
  const index = new Map(joints.map((joint, i) => [joint, i]));
  const measured = joints.map((_, i) => {
    for (let s = 3 * i; s < targets.length; s += 3 * joints.length)
      if (!Number.isNaN(targets[s])) return true;
    return false;
  });
  const known = (names: readonly string[]) =>
    names.length > 0 && names.every((name) => measured[index.get(name) ?? -1]);
  joints.forEach((_, joint) => {
    const rays = raysOf(tree, joint).find((pair) => pair.every(([, from, to]) => known(from) && known(to)));
    if (!rays) return;
    const carried = joints.flatMap((_, i) => (carrier(tree, i) === joint && measured[i] ? [i] : []));
    if (carried.length < 2) return;
    const base = tree.sources[joint].kind === "absent" ? measuredAncestor(tree, joint) : joint;
    const seen = carried.map(() => [[], [], []] as number[][]);
    for (let s = 0; s < targets.length; s += 3 * joints.length) {
      const pose = targets.subarray(s, s + 3 * joints.length);
      const R = frameOf(pose, index, rays);
      carried.forEach((i, n) => {
        const d = [0, 1, 2].map((k) => pose[3 * i + k] - pose[3 * base + k]);
        for (let k = 0; k < 3; k++) {
          const value = R[k] * d[0] + R[3 + k] * d[1] + R[6 + k] * d[2];
          if (!Number.isNaN(value)) seen[n][k].push(value);
        }
      });
    }
    carried.forEach((i, n) => {
      if (seen[n][0].length > 0)
        places.set(i, [medianOf(seen[n][0]), medianOf(seen[n][1]), medianOf(seen[n][2])]);
    });
  });
  return places;
}

/** The joint whose rotation carries joint i in the rest pose: its parent; past a clavicle, the chest. */
function carrier({ skeleton }: Tree, i: number): number {
  const parent = skeleton.parents[i];
  return parent >= 0 && skeleton.joints[parent].endsWith("_clavicle") ? skeleton.parents[parent] : parent;
}

/** Columns are the axes that two rays give; NaN where one is missing. */
function frameOf(
  pose: Float64Array,
  index: ReadonlyMap<string, number>,
  [first, second]: readonly [Ray, Ray],
) {
  const ray = ([, from, to]: Ray) => {
    const mean = (names: readonly string[], k: number) =>
      names.reduce((sum, name) => sum + pose[3 * (index.get(name) ?? 0) + k], 0) / names.length;
    return [0, 1, 2].map((k) => mean(to, k) - mean(from, k));
  };
  const normal = (v: number[]) => v.map((value) => value / Math.hypot(...v));
  const a = normal(ray(first));
  const raw = ray(second);
  const along = a[0] * raw[0] + a[1] * raw[1] + a[2] * raw[2];
  const b = normal(raw.map((value, k) => value - along * a[k]));
  const [p, s] = [first[0], second[0]];
  const sign = (s - p + 3) % 3 === 1 ? 1 : -1;
  const R = new Float64Array(9);
  for (let k = 0; k < 3; k++) {
    const [m, n] = [(k + 1) % 3, (k + 2) % 3];
    R[3 * k + p] = a[k];
    R[3 * k + s] = b[k];
    R[3 * k + (3 - p - s)] = sign * (a[m] * b[n] - a[n] * b[m]);
  }
  return R;
}

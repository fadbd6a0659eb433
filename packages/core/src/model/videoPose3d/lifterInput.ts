import { MareyError } from "../../error.js";
import { h36m17 } from "../../skeleton/layouts.js";
import type { Skeleton } from "../../skeleton/skeleton.js";
import { interpolateGaps } from "./detectorNoise.js";
import { type Floats, LIFTED_JOINTS } from "./sequence.js";

/**
 * Joints of `h36m17` that detectors don't give, made of those that all of them give: hips, shoulders and the middle of
 * the head. Names alone would mislead: what Human3.6M and motion capture call the head's top lies near the ears, a
 * third of the way below the crown (thorax to "head top" is 14 % of the height there, 20 % in BODY_25B, whose "neck" is
 * nearer to the shoulders as well). The factors are least squares over CMU's motions: the spine's joint is left 42 mm
 * from its true place (the back bends), the neck's 11 mm.
 */
const SPINE = 0.42;
const UPPER_NECK = 0.73;

const { joints, mirror } = h36m17;
const index = (name: string) => joints.indexOf(name);
const PELVIS = index("pelvis");
const THORAX = index("thorax");
const HEAD = index("head_top");

/** Joints of `h36m17` that every detector gives. */
export const DETECTED_JOINTS: readonly number[] = mirror.flatMap((partner, j) => (partner === j ? [] : [j]));

/**
 * Fills in pelvis, spine, thorax, upper neck and head of poses whose limbs are known.
 *
 * @param poses T×17×2, changed: the limbs are read, and as `head_top` the middle of the head.
 */
export function deriveAxialJoints(poses: Floats): void {
  const [leftHip, rightHip] = [index("left_hip"), index("right_hip")].map((j) => 2 * j);
  const [leftShoulder, rightShoulder] = [index("left_shoulder"), index("right_shoulder")].map((j) => 2 * j);
  const [spine, neck] = [2 * index("spine"), 2 * index("upper_neck")];
  for (let t = 0; t < poses.length; t += LIFTED_JOINTS * 2)
    for (let k = t; k < t + 2; k++) {
      const pelvis = (poses[k + leftHip] + poses[k + rightHip]) / 2;
      const thorax = (poses[k + leftShoulder] + poses[k + rightShoulder]) / 2;
      const up = poses[k + 2 * HEAD] - thorax;
      poses[k + 2 * PELVIS] = pelvis;
      poses[k + 2 * THORAX] = thorax;
      poses[k + spine] = pelvis + SPINE * (thorax - pelvis);
      poses[k + neck] = thorax + UPPER_NECK * up;
      poses[k + 2 * HEAD] = thorax + (2 - UPPER_NECK) * up;
    }
}

/** The middle of the head of full poses put where `deriveAxialJoints` looks for it: half-way from neck to head. */
export function placeMiddleOfHead(poses: Floats): void {
  const neck = 2 * index("upper_neck");
  for (let t = 0; t < poses.length; t += LIFTED_JOINTS * 2)
    for (let k = t; k < t + 2; k++) poses[k + 2 * HEAD] = (poses[k + 2 * HEAD] + poses[k + neck]) / 2;
}

/** Ways to the middle of the head, best first: all points named must be seen; a crown is taken 54 % of the way up. */
const HEAD_RULES: readonly { names: readonly string[]; share: number }[] = [
  { names: ["left_ear", "right_ear"], share: 1 },
  { names: ["left_ear"], share: 1 },
  { names: ["right_ear"], share: 1 },
  { names: ["left_eye", "right_eye"], share: 1 },
  { names: ["nose"], share: 1 },
  { names: ["head"], share: 1 },
  { names: ["head_top"], share: 0.54 },
];

/**
 * A detector's joints as the lifter's input: the layout `h36m17`, in pixels. Limbs are taken by name, the rest is made
 * of hips, shoulders and the middle of the head (see `deriveAxialJoints`); keypoints that already are `h36m17` are
 * taken as they are. Gaps are interpolated in time, as VideoPose3D does; a joint that is never seen takes the place of its
 * partner on the other side, where it is in a view from the side, the usual reason.
 *
 * @param data T×J×3: x, y in pixels, confidence; NaN where missing.
 * @param threshold Confidence below which a joint counts as missing.
 * @returns `keypoints` T×17×2; `measured` T×17, 1 where nothing had to be interpolated.
 * @throws MareyError `LIFT_LAYOUT` when the layout lacks a limb's joint or any point of the head; `LIFT_UNSEEN` when
 *   the head, or a joint and its partner, are never seen.
 */
export function lifterInput(
  data: Float32Array,
  skeleton: Skeleton,
  threshold = 0.2,
): { keypoints: Float32Array; measured: Uint8Array } {
  const exact = skeleton.name === h36m17.name;
  const keypoints = seenJoints(data, skeleton, threshold);
  const lost = closeGaps(keypoints, exact ? ALL_JOINTS : FOUND_JOINTS);
  if (!exact) deriveAxialJoints(keypoints);
  return { keypoints, measured: exact ? measuredOf(lost) : derivedMeasured(lost) };
}

const ALL_JOINTS: readonly number[] = joints.map((_, j) => j);
/** Limbs, and the middle of the head. */
const FOUND_JOINTS: readonly number[] = [...DETECTED_JOINTS, HEAD];

/**
 * What a detector saw of the lifter's joints, before gaps are closed and the axis is made: T×17×2, pixels; NaN where it
 * saw nothing. Of other layouts than `h36m17` only limbs and the middle of the head.
 *
 * @throws MareyError `LIFT_LAYOUT`.
 */
export function seenJoints(data: Float32Array, skeleton: Skeleton, threshold = 0.2): Float32Array {
  const own = skeleton.joints.length;
  const frames = data.length / (own * 3);
  const exact = skeleton.name === h36m17.name;
  const keypoints = new Float32Array(frames * LIFTED_JOINTS * 2).fill(NaN);
  const sources = limbSources(skeleton);
  const read = exact ? ALL_JOINTS : DETECTED_JOINTS;
  for (let t = 0; t < frames; t++) {
    const from = t * own * 3;
    const to = t * LIFTED_JOINTS * 2;
    for (const j of read) {
      const at = from + sources[j] * 3;
      if (!(data[at + 2] >= threshold)) continue;
      keypoints[to + 2 * j] = data[at];
      keypoints[to + 2 * j + 1] = data[at + 1];
    }
    if (!exact) writeHead(data, from, skeleton, threshold, keypoints, to);
  }
  return keypoints;
}

/** Where each limb's joint, or for `h36m17` each joint, stands in the layout. */
function limbSources(skeleton: Skeleton): number[] {
  const sources = joints.map((joint) => skeleton.joints.indexOf(joint));
  const lacks = DETECTED_JOINTS.filter((j) => sources[j] < 0).map((j) => joints[j]);
  const headless = !HEAD_RULES.some(({ names }) => names.every((name) => skeleton.joints.includes(name)));
  if (lacks.length > 0 || headless)
    throw new MareyError(
      "LIFT_LAYOUT",
      `layout ${skeleton.name}`,
      `it has no ${[...lacks, ...(headless ? ["ears, eyes, nose or crown"] : [])].join(", ")}`,
      "Lift keypoints of a whole body, for instance COCO's 17",
    );
  return sources;
}

function writeHead(
  data: Float32Array,
  from: number,
  skeleton: Skeleton,
  threshold: number,
  out: Float32Array,
  to: number,
): void {
  const seen = (name: string) => {
    const at = from + skeleton.joints.indexOf(name) * 3;
    return skeleton.joints.includes(name) && data[at + 2] >= threshold ? at : -1;
  };
  const [left, right] = [seen("left_shoulder"), seen("right_shoulder")];
  for (const { names, share } of HEAD_RULES) {
    const points = names.map(seen);
    if (points.includes(-1) || (share < 1 && (left < 0 || right < 0))) continue;
    for (let k = 0; k < 2; k++) {
      const mean = points.reduce((sum, at) => sum + data[at + k], 0) / points.length;
      const thorax = share < 1 ? (data[left + k] + data[right + k]) / 2 : mean;
      out[to + 2 * HEAD + k] = thorax + share * (mean - thorax);
    }
    return;
  }
}

/** Interpolates the given joints where they are NaN; returns T×17, 1 where that was needed. */
function closeGaps(keypoints: Float32Array, wanted: readonly number[]): Uint8Array {
  const frames = keypoints.length / (LIFTED_JOINTS * 2);
  const all = new Uint8Array(frames * LIFTED_JOINTS);
  const lost = new Uint8Array(frames);
  const never = new Set<number>();
  for (const j of wanted) {
    let gaps = 0;
    for (let t = 0; t < frames; t++) {
      lost[t] = Number.isNaN(keypoints[(t * LIFTED_JOINTS + j) * 2]) ? 1 : 0;
      all[t * LIFTED_JOINTS + j] = lost[t];
      gaps += lost[t];
    }
    if (gaps === frames) never.add(j);
    else if (gaps > 0) interpolateGaps(keypoints, lost, LIFTED_JOINTS, j);
  }
  if (frames > 0) for (const j of never) takePartner(keypoints, j, never);
  return all;
}

function takePartner(keypoints: Float32Array, joint: number, never: ReadonlySet<number>): void {
  const partner = mirror[joint];
  if (never.has(partner))
    throw new MareyError(
      "LIFT_UNSEEN",
      `joint ${joints[joint]}`,
      `it is not seen in any of ${keypoints.length / (LIFTED_JOINTS * 2)} frames`,
      "Lift a part of the video in which the whole body is seen",
    );
  for (let at = 0; at < keypoints.length; at += LIFTED_JOINTS * 2)
    for (let k = 0; k < 2; k++) keypoints[at + 2 * joint + k] = keypoints[at + 2 * partner + k];
}

const measuredOf = (lost: Uint8Array) => lost.map((gap) => 1 - gap);

/** Derived joints count as measured where all that they are made of is. */
function derivedMeasured(lost: Uint8Array): Uint8Array {
  const measured = measuredOf(lost);
  const hips = ["left_hip", "right_hip"].map(index);
  const shoulders = ["left_shoulder", "right_shoulder"].map(index);
  const parts: Record<string, readonly number[]> = {
    pelvis: hips,
    thorax: shoulders,
    spine: [...hips, ...shoulders],
    upper_neck: [...shoulders, HEAD],
  };
  for (let t = 0; t < measured.length; t += LIFTED_JOINTS)
    for (const [name, sources] of Object.entries(parts))
      measured[t + index(name)] = sources.every((j) => measured[t + j] === 1) ? 1 : 0;
  return measured;
}

import type { Camera, Rig } from "../../camera/camera.js";
import { projectionMatrices } from "../../camera/projection.js";
import type { MotionPerson } from "../../motion/motion.js";
import { JointState } from "../../motion/state.js";
import type { Skeleton } from "../../skeleton/skeleton.js";
import { type ObservationOrder, observationSteps } from "./observations.js";

/** How well one view agrees with the motion. Sums, so that windows and people can be added up. */
export interface ViewTally {
  /** Joints that this view saw and that were placed. */
  seen: number;
  /** Of those, the ones within `OUTLIER` of where the motion projects. */
  agreeing: number;
  /** Of the agreeing ones: sums of the distance in pixels and, at the joint's depth, in metres. */
  pixels: number;
  metres: number;
  /** Sums of the signed differences (observed − projected), pixels: a common shift shows a camera that was moved. */
  shiftX: number;
  shiftY: number;
}

/** Beyond this an observation is taken for a detector's mistake, not for the camera's error: a share of the height. */
const OUTLIER = 0.04;
const FALLBACK_HEIGHT = 1080;

export function emptyTally(): ViewTally {
  return { seen: 0, agreeing: 0, pixels: 0, metres: 0, shiftX: 0, shiftY: 0 };
}

/**
 * Adds to each view's tally how far the observations lie from where the positions project.
 *
 * @param observations T×J×V×3 or T×V×J×3, as `order` says; pixels without distortion.
 * @param positions T×J×3, metres.
 * @param joints J.
 */
export function tallyViews(
  tallies: readonly ViewTally[],
  observations: ArrayLike<number>,
  positions: ArrayLike<number>,
  joints: number,
  { cameras }: Rig,
  order: ObservationOrder = "joint-view",
): void {
  const matrices = projectionMatrices(cameras);
  const views = cameras.length;
  const [jointStep, viewStep] = observationSteps(order, joints, views);
  const limits = cameras.map(({ height, width }) => OUTLIER * (Math.max(height, width) || FALLBACK_HEIGHT));
  for (let i = 0; i < positions.length / 3; i++) {
    const [x, y, z] = [positions[3 * i], positions[3 * i + 1], positions[3 * i + 2]];
    if (Number.isNaN(x)) continue;
    for (let v = 0; v < views; v++) {
      const o = 3 * (Math.floor(i / joints) * joints * views + (i % joints) * jointStep + v * viewStep);
      if (!(observations[o + 2] > 0)) continue;
      const m = 12 * v;
      const depth = matrices[m + 8] * x + matrices[m + 9] * y + matrices[m + 10] * z + matrices[m + 11];
      const dx =
        observations[o] -
        (matrices[m] * x + matrices[m + 1] * y + matrices[m + 2] * z + matrices[m + 3]) / depth;
      const dy =
        observations[o + 1] -
        (matrices[m + 4] * x + matrices[m + 5] * y + matrices[m + 6] * z + matrices[m + 7]) / depth;
      addDifference(tallies[v], dx, dy, depth, cameras[v], limits[v]);
    }
  }
}

function addDifference(
  tally: ViewTally,
  dx: number,
  dy: number,
  depth: number,
  camera: Camera,
  limit: number,
) {
  const distance = Math.hypot(dx, dy);
  tally.seen++;
  if (!(distance <= limit) || depth <= 0) return;
  tally.agreeing++;
  tally.pixels += distance;
  tally.metres += (distance * depth) / camera.fx;
  tally.shiftX += dx;
  tally.shiftY += dy;
}

/** A limb's length over a clip. */
export interface LimbLength {
  name: string;
  /** Median, metres. */
  length: number;
  /** Robust relative variation: 1.4826 · median |l − median| / median. */
  variation: number;
}

const limbs = [
  ["upper arm", "shoulder", "elbow"],
  ["forearm", "elbow", "wrist"],
  ["thigh", "hip", "knee"],
  ["shank", "knee", "ankle"],
] as const;

/** Lengths of the arms' and legs' segments that the skeleton has, left and right. */
export function limbLengths({ positions }: MotionPerson, { joints }: Skeleton): LimbLength[] {
  return ["left", "right"].flatMap((side) =>
    limbs.flatMap(([name, from, to]) => {
      const a = joints.indexOf(`${side}_${from}`);
      const b = joints.indexOf(`${side}_${to}`);
      if (a < 0 || b < 0) return [];
      const lengths: number[] = [];
      for (let t = 0; t < positions.length; t += 3 * joints.length) {
        const length = Math.hypot(
          positions[t + 3 * a] - positions[t + 3 * b],
          positions[t + 3 * a + 1] - positions[t + 3 * b + 1],
          positions[t + 3 * a + 2] - positions[t + 3 * b + 2],
        );
        if (!Number.isNaN(length)) lengths.push(length);
      }
      if (lengths.length === 0) return [];
      const length = middle(lengths);
      const spread = 1.4826 * middle(lengths.map((l) => Math.abs(l - length)));
      return [{ name: `${side} ${name}`, length, variation: spread / length }];
    }),
  );
}

function middle(values: number[]): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[sorted.length >> 1];
}

/** How the joints of a person came about, and the stretches that were filled in. */
export interface StateTally {
  visible: number;
  occluded: number;
  inferred: number;
  missing: number;
  /** Runs of frames in which a joint was filled in between measured ones. */
  gapsFilled: number;
  /** Frames in which at least one joint is placed. */
  frames: number;
}

export function tallyStates({ state }: MotionPerson, joints: number): StateTally {
  const counts = [0, 0, 0, 0];
  for (const s of state) counts[s]++;
  let gapsFilled = 0;
  let frames = 0;
  for (let i = 0; i < state.length; i++)
    if (state[i] === JointState.inferred && state[i - joints] !== JointState.inferred) gapsFilled++;
  for (let t = 0; t < state.length; t += joints)
    if (state.subarray(t, t + joints).some((s) => s !== JointState.missing)) frames++;
  return {
    missing: counts[JointState.missing],
    visible: counts[JointState.visible],
    occluded: counts[JointState.occluded],
    inferred: counts[JointState.inferred],
    gapsFilled,
    frames,
  };
}

import { factorBanded, solveBanded } from "../../fit/bandedCholesky.js";
import { LIFTED_JOINTS } from "./sequence.js";

export interface PlacementOptions {
  frameRate: number;
  /** Metres: how far a lifted joint lies from its line of sight, by errors of the detector and of the lifter. */
  deviation: number;
  /** m/s²: accelerations of the root that are usual, across the line of sight and along it. */
  acceleration: readonly [across: number, along: number];
  /** Joints that stand: between two frames in which one does, it stays where it is. */
  contacts?: readonly { joint: number; standing: Uint8Array }[];
  /** Where standing joints are: unit `normal` and `height`, metres, with normal · X = height in the camera's frame. */
  floor?: { normal: readonly number[]; height: number };
}

export const PLACEMENT_DEFAULTS: PlacementOptions = { frameRate: 60, deviation: 0.03, acceleration: [6, 2] };

/** Metres that a standing joint moves from frame to frame, and lies off the floor. */
const SLIDE = 0.003;
const LIFT = 0.015;

/** Joints seen by nobody but interpolated pull so much less. */
const INTERPOLATED = 0.05;
/** Unknowns a frame, and how far the second difference couples them. */
const AXES = 3;
const BAND = 2 * AXES;

/**
 * Where the root was: the path along which the lifted poses, seen through the camera, cover the keypoints, while the root
 * accelerates as people do. A pose seen from nearer is larger, so the focal length decides the distance. Linear least
 * squares over the whole path (banded, linear in its length): per joint (X + T)ₓ = a·(X + T)_z, a the tangent of its line
 * of sight, and the same for y.
 *
 * @param poses T×17×3, metres from the root, camera axes.
 * @param keypoints T×17×2, screen units (see `normaliseScreen`).
 * @param measured T×17, 0 for interpolated keypoints.
 * @param camera fx, fy, cx, cy in screen units.
 * @returns T×3, metres, camera frame: the root's path; NaN where the keypoints don't determine one.
 */
export function placeRoot(
  poses: Float32Array,
  keypoints: Float32Array,
  measured: Uint8Array,
  camera: ArrayLike<number>,
  options: Partial<PlacementOptions> = {},
): Float32Array {
  const settings = { ...PLACEMENT_DEFAULTS, ...options };
  const frames = poses.length / (LIFTED_JOINTS * 3);
  const n = frames * AXES;
  const A = new Float64Array(n * (BAND + 1));
  const b = new Float64Array(n);
  for (let t = 0; t < frames; t++)
    addSightLines(A, b, t, poses, keypoints, measured, camera, settings.deviation);
  addInertia(A, frames, settings);
  for (const contact of settings.contacts ?? []) addContact(A, b, poses, contact, settings.floor);
  if (!factorBanded(A, n, BAND)) return new Float32Array(n).fill(NaN);
  solveBanded(A, n, BAND, 0, b, 0);
  return Float32Array.from(b);
}

/** Adds `value` to entry (i, j) of a symmetric band matrix, i ≥ j. */
const addTo = (A: Float64Array, i: number, j: number, value: number) => {
  A[i * (BAND + 1) + i - j] += value;
};

function addSightLines(
  A: Float64Array,
  b: Float64Array,
  t: number,
  poses: Float32Array,
  keypoints: Float32Array,
  measured: Uint8Array,
  camera: ArrayLike<number>,
  deviation: number,
): void {
  const row = t * AXES;
  const [fx, fy, cx, cy] = [camera[0], camera[1], camera[2], camera[3]];
  for (let j = 0; j < LIFTED_JOINTS; j++) {
    const at = t * LIFTED_JOINTS + j;
    const w = (measured[at] ? 1 : INTERPOLATED) / (deviation * deviation);
    const alpha = (keypoints[2 * at] - cx) / fx;
    const beta = (keypoints[2 * at + 1] - cy) / fy;
    const right = alpha * poses[3 * at + 2] - poses[3 * at];
    const down = beta * poses[3 * at + 2] - poses[3 * at + 1];
    addTo(A, row, row, w);
    addTo(A, row + 1, row + 1, w);
    addTo(A, row + 2, row, -w * alpha);
    addTo(A, row + 2, row + 1, -w * beta);
    addTo(A, row + 2, row + 2, w * (alpha * alpha + beta * beta));
    b[row] += w * right;
    b[row + 1] += w * down;
    b[row + 2] -= w * (alpha * right + beta * down);
  }
}

/** (T₍ₜ₋₁₎ − 2Tₜ + T₍ₜ₊₁₎)² over the variance that usual accelerations give it. */
function addInertia(A: Float64Array, frames: number, { frameRate, acceleration }: PlacementOptions): void {
  const difference = [1, -2, 1];
  for (let axis = 0; axis < AXES; axis++) {
    const w = (frameRate * frameRate) ** 2 / acceleration[axis === 2 ? 1 : 0] ** 2;
    for (let t = 0; t + 2 < frames; t++)
      for (let p = 0; p < 3; p++)
        for (let q = 0; q <= p; q++)
          addTo(A, (t + p) * AXES + axis, (t + q) * AXES + axis, w * difference[p] * difference[q]);
  }
}

/** A standing joint keeps its place from frame to frame, and its height where the floor is known. */
function addContact(
  A: Float64Array,
  b: Float64Array,
  poses: Float32Array,
  { joint, standing }: { joint: number; standing: Uint8Array },
  floor: PlacementOptions["floor"],
): void {
  const pose = LIFTED_JOINTS * 3;
  const still = 1 / (SLIDE * SLIDE);
  const level = 1 / (LIFT * LIFT);
  for (let t = 0; t < standing.length; t++) {
    if (!standing[t]) continue;
    const [row, at] = [t * AXES, t * pose + joint * 3];
    if (standing[t + 1])
      for (let k = 0; k < AXES; k++) {
        const moved = poses[at + pose + k] - poses[at + k];
        addTo(A, row + k, row + k, still);
        addTo(A, row + AXES + k, row + AXES + k, still);
        addTo(A, row + AXES + k, row + k, -still);
        b[row + k] += still * moved;
        b[row + AXES + k] -= still * moved;
      }
    if (!floor) continue;
    const { normal, height } = floor;
    const above = height - normal[0] * poses[at] - normal[1] * poses[at + 1] - normal[2] * poses[at + 2];
    for (let k = 0; k < AXES; k++) {
      for (let m = 0; m <= k; m++) addTo(A, row + k, row + m, level * normal[k] * normal[m]);
      b[row + k] += level * normal[k] * above;
    }
  }
}

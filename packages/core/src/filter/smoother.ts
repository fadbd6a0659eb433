import type { Motion, MotionPerson } from "../motion/motion.js";
import { JointState } from "../motion/state.js";
import { type KalmanRun, kalmanFilter, kalmanRun, kalmanSmooth, whiteJerk } from "./kalman.js";
import { localMedian, medianOf } from "./median.js";

export interface SmootherOptions {
  /** Seconds: a joint that is missing longer stays missing in between; 1 when absent. */
  longestGap?: number;
  /** Seconds for which a joint is carried on before its first and after its last sample; 0.1 when absent. */
  reach?: number;
  /** 1/s: how fast accelerations change, see `smoothMotion`; 25 when absent. Lower is smoother. */
  agility?: number;
  /** Of the Student t distribution of the measurement errors: lower trusts lone samples less; 8 when absent. */
  freedom?: number;
  /** Rounds of smoothing, in which weights and activity settle; 6 when absent. */
  rounds?: number;
}

/** Used where the noise can't be estimated: too few samples, no sigma. Metres. */
const unknownNoise = 0.005;
/** m²/s⁵: keeps the jerk of a joint at rest from vanishing, after which it couldn't start to move. */
const leastJerk = 5;
/** A sample with less weight than this counts as thrown away. */
const leastWeight = 0.2;

/** Smooths everybody: see `smoothPerson`. */
export function smoothMotion(motion: Motion, options: SmootherOptions = {}): Motion {
  const joints = motion.skeleton.joints.length;
  const people = motion.people.map((person) => smoothPerson(person, joints, motion.frameRate, options));
  return { ...motion, people };
}

/**
 * Marey's own smoother: each joint by itself by a Kalman smoother (constant acceleration, white jerk) over the whole
 * clip. Three things make it more accurate on human motion than a fixed cut-off:
 *
 * - the strength of the jerk follows the motion: q(t) = agility · mean |acceleration|² of the last round within 80 ms, so
 *   a kick keeps its peak and a standing foot lies still;
 * - measurement errors are Student t: after each round a sample's variance is scaled by how far it lies from the curve
 *   (Aravkin et al. 2014), so outliers lose their weight without a threshold;
 * - the noise is measured on the clip, from third differences; `sigma`, where a person has it, says how it is shared
 *   out between frames.
 *
 * Result: positions, sigma (which grows in gaps) and states; filled frames and samples that were thrown away become
 * `inferred`. A skeleton fitted to the old positions is dropped. Linear in T; some 25 doubles per frame of extra memory.
 * Tuned on the training clips of CMU motion (60 fps; 5 mm noise, 5 % outliers, gaps).
 *
 * @param joints J.
 * @param frameRate Hz.
 */
export function smoothPerson(
  person: MotionPerson,
  joints: number,
  frameRate: number,
  options: SmootherOptions = {},
): MotionPerson {
  const { rest, rotations, root, ...kept } = person;
  const frames = person.state.length / joints;
  const result = {
    ...kept,
    positions: new Float32Array(person.positions.length).fill(NaN),
    state: new Uint8Array(person.state.length),
    sigma: new Float32Array(person.state.length).fill(NaN),
  };
  const track = new Float64Array(frames * 3);
  const sigma = new Float64Array(frames);
  let desk: Desk | undefined;
  for (let joint = 0; joint < joints; joint++) {
    for (let t = 0; t < frames; t++) {
      const i = t * joints + joint;
      for (let axis = 0; axis < 3; axis++) track[3 * t + axis] = person.positions[3 * i + axis];
      sigma[t] = person.sigma ? person.sigma[i] : NaN;
    }
    forEachStretch(track, options.longestGap ?? 1, options.reach ?? 0.1, frameRate, (from, to) => {
      if (!desk || desk.weight.length < to - from) desk = newDesk(to - from);
      const noise = smoothStretch(
        track.subarray(3 * from, 3 * to),
        sigma.subarray(from, to),
        frameRate,
        options,
        desk,
      );
      for (let t = from; t < to; t++) settle(person, result, t * joints + joint, t - from, noise, desk);
    });
  }
  return result;
}

/** Writes a smoothed joint of a frame. */
function settle(
  person: MotionPerson,
  result: { positions: Float32Array; state: Uint8Array; sigma: Float32Array },
  at: number,
  t: number,
  { bias }: Noise,
  { run, weight }: Desk,
) {
  for (let axis = 0; axis < 3; axis++) result.positions[3 * at + axis] = run.filtered[9 * t + 3 * axis];
  result.sigma[at] = Math.sqrt(run.covariance[6 * t] + bias);
  const before = person.state[at];
  const lost = before === JointState.missing || weight[t] < leastWeight;
  result.state[at] = lost ? JointState.inferred : before;
}

/** Working space for stretches of up to a number of frames. */
interface Desk {
  run: KalmanRun;
  variance: Float64Array;
  weight: Float64Array;
  activity: Float64Array;
  energy: Float64Array;
}

function newDesk(frames: number): Desk {
  const [variance, weight, activity, energy] = Array.from({ length: 4 }, () => new Float64Array(frames));
  return { run: kalmanRun(frames, 3), variance, weight, activity, energy };
}

/** Visits the frames from a first to a last sample, gaps of up to `longest` seconds included, and `reach` around them. */
function forEachStretch(
  track: Float64Array,
  longest: number,
  reach: number,
  frameRate: number,
  visit: (from: number, to: number) => void,
) {
  const frames = track.length / 3;
  const edge = Math.round(Math.min(reach, longest / 2) * frameRate);
  const missing = (t: number) => Number.isNaN(track[3 * t] + track[3 * t + 1] + track[3 * t + 2]);
  let first = -1;
  let last = -1;
  for (let t = 0; t <= frames; t++) {
    if (first >= 0 && (t === frames || t - last > longest * frameRate + 1)) {
      visit(Math.max(0, first - edge), Math.min(frames, last + 1 + edge));
      first = -1;
    }
    if (t === frames || missing(t)) continue;
    if (first < 0) first = t;
    last = t;
  }
}

/** Rounds of smoothing over z (T×3); the result stands in the desk's run: states, covariances. */
function smoothStretch(
  z: Float64Array,
  sigma: Float64Array,
  frameRate: number,
  { agility = 25, freedom = 8, rounds = 6 }: SmootherOptions,
  desk: Desk,
): Noise {
  const frames = z.length / 3;
  const run = trimmed(desk.run, frames);
  const variance = desk.variance.subarray(0, frames);
  const weight = desk.weight.subarray(0, frames);
  const activity = desk.activity.subarray(0, frames);
  const noise = measureNoise(z, sigma, variance);
  firstWeights(z, variance, freedom, weight);
  activity.fill(40 * agility); // the mean square acceleration of lively motion, (m/s²)²
  const scaled = new Float64Array(frames);
  const start = beginning(z);
  const process = whiteJerk(1 / frameRate, 1);
  for (let round = 0; round < rounds; round++) {
    for (let t = 0; t < frames; t++) scaled[t] = variance[t] / weight[t];
    kalmanFilter(z, scaled, process, start, run, activity);
    kalmanSmooth(run, process.dt, run.filtered, run.covariance);
    if (round === rounds - 1) break;
    reweigh(z, run, variance, freedom, weight);
    follow(run, agility, Math.round(0.08 * frameRate), desk.energy, activity);
  }
  return noise;
}

function trimmed(run: KalmanRun, frames: number): KalmanRun {
  return {
    dimensions: 3,
    filtered: run.filtered.subarray(0, 9 * frames),
    covariance: run.covariance.subarray(0, 6 * frames),
    gain: run.gain.subarray(0, 3 * frames),
    spread: run.spread.subarray(0, frames),
    innovation: run.innovation.subarray(0, 3 * frames),
  };
}

/** At the first sample, with next to no knowledge of speed (10 m/s) and acceleration (100 m/s²). */
function beginning(z: Float64Array) {
  const at = 3 * Math.floor(z.findIndex((value) => !Number.isNaN(value)) / 3);
  const state = Float64Array.of(z[at], 0, 0, z[at + 1], 0, 0, z[at + 2], 0, 0);
  return { state, covariance: Float64Array.of(100, 0, 0, 100, 0, 1e4) };
}

/** What was learnt of the measurement errors of a stretch. */
interface Noise {
  /** m²: the part of the stated variance that doesn't jitter, so that no smoothing lowers it. */
  bias: number;
}

/**
 * Fills in each frame's variance. Third differences of even fast motion are small at the frame rates of video, so their
 * median is that of the noise: var Δ³ = σ²(t) + 9 σ²(t−1) + 9 σ²(t−2) + σ²(t−3).
 */
function measureNoise(z: Float64Array, sigma: Float64Array, variance: Float64Array): Noise {
  const stated = sigma.filter((value) => value > 0);
  const typical = stated.length > 0 ? medianOf(stated) : undefined;
  for (let t = 0; t < variance.length; t++)
    variance[t] = typical === undefined ? 1 : (sigma[t] > 0 ? sigma[t] : typical) ** 2;
  const ratios = new Float64Array(z.length);
  let count = 0;
  for (let t = 3; t < variance.length; t++) {
    const spread = Math.sqrt(variance[t] + 9 * variance[t - 1] + 9 * variance[t - 2] + variance[t - 3]);
    for (let i = 3 * t; i < 3 * t + 3; i++) {
      const ratio = Math.abs(z[i] - 3 * z[i - 3] + 3 * z[i - 6] - z[i - 9]) / spread;
      if (!Number.isNaN(ratio)) ratios[count++] = ratio;
    }
  }
  const known = count >= 24;
  const ratio = known
    ? (1.4826 * medianOf(ratios.subarray(0, count))) ** 2
    : typical === undefined
      ? unknownNoise ** 2
      : 1;
  const floor = 1e-8; // 0.1 mm: motion without noise
  for (let t = 0; t < variance.length; t++) variance[t] = Math.max(floor, ratio * variance[t]);
  return { bias: typical === undefined ? 0 : Math.max(0, 1 - ratio) * typical * typical };
}

/** Weights to begin with, by the distance from the median of the seven samples around. */
function firstWeights(z: Float64Array, variance: Float64Array, freedom: number, weight: Float64Array) {
  const distance = weight.fill(0);
  const median = new Float64Array(weight.length);
  for (let axis = 0; axis < 3; axis++) {
    localMedian(z, 3, 3, axis, median);
    for (let t = 0; t < weight.length; t++) distance[t] += (z[3 * t + axis] - median[t]) ** 2;
  }
  const typical = medianOf(distance.filter((value) => !Number.isNaN(value)));
  for (let t = 0; t < weight.length; t++) {
    const far = (3 * distance[t]) / Math.max(typical, 3 * variance[t]);
    weight[t] = Number.isNaN(far) ? 1 : Math.min(1, (freedom + 3) / (freedom + far));
  }
}

/** The expected weights of Student's t given the smoothed curve (three coordinates share one). */
function reweigh(
  z: Float64Array,
  run: KalmanRun,
  variance: Float64Array,
  freedom: number,
  weight: Float64Array,
) {
  for (let t = 0; t < weight.length; t++) {
    let square = 3 * run.covariance[6 * t];
    for (let axis = 0; axis < 3; axis++) square += (z[3 * t + axis] - run.filtered[9 * t + 3 * axis]) ** 2;
    weight[t] = Number.isNaN(square) ? 1 : (freedom + 3) / (freedom + square / variance[t]);
  }
}

/**
 * The jerk's density from the acceleration around each frame. For an acceleration of variance σ² that forgets itself
 * within τ seconds it is 2σ²/τ (Singer 1970): agility is 2/τ, and σ² is measured.
 */
function follow(
  run: KalmanRun,
  agility: number,
  reach: number,
  energy: Float64Array,
  activity: Float64Array,
) {
  const frames = activity.length;
  const square = (t: number) => {
    const i = 9 * t + 2;
    return run.filtered[i] ** 2 + run.filtered[i + 3] ** 2 + run.filtered[i + 6] ** 2;
  };
  for (let t = 0; t < frames; t++) energy[t] = square(t);
  let sum = 0;
  for (let t = 0; t < Math.min(reach, frames); t++) sum += energy[t];
  for (let t = 0; t < frames; t++) {
    if (t + reach < frames) sum += energy[t + reach];
    if (t - reach > 0) sum -= energy[t - reach - 1];
    const count = Math.min(frames, t + reach + 1) - Math.max(0, t - reach);
    activity[t] = Math.max(leastJerk, (agility * Math.max(0, sum)) / count);
  }
}

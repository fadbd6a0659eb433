import { medianOf } from "../filter/median.js";
import { type BodyProblem, biasAt, lengthAt, linearise, observe, order, seen } from "./bodyProblem.js";
import { type BodySolver, solveStep } from "./bodySolve.js";
import { repairSwaps, type SwapGroup } from "./swaps.js";

export interface RoundOptions {
  /** Hz. */
  frameRate: number;
  /** 1/s: how fast accelerations change. */
  agility: number;
  /** Most rounds of linearising and solving. */
  rounds: number;
  swaps: readonly SwapGroup[];
}

/** Rounds without bones, after which it is seen which lengths are constant. */
const freeRounds = 2;
/** Seconds in which the errors of a network at a joint forget themselves. */
const memory = 0.045;
/** Of biases to the noise of a single frame; flat between 1 and 1.5 on simulated people. */
const biasShare = 1.2;
/** Metres: at less movement than this in a round it is settled. */
const settled = 3e-4;

/**
 * Adjusts by Gauss–Newton rounds. Between them the weights follow the residuals, the noise is measured anew, the
 * stiffness follows the motion, and (once) left and right are put right.
 *
 * @returns the standard deviation of a single observation that was found, pixels.
 */
export function adjustInRounds(problem: BodyProblem, solver: BodySolver, options: RoundOptions): number {
  const { x, known } = problem;
  const dt = 1 / options.frameRate;
  const positions = biasAt(problem);
  // errors that last ρ from frame to frame weigh, over time, as independent ones of √((1 + ρ) / (1 − ρ)) their size
  const rho = Math.exp(-dt / memory);
  const lasting = Math.sqrt((1 + rho) / (1 - rho));
  problem.lengthSpread.fill(Infinity);
  problem.stiffness.fill(1 / (firstJerk * dt ** order) ** 2);
  cutStiffness(problem);
  let noise = 1.3 * residualNoise(problem);
  for (let round = 0; round < options.rounds; round++) {
    linearise(problem, { pixelSigma: lasting * noise, biasSigma: biasShare * noise });
    solveStep(problem, solver, 0.1, 25);
    let largest = 0;
    for (let i = 0; i < x.length; i++) {
      const step = solver.step[i];
      x[i] += step;
      if (i < positions && known[Math.floor(i / 3)]) largest = Math.max(largest, Math.abs(step));
    }
    if (round > freeRounds + 1 && largest < settled) break;
    noise = residualNoise(problem);
    if (round === freeRounds - 1) measureSpreads(problem, options.frameRate);
    if (round === freeRounds) repairSwaps(problem, options.swaps, lasting * noise);
    if (round > 0) followMotion(problem, options);
  }
  return noise;
}

/** m/s³: jerk to begin with. */
const firstJerk = 600;
/** m²/s⁵: keeps the jerk of a joint at rest from vanishing. */
const leastJerk = 50;
/** Seconds on each side over which accelerations are averaged. */
const nearby = 0.08;

/**
 * The variance of third differences from the acceleration around: for accelerations of variance σ² that forget
 * themselves within 2 / agility the jerk's density is agility · σ² (Singer 1970).
 */
function followMotion(problem: BodyProblem, { frameRate, agility }: RoundOptions): void {
  const { frames, joints, x, active, stiffness } = problem;
  const dt = 1 / frameRate;
  const reach = Math.max(1, Math.round(nearby * frameRate));
  const energy = new Float64Array(frames + 1); // summed up to a frame
  for (let j = 0; j < joints; j++) {
    if (!active[j]) continue;
    for (let t = 0; t < frames; t++) {
      let square = 0;
      const i = 3 * (j * frames + Math.min(Math.max(t, 1), frames - 2));
      for (let axis = i; frames > 2 && axis < i + 3; axis++)
        square += ((x[axis - 3] - 2 * x[axis] + x[axis + 3]) / (dt * dt)) ** 2;
      energy[t + 1] = energy[t] + square;
    }
    for (let t = 0; t + order < frames; t++) {
      const from = Math.max(0, t + 1 - reach);
      const to = Math.min(frames, t + 3 + reach);
      const mean = (energy[to] - energy[from]) / (to - from);
      stiffness[j * frames + t] = 1 / (((agility / 3) * mean + leastJerk) * dt ** 5);
    }
  }
  cutStiffness(problem);
}

/** Lets go of differences that reach into frames where a joint isn't known. */
function cutStiffness({ frames, joints, known, stiffness }: BodyProblem): void {
  for (let j = 0; j < joints; j++)
    for (let t = 0; t < frames; t++) {
      const i = j * frames + t;
      const whole = t + order < frames && known[i] & known[i + 1] & known[i + 2] & known[i + 3];
      if (!whole) stiffness[i] = 0;
    }
}

/** Robust standard deviation of a coordinate of the residuals, pixels. */
function residualNoise(problem: BodyProblem): number {
  const { frames, joints, views, active } = problem;
  // some five thousand samples are enough
  const stride = Math.max(1, Math.floor((frames * joints * views) / 5_000));
  const sizes = new Float64Array(2 * Math.ceil((frames * joints * views) / stride));
  let count = 0;
  for (let o = 0; o < frames * joints * views; o += stride) {
    const at = Math.floor(o / views);
    const j = Math.floor(at / frames);
    if (!active[j] || observe(problem, j, j, at - j * frames, o % views) === 0) continue;
    sizes[count++] = Math.abs(seen[0]);
    sizes[count++] = Math.abs(seen[1]);
  }
  return count > 0 ? Math.max(leastNoise, 1.4826 * medianOf(sizes.subarray(0, count))) : 1;
}

/** Pixels: keeps perfect observations from infinite weight. */
const leastNoise = 0.3;

/** Metres: how much the length of a limb varies, since a network's joints aren't the bones' ends. */
const boneSigma = 0.003;
/** Seconds for which a length that changes keeps its deviation: so much fewer are its independent frames. */
const persistence = 0.5;

/**
 * How far each length may vary, from how much it did without being held: what goes beyond what limbs show (noise, since
 * bones are rigid) is real.
 */
function measureSpreads(problem: BodyProblem, frameRate: number): void {
  const { frames, bones, x, known, lengthSpread } = problem;
  const lengths = new Float64Array(frames);
  const spreads = bones.map(({ a, b }, n) => {
    let count = 0;
    for (let t = 0; t < frames; t++) {
      if (!(known[a * frames + t] & known[b * frames + t])) continue;
      const i = 3 * (a * frames + t);
      const k = 3 * (b * frames + t);
      lengths[count++] = Math.hypot(x[i] - x[k], x[i + 1] - x[k + 1], x[i + 2] - x[k + 2]);
    }
    const some = lengths.subarray(0, count);
    const median = medianOf(some);
    if (count > 0 && problem.lengthPrecision[n] > 0) x[lengthAt(problem) + n] = median;
    return 1.4826 * medianOf(some.map((length) => Math.abs(length - median)));
  });
  const limbs = spreads.filter((spread, n) => bones[n].softness === 1 && !Number.isNaN(spread));
  const usual = 1.5 * (limbs.length > 0 ? medianOf(limbs) : boneSigma);
  const lasting = Math.max(1, persistence * frameRate);
  bones.forEach(({ softness }, n) => {
    const excess = Math.max(0, spreads[n] ** 2 - usual ** 2);
    lengthSpread[n] = Math.sqrt((softness * boneSigma) ** 2 + lasting * (excess || 0));
  });
}

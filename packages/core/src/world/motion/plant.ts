import { transform3 } from "../../array/matrix.js";
import type { BodyMotion } from "./bodyMotion.js";
import { lowest, smoothed } from "./curve.js";
import { type Figure, SIDES } from "./figure.js";
import { ankleOf, toeBend } from "./foot.js";
import { reachOf } from "./limb.js";
import { emptyPosture, hang, legTo, type Posture, STRETCH, writePose } from "./posture.js";
import { type FootFrames, footIntervals, type Standing } from "./standing.js";
import { between, chain, ease, turnX } from "./turns.js";

/**
 * Makes a motion from world rotations and the pelvis' places, with feet that stand still on the floor while they are
 * planted, and nothing below it.
 *
 * @param turns T×24×9.
 * @param pelvis T×3, metres, Y up; the floor's height is found.
 */
export function planted(
  figure: Figure,
  turns: Float64Array,
  pelvis: Float64Array,
  frameRate: number,
): BodyMotion {
  const frames = pelvis.length / 3;
  const feet = footFrames(figure, turns, pelvis);
  const floor = floorOf(feet);
  for (const foot of feet) for (let i = 1; i < foot.points.length; i += 3) foot.points[i] -= floor;
  const height = Float64Array.from({ length: frames }, (_, t) => pelvis[3 * t + 1] - floor);
  const targets = feet.map((foot, side) => footTargets(figure, side as 0 | 1, foot, frameRate));
  lower(figure, turns, pelvis, height, targets, frameRate);
  return legsTo(figure, turns, pelvis, height, targets, frameRate);
}

/** Places of the ankle, heel, ball, toe of both feet as captured, and the foot's rotation. */
function footFrames(figure: Figure, turns: Float64Array, pelvis: Float64Array): [FootFrames, FootFrames] {
  const frames = pelvis.length / 3;
  const posture = emptyPosture();
  const feet = SIDES.map(() => ({
    points: new Float64Array(frames * 12),
    turns: new Float64Array(frames * 9),
  }));
  for (let t = 0; t < frames; t++) {
    poseFrame(figure, turns, pelvis.subarray(3 * t, 3 * t + 3), t, posture);
    SIDES.forEach(({ ankle }, side) => {
      const at = posture.positions.subarray(3 * ankle, 3 * ankle + 3);
      const turn = posture.rotations.subarray(9 * ankle, 9 * ankle + 9);
      const { heel, ball, toe } = figure.soles[side];
      feet[side].turns.set(turn, 9 * t);
      feet[side].points.set(at, 12 * t);
      [heel, ball, toe].forEach((point, i) => {
        const moved = transform3(turn, point);
        for (let k = 0; k < 3; k++) feet[side].points[12 * t + 3 * (i + 1) + k] = at[k] + moved[k];
      });
    });
  }
  return feet as [FootFrames, FootFrames];
}

/** Poses a whole body by world rotations. */
function poseFrame(
  figure: Figure,
  turns: Float64Array,
  pelvis: ArrayLike<number>,
  t: number,
  posture: Posture,
): void {
  posture.positions.set([pelvis[0], pelvis[1], pelvis[2]], 0);
  posture.rotations.set(turns.subarray(216 * t, 216 * t + 9), 0);
  for (let j = 1; j < 24; j++) hang(figure, posture, j, turns.subarray(216 * t + 9 * j, 216 * t + 9 * j + 9));
}

/** The floor: the middle height of the soles in those frames in which they are about as low as they get. */
function floorOf(feet: readonly FootFrames[]): number {
  const frames = feet[0].turns.length / 9;
  const lows = Float64Array.from({ length: frames }, (_, t) =>
    Math.min(...feet.flatMap(({ points }) => [points[12 * t + 4], points[12 * t + 7]])),
  ).sort();
  const near = lows.filter((low) => low < lows[Math.floor(frames / 12)] + 0.05);
  return near[near.length >> 1];
}

/** Where an ankle goes, and how its foot turns: T×3, T×9. */
interface FootTargets {
  ankles: Float64Array;
  turns: Float64Array;
  /** T: bend of the toes, radians. */
  toes: Float64Array;
  /** T: 1 while the foot stands. */
  stands: Uint8Array;
  standing: Standing[];
}

/** Planted while it stands; between, as captured but for what leads smoothly from one place to the next. */
function footTargets(figure: Figure, side: 0 | 1, foot: FootFrames, frameRate: number): FootTargets {
  const frames = foot.turns.length / 9;
  const standing = footIntervals(figure, side, foot, frameRate);
  const ankles = new Float64Array(frames * 3);
  const turns = new Float64Array(frames * 9);
  const toes = new Float64Array(frames);
  const stands = new Uint8Array(frames);
  for (const { from, to, places } of standing)
    for (let t = from; t < to; t++) {
      const { ankle, rotation } = ankleOf(figure.soles[side], places[t - from]);
      ankles.set(ankle, 3 * t);
      turns.set(rotation, 9 * t);
      toes[t] = toeBend(places[t - from]);
      stands[t] = 1;
    }
  const ends = [undefined, ...standing, undefined];
  for (let i = 0; i + 1 < ends.length; i++) {
    const from = ends[i]?.to ?? 0;
    const to = ends[i + 1]?.from ?? frames;
    carry(foot, ankles, turns, from, to, ends[i] && from - 1, ends[i + 1] && to);
  }
  for (let t = 0; t < frames; t++) if (!stands[t]) toes[t] = liftAbove(figure, side, ankles, turns, t);
  return { ankles, turns, toes, stands, standing };
}

/** Between two stances the captured way, moved and turned by what the stances moved and turned it at its ends. */
function carry(
  foot: FootFrames,
  ankles: Float64Array,
  turns: Float64Array,
  from: number,
  to: number,
  before: number | undefined,
  after: number | undefined,
): void {
  const shift = (t: number | undefined) =>
    t === undefined ? undefined : [0, 1, 2].map((k) => ankles[3 * t + k] - foot.points[12 * t + k]);
  const turn = (t: number | undefined) =>
    t === undefined
      ? undefined
      : changeOf(foot.turns.subarray(9 * t, 9 * t + 9), turns.subarray(9 * t, 9 * t + 9));
  const moves = [shift(before) ?? shift(after) ?? [0, 0, 0], shift(after) ?? shift(before) ?? [0, 0, 0]];
  const still = Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);
  const bends = [turn(before) ?? turn(after) ?? still, turn(after) ?? turn(before) ?? still];
  for (let t = from; t < to; t++) {
    const u = ease((t - from + 1) / (to - from + 1));
    for (let k = 0; k < 3; k++)
      ankles[3 * t + k] = foot.points[12 * t + k] + (1 - u) * moves[0][k] + u * moves[1][k];
    turns.set(chain(between(bends[0], bends[1], u), foot.turns.subarray(9 * t, 9 * t + 9)), 9 * t);
  }
}

/** The rotation that follows A to give B: B·Aᵀ. */
function changeOf(A: Float64Array, B: Float64Array): Float64Array {
  const transposed = Float64Array.of(A[0], A[3], A[6], A[1], A[4], A[7], A[2], A[5], A[8]);
  return chain(B, transposed);
}

/** Lifts a swinging foot until neither heel nor ball is below the floor; returns how far the toes have to bend. */
function liftAbove(
  figure: Figure,
  side: 0 | 1,
  ankles: Float64Array,
  turns: Float64Array,
  t: number,
): number {
  const { heel, ball, toe } = figure.soles[side];
  const R = turns.subarray(9 * t, 9 * t + 9);
  const low = transform3(R, ball)[1];
  ankles[3 * t + 1] = Math.max(ankles[3 * t + 1], -low, -transform3(R, heel)[1]);
  const above = (ankles[3 * t + 1] + low) / (toe[2] - ball[2]);
  const pitch = Math.asin(Math.min(1, Math.max(-1, -R[5])));
  return Math.min(1.05, Math.max(0, pitch - Math.asin(Math.min(1, above))));
}

/** Lowers the pelvis, smoothly, where a leg would not reach its foot. */
function lower(
  figure: Figure,
  turns: Float64Array,
  pelvis: Float64Array,
  height: Float64Array,
  targets: readonly FootTargets[],
  frameRate: number,
): void {
  const excess = height.map((y, t) => {
    let limit = Infinity;
    SIDES.forEach(({ hip, knee, ankle }, side) => {
      const { ankles, stands } = targets[side];
      if (!stands[t]) return;
      const at = transform3(
        turns.subarray(216 * t, 216 * t + 9),
        figure.offsets.subarray(3 * hip, 3 * hip + 3),
      );
      const leg = {
        upper: figure.offsets.subarray(3 * knee, 3 * knee + 3),
        lower: figure.offsets.subarray(3 * ankle, 3 * ankle + 3),
        hinge: [1, 0, 0],
      };
      const longest = STRETCH * reachOf(leg);
      const across = Math.hypot(
        pelvis[3 * t] + at[0] - ankles[3 * t],
        pelvis[3 * t + 2] + at[2] - ankles[3 * t + 2],
      );
      limit = Math.min(limit, ankles[3 * t + 1] - at[1] + Math.sqrt(Math.max(0, longest ** 2 - across ** 2)));
    });
    return Math.min(0, limit - y);
  });
  const sigma = 0.03 * frameRate;
  smoothed(lowest(excess, Math.ceil(3 * sigma)), sigma).forEach((change, t) => {
    height[t] += change;
  });
}

function legsTo(
  figure: Figure,
  turns: Float64Array,
  pelvis: Float64Array,
  height: Float64Array,
  targets: readonly FootTargets[],
  frameRate: number,
): BodyMotion {
  const frames = height.length;
  const pose = new Float32Array(frames * 72);
  const translation = new Float32Array(frames * 3);
  const contacts = new Uint8Array(frames * 4);
  const posture = emptyPosture();
  for (let t = 0; t < frames; t++) {
    poseFrame(figure, turns, [pelvis[3 * t], height[t], pelvis[3 * t + 2]], t, posture);
    SIDES.forEach(({ hip, foot }, side) => {
      const { ankles, turns: wanted, toes } = targets[side];
      const own = (joint: number) => turns.subarray(216 * t + 9 * joint, 216 * t + 9 * joint + 9);
      const ahead = own(hip);
      const turn = wanted.subarray(9 * t, 9 * t + 9);
      const from = posture.positions.slice(3 * hip, 3 * hip + 3);
      legTo(
        figure,
        posture,
        side,
        ankles.subarray(3 * t, 3 * t + 3),
        turn,
        [ahead[2], ahead[5], ahead[8]],
        from,
      );
      hang(figure, posture, foot, chain(turn, turnX(-toes[t])));
    });
    writePose(figure, posture, pose, 72 * t, translation, 3 * t);
  }
  targets.forEach(({ standing }, side) => {
    for (const { from, places } of standing)
      places.forEach(({ pitch }, i) => {
        if (pitch < 0.01) contacts[4 * (from + i) + 2 * side] = 1;
        if (pitch > -0.01) contacts[4 * (from + i) + 2 * side + 1] = 1;
      });
  });
  return { frameRate, frames, pose, translation, contacts };
}

import { smoothed } from "./curve.js";
import type { Figure } from "./figure.js";
import type { FootPlace } from "./foot.js";
import { nearTurn } from "./turns.js";

/** A foot over time: T×4×3 places of ankle, heel, ball, toe (metres, floor at 0) and T×9 rotations of the foot. */
export interface FootFrames {
  points: Float64Array;
  turns: Float64Array;
}

/** Frames [from, to) in which a foot stands in one place, with how it rolls there. */
export interface Standing {
  from: number;
  to: number;
  places: FootPlace[];
}

/** A part of a foot stands when it is this slow, m/s, and this low, metres for the mean body. */
const SLOW = 0.45;
const LOW = 0.045;
/** Seconds: shorter stances and shorter breaks are noise. */
const SHORT = 0.08;
/** A stance whose foot drifts or turns further was two: metres, radians. */
const DRIFT = 0.05;
const PIVOT = 0.3;

/** When and where a foot stands. */
export function footIntervals(figure: Figure, side: 0 | 1, foot: FootFrames, frameRate: number): Standing[] {
  const heel = touching(foot.points, 1, frameRate, figure.scale);
  const ball = touching(foot.points, 2, frameRate, figure.scale);
  const yaw = yawsOf(foot.turns);
  const pitch = pitchesOf(foot.turns);
  const either = heel.map((value, t) => value | ball[t]);
  return runs(either).flatMap(([from, to]) =>
    split(foot, yaw, from, to, Math.round(2 * SHORT * frameRate)).map(([a, b]) =>
      standingIn(figure, side, foot, { heel, ball, yaw, pitch }, a, b, frameRate),
    ),
  );
}

function touching(points: Float64Array, which: number, frameRate: number, scale: number): Uint8Array {
  const frames = points.length / 12;
  const flags = Uint8Array.from({ length: frames }, (_, t) => {
    const [a, b] = [Math.max(0, t - 1), Math.min(frames - 1, t + 1)];
    const at = (u: number, k: number) => points[12 * u + 3 * which + k];
    const way = Math.hypot(...[0, 1, 2].map((k) => at(b, k) - at(a, k)));
    return (way * frameRate) / Math.max(1, b - a) < SLOW && at(t, 1) < LOW * scale ? 1 : 0;
  });
  const least = Math.round(SHORT * frameRate);
  for (const value of [0, 1])
    for (const [from, to] of runs(flags.map((flag) => (flag === value ? 1 : 0))))
      if (to - from < least && from > 0 && to < frames) flags.fill(1 - value, from, to);
  return flags;
}

/** Runs of ones, as [from, to). */
function runs(flags: Uint8Array): [number, number][] {
  const found: [number, number][] = [];
  for (let from = 0; from < flags.length; from++) {
    if (!flags[from]) continue;
    let to = from + 1;
    while (to < flags.length && flags[to]) to++;
    found.push([from, to]);
    from = to;
  }
  return found;
}

/** Cuts a stance in which the foot drifts or pivots into shorter ones, a frame apart. */
function split(
  foot: FootFrames,
  yaw: Float64Array,
  from: number,
  to: number,
  least: number,
): [number, number][] {
  const middle = (from + to) >> 1;
  const range = (value: (t: number) => number) => {
    let [low, high] = [Infinity, -Infinity];
    for (let t = from; t < to; t++) [low, high] = [Math.min(low, value(t)), Math.max(high, value(t))];
    return high - low;
  };
  const drift = Math.hypot(
    range((t) => foot.points[12 * t + 6]),
    range((t) => foot.points[12 * t + 8]),
  );
  const gap = Math.ceil(least / 3);
  if ((drift < DRIFT && range((t) => yaw[t]) < PIVOT) || to - from < 2 * least + gap) return [[from, to]];
  return [
    ...split(foot, yaw, from, middle - (gap >> 1), least),
    ...split(foot, yaw, middle - (gap >> 1) + gap, to, least),
  ];
}

interface FootTracks {
  heel: Uint8Array;
  ball: Uint8Array;
  yaw: Float64Array;
  pitch: Float64Array;
}

/** A stance: its middle place and direction, and in each frame as much roll as heel and ball allow. */
function standingIn(
  figure: Figure,
  side: 0 | 1,
  { points }: FootFrames,
  { heel, ball, yaw, pitch }: FootTracks,
  from: number,
  to: number,
  frameRate: number,
): Standing {
  let [count, turn, x, z] = [0, 0, 0, 0];
  for (let t = from; t < to; t++) {
    const firm = heel[t] && ball[t] ? 10 : 1;
    const point = ball[t] ? 6 : 3; // the ball, or the heel
    const offset = ball[t] ? figure.soles[side].ball : figure.soles[side].heel;
    count += firm;
    turn += firm * yaw[t];
    x += firm * (points[12 * t + point] - offset[0] * Math.cos(yaw[t]) - offset[2] * Math.sin(yaw[t]));
    z += firm * (points[12 * t + point + 2] + offset[0] * Math.sin(yaw[t]) - offset[2] * Math.cos(yaw[t]));
  }
  const rolls = Float64Array.from({ length: to - from }, (_, i) => {
    const t = from + i;
    if (heel[t] && ball[t]) return 0;
    return ball[t] ? Math.max(0, pitch[t]) : Math.min(0, pitch[t]);
  });
  const place = { x: x / count, z: z / count, yaw: turn / count, lift: 0, planted: true };
  return {
    ...{ from, to },
    places: Array.from(smoothed(rolls, 0.03 * frameRate), (roll) => ({ ...place, pitch: roll })),
  };
}

/** Where the toes show, radians about Y, without jumps of whole turns. */
function yawsOf(turns: Float64Array): Float64Array {
  const yaws = new Float64Array(turns.length / 9);
  let last = 0;
  for (let t = 0; t < yaws.length; t++) {
    last = nearTurn(Math.atan2(turns[9 * t + 2], turns[9 * t + 8]), last);
    yaws[t] = last;
  }
  return yaws;
}

/** Heel up (+) or toes up (−), radians. */
const pitchesOf = (turns: Float64Array) =>
  Float64Array.from({ length: turns.length / 9 }, (_, t) =>
    Math.asin(Math.min(1, Math.max(-1, -turns[9 * t + 5]))),
  );

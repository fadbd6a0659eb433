import { addStep, beside, easeOf, footBeside, lastValue, move, type Score, setKey } from "./score.js";
import { type Track, trackThrough } from "./track.js";
import { nearTurn } from "./turns.js";

/** How someone goes. */
export interface GaitOptions {
  /** m/s. */
  speed: number;
  /** Whether both feet leave the floor between steps. */
  run?: boolean;
  /** Arms' shares of their swing, left and right: 0 for an arm that carries something. */
  arms?: readonly [number, number];
}

/** What differs between walking and running; radians, shares of a step's time or length. */
interface Gait {
  /** How long a foot is in the air, and how early its heel rises; shares of a step's time. */
  air: number;
  rise: number;
  push: number;
  tuck: number;
  strike: number;
  lift: number;
  /** Share of a step that the pelvis is behind the foot that lands. */
  behind: number;
  /** The pelvis at landing and between landings, shares of its height. */
  low: number;
  high: number;
  swing: number;
  elbow: number;
  pump: number;
  lean: number;
}

/** Walking at a speed, m/s for a leg of the mean length. */
function walking(speed: number): Gait {
  const brisk = Math.min(1.3, speed / 1.3);
  return {
    ...{ air: 0.78, rise: 0.55, push: 0.35 + 0.35 * brisk, tuck: 0.2 * brisk, strike: -0.12 - 0.18 * brisk },
    ...{ lift: 0.035 + 0.015 * brisk, behind: 0.5, low: 0.988 - 0.026 * brisk, high: 0.993 },
    ...{ swing: 0.12 + 0.26 * brisk, elbow: 0.1 * brisk, pump: 0.22 * brisk, lean: 0.03 * brisk },
  };
}

function running(speed: number): Gait {
  const fast = Math.min(1.5, speed / 3);
  return {
    ...{ air: 1.35, rise: 0.35, push: 0.75, tuck: 0.55 + 0.4 * fast, strike: -0.08, lift: 0.1 + 0.12 * fast },
    ...{ behind: 0.28, low: 0.945, high: 0.985, swing: 0.5 + 0.15 * fast, elbow: 1.15, pump: 0.3 },
    lean: 0.1 + 0.06 * fast,
  };
}

/**
 * Walks or runs through points of the floor and stops at the last, looking along the way. Someone who looks elsewhere
 * turns first.
 *
 * @param points Metres, x and z.
 */
export function go(score: Score, points: readonly (readonly [number, number])[], options: GaitOptions): void {
  const name = options.run ? "run" : "walk";
  const begin = score.now;
  const first = points[0];
  const towards = nearTurn(Math.atan2(first[0] - score.x, first[1] - score.z), score.yaw);
  if (Math.abs(towards - score.yaw) > 1.3) turnTo(score, towards);
  const track = trackThrough([[score.x, score.z], ...points], score.yaw);
  if (track.length > 0.05) stride(score, track, options);
  score.doings.push({ name, from: begin, to: score.now });
}

function stride(score: Score, track: Track, { speed, run = false, arms = [1, 1] }: GaitOptions): void {
  const { scale } = score.figure;
  const { manner } = score;
  const gait = run ? running(speed) : walking(speed / Math.sqrt(scale));
  // Steps grow with the root of speed, as people's do; longer legs take longer ones.
  const usual = 0.63 * Math.sqrt(speed * scale) * manner.stride;
  const count = Math.max(1, Math.round(track.length / usual - 0.65 + 1));
  const length = track.length / (count - 1 + 0.65);
  const time = Math.max(length, 0.5 * usual) / speed;
  const start = score.now + 0.15 + (run ? 0 : 0.35) * time;
  let side: 0 | 1 = score.random.uniform() < 0.5 ? 0 : 1;
  const at = (k: number) => track.at(Math.min(track.length, (k + 0.65) * length));
  holdAll(score, arms);
  // count steps along the way, then one that closes up.
  for (let k = 0; k <= count; k++) {
    const landing = start + (k + 1) * time;
    const place = at(Math.min(k, count - 1));
    const ends = k >= count - 1;
    const apart = ends ? manner.apart : manner.narrow;
    const grown = k === 0 || ends ? 0.6 : 1;
    addStep(score, side, {
      ...footBeside(score, side, place.x, place.z, place.yaw, apart),
      from: Math.max(landing - gait.air * time, score.now + 0.05),
      to: landing,
      lift: gait.lift * scale * grown * score.random.uniform(0.9, 1.1),
      rise: Math.min(gait.rise * time, k < 2 ? 0.2 : 1),
      push: gait.push * grown,
      tuck: gait.tuck * grown,
      strike: gait.strike * grown,
      settle: 0.3 * time,
    });
    body(score, gait, track, { k, count, length, time, landing, side, arms });
    side = side === 0 ? 1 : 0;
  }
  const end = track.at(track.length);
  const stop = start + (count + 1) * time;
  Object.assign(score, { x: end.x, z: end.z, yaw: end.yaw, now: stop + 0.25 });
  move(score, stop, stop + 0.25, { x: end.x, z: end.z, yaw: end.yaw, roll: 0, twist: 0, height: 0.994 });
  const ease = Object.entries(easeOf(score)).filter(
    ([key]) => !(key.startsWith("left") ? arms[0] === 0 : key.startsWith("right") && arms[1] === 0),
  );
  move(score, stop - 0.3 * time, stop + 0.45, { ...Object.fromEntries(ease), pitch: 0, nod: 0 });
}

function holdAll(score: Score, arms: readonly [number, number]): void {
  const names = ["x", "z", "height", "yaw", "roll", "twist", "pitch", "bend", "nod"] as const;
  for (const name of names) setKey(score, name, score.now, lastValue(score, name));
  for (const [i, side] of (["left", "right"] as const).entries())
    for (const name of ["forward", "out", "elbow", "spin"] as const)
      if (arms[i] > 0) setKey(score, `${side}.${name}`, score.now, lastValue(score, `${side}.${name}`));
}

interface Beat {
  k: number;
  count: number;
  length: number;
  time: number;
  landing: number;
  /** The foot that lands. */
  side: 0 | 1;
  arms: readonly [number, number];
}

/** Pelvis, trunk and arms at a landing and half a step later. */
function body(score: Score, gait: Gait, track: Track, beat: Beat): void {
  const { k, count, length, time, landing, side, arms } = beat;
  const { manner, random } = score;
  const sign = side === 0 ? 1 : -1;
  const full = k >= count ? 0 : k === 0 || k === count - 1 ? 0.7 : 1;
  const along = (steps: number) => {
    const way = Math.max(0, Math.min(track.length, (steps + 0.65) * length));
    return track.at(way);
  };
  const here = k >= count ? track.at(track.length) : along(k - gait.behind);
  const yawHere = nearTurn(here.yaw, lastValue(score, "yaw")) - 0.08 * sign * full;
  const key = (name: Parameters<typeof setKey>[1], late: number, value: number) =>
    setKey(score, name, landing + late * time, value);
  key("x", 0, here.x);
  key("z", 0, here.z);
  key("yaw", 0, yawHere);
  key("height", 0, gait.low);
  key("twist", 0.05, 0.17 * sign * full * manner.swing);
  key("bend", 0, easeOf(score).bend! + gait.lean);
  key("pitch", 0, gait.lean * 0.8);
  key("nod", 0, -gait.lean * 0.9);
  if (k < count) {
    // Over the standing foot: the pelvis highest, a little to that side, its other side dropping.
    const over = along(k - gait.behind + 0.5);
    const aside = beside({ ...over, yaw: over.yaw }, 0.022 * sign * score.figure.scale * full, 0);
    key("x", 0.5, aside.x);
    key("z", 0.5, aside.z);
    key("height", 0.5, gait.high);
    key("roll", 0.45, 0.045 * sign * full);
    key("yaw", 0.5, nearTurn(over.yaw, yawHere));
  }
  for (const arm of [0, 1] as const) {
    const forwards = arm === side ? -0.75 : 1;
    const swing = gait.swing * manner.swing * arms[arm] * full * random.uniform(0.93, 1.07);
    if (arms[arm] === 0) continue;
    const name = arm === 0 ? "left" : "right";
    key(`${name}.forward`, 0.08, 0.06 + gait.lean + swing * forwards);
    key(
      `${name}.elbow`,
      0.12,
      0.25 +
        manner.elbow +
        gait.elbow * Math.min(1, k + 0.5) * Math.max(full, 0.3) +
        gait.pump * Math.max(-0.4, forwards) * full,
    );
    key(`${name}.out`, 0.1, easeOf(score)[`${name}.out`]! + 0.03 * Math.abs(forwards) + 0.1 * gait.lean);
    key(`${name}.spin`, 0.1, 0.25 + (gait.elbow > 1 ? 0.3 : 0.1) * Math.max(0, forwards));
  }
}

/** Turns on the spot to a direction, in steps of at most 55 degrees; the head leads. */
export function turnTo(score: Score, yaw: number): void {
  const target = nearTurn(yaw, score.yaw);
  const way = target - score.yaw;
  if (Math.abs(way) < 0.02) return;
  const begin = score.now;
  const count = Math.max(1, Math.ceil(Math.abs(way) / 0.95));
  const time = 0.5 / score.manner.haste;
  // The foot of the inner side goes first: legs don't cross.
  let side: 0 | 1 = way > 0 ? 0 : 1;
  move(score, begin, begin + 0.3, { turn: Math.max(-0.6, Math.min(0.6, way)) });
  for (let k = 1; k <= 2 * count; k++) {
    const share = Math.ceil(k / 2) / count;
    const place = footBeside(score, side, score.x, score.z, score.yaw + share * way, score.manner.apart);
    const from = begin + 0.12 + ((k - 1) * time) / 1.25;
    addStep(score, side, { ...place, from, to: from + 0.75 * time, push: 0.25, tuck: 0.1 });
    const middle = beside(score, (side === 0 ? -1 : 1) * 0.02, 0);
    move(score, from - 0.1, from + 0.35 * time, {
      x: middle.x,
      z: middle.z,
      roll: side === 0 ? -0.02 : 0.02,
    });
    side = side === 0 ? 1 : 0;
  }
  const end = begin + 0.12 + ((2 * count - 1) * time) / 1.25 + 0.75 * time;
  move(score, begin, end, { yaw: target });
  move(score, begin + 0.5 * (end - begin), end, { turn: 0 });
  move(score, end - 0.15, end + 0.15, { x: score.x, z: score.z, roll: 0 });
  Object.assign(score, { yaw: target, now: end + 0.15 });
  score.doings.push({ name: "turn", from: begin, to: score.now });
}

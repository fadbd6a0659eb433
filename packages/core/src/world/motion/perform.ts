import type { Action, Hand } from "./action.js";
import type { BodyMotion, Doing, Seat } from "./bodyMotion.js";
import { clearArms } from "./clearance.js";
import { CONTROLS, T } from "./controls.js";
import { lowest, slopesOf, smoothed, valueAt } from "./curve.js";
import type { Figure } from "./figure.js";
import type { FootPlace } from "./foot.js";
import { go, turnTo } from "./gait.js";
import { unrest } from "./idle.js";
import { crouch, jump, kick, lie, sitDown, standUp, staySeated } from "./lowActions.js";
import { emptyPosture, pelvisLimit, poseBody, writePose } from "./posture.js";
import { embrace, pickUp, reachTo, shakeHands } from "./reaching.js";
import { move, newScore, ofSide, type Score, type Start } from "./score.js";
import { armsUp, lookAt, sidesOf, stand, stretch, talk, wave } from "./stances.js";
import { footAt } from "./steps.js";

export interface PerformOptions {
  /** Decides manner, timing and all that actions leave open; the same seed gives the same bytes. */
  seed: number;
  /** Hz; 30 when absent. */
  frameRate?: number;
  /** Where the person stands first; at the origin, looking along +Z, when absent. */
  start?: Start;
}

/** A motion with what happens in it. */
export interface Performance {
  motion: BodyMotion;
  doings: Doing[];
  seats: Seat[];
}

/** Does actions one after the other, with one flowing into the next. */
export function perform(figure: Figure, actions: readonly Action[], options: PerformOptions): Performance {
  const score = newScore(figure, options.seed, options.start);
  for (const action of actions) act(score, action);
  return { motion: play(score, options.seed, options.frameRate), doings: score.doings, seats: score.seats };
}

/** How each action is written into a score. */
const acts: { [Name in Action["do"]]: (score: Score, action: Extract<Action, { do: Name }>) => void } = {
  stand: (score, { seconds }) => stand(score, seconds),
  wait: (score, { seconds }) => {
    score.now += seconds;
  },
  walk: (score, { to, speed = score.random.uniform(0.9, 1.45), carry }) =>
    go(score, to, { speed, arms: carry ? holdUp(score, carry) : [1, 1] }),
  run: (score, { to, speed = score.random.uniform(2.4, 3.4) }) => go(score, to, { speed, run: true }),
  turn: (score, { to }) => turnTo(score, typeof to === "number" ? to : bearing(score, to)),
  wave: (score, { hand, seconds }) => wave(score, hand, seconds),
  talk: (score, { seconds }) => talk(score, seconds),
  reach: (score, { at, hand, hold }) => reachTo(score, at, hand, hold),
  pickUp: (score, { at, hand }) => pickUp(score, at, hand),
  sit(score, { height, seconds = score.random.uniform(2, 5), stay }) {
    if (!score.seat) sitDown(score, height);
    staySeated(score, seconds);
    if (!stay) standUp(score);
  },
  rise: () => {}, // everything that isn't done on a seat begins so
  crouch: (score, { seconds }) => crouch(score, seconds),
  kick: (score, { foot }) => kick(score, foot),
  jump: (score, { height }) => jump(score, height),
  stretch: (score, { seconds }) => stretch(score, seconds),
  armsUp: (score, { seconds }) => armsUp(score, seconds),
  lie: (score, { seconds }) => lie(score, seconds),
  shake: (score, { at }) => shakeHands(score, at),
  embrace: (score, { seconds }) => embrace(score, seconds),
  lookAt: (score, { at, seconds }) => lookAt(score, at, seconds),
};

/** Arms that carry something: raised before the body; returns which ones still swing. */
function holdUp(score: Score, carry: Hand): [number, number] {
  const held = { forward: 0.3, out: 0.22, spin: 0.45, elbow: 1.4, palm: -0.9, flex: 0, grip: 0.5 };
  const sides = sidesOf(carry, score);
  for (const side of sides) move(score, score.now, score.now + 0.6, ofSide(side, held));
  return [sides.includes(0) ? 0 : 1, sides.includes(1) ? 0 : 1];
}

/** What someone can do without getting up. */
const SEATED: ReadonlySet<Action["do"]> = new Set(["sit", "talk", "lookAt", "wait"]);

/** Writes an action into a score; who sits gets up first if it must. */
function act<Name extends Action["do"]>(score: Score, action: Extract<Action, { do: Name }>): void {
  if (score.seat && !SEATED.has(action.do)) standUp(score);
  (acts[action.do as Name] as (score: Score, action: Extract<Action, { do: Name }>) => void)(score, action);
}

const bearing = (score: Score, to: readonly [number, number]) => Math.atan2(to[0] - score.x, to[1] - score.z);

/** Seconds: all controls are smoothed by a Gaussian of this width, so that no acceleration jumps. */
const SMOOTH = 0.035;

/** Turns a score into frames. */
function play(score: Score, seed: number, frameRate = 30): BodyMotion {
  const { figure, curves, first, steps, manner } = score;
  const frames = Math.max(1, Math.round(score.now * frameRate) + 1);
  const tracks = curves.map((curve) => {
    const slopes = slopesOf(curve);
    const track = Float64Array.from({ length: frames }, (_, t) => valueAt(curve, slopes, t / frameRate));
    return smoothed(track, SMOOTH * frameRate);
  });
  const feet = Array.from({ length: frames }, (_, t): [FootPlace, FootPlace] => [
    footAt(first[0], steps[0], t / frameRate),
    footAt(first[1], steps[1], t / frameRate),
  ]);
  const stir = unrest(seed, manner.unrest);
  const controls = Array.from({ length: frames }, (_, t) => {
    const values = Float64Array.from({ length: CONTROLS.length }, (_, i) => tracks[i][t]);
    stir(t / frameRate, values);
    return values;
  });
  keepInReach(figure, controls, feet, frameRate);
  clearArms(figure, controls, feet, frameRate);
  return render(figure, controls, feet, frameRate);
}

/** Lowers the pelvis, smoothly, where a leg would not reach a foot that stands. */
function keepInReach(
  figure: Figure,
  controls: readonly Float64Array[],
  feet: readonly (readonly [FootPlace, FootPlace])[],
  frameRate: number,
): void {
  const wanted = Float64Array.from(controls, (c) => c[T.height]);
  const excess = Float64Array.from(controls, (c, t) => {
    let limit = Infinity;
    for (const side of [0, 1] as const)
      if (feet[t][side].planted) limit = Math.min(limit, pelvisLimit(figure, c, feet[t][side], side));
    return Math.min(0, limit / figure.standing - wanted[t]);
  });
  const sigma = 0.03 * frameRate;
  const eased = smoothed(lowest(excess, Math.ceil(3 * sigma)), sigma);
  controls.forEach((c, t) => {
    c[T.height] += eased[t];
  });
}

function render(
  figure: Figure,
  controls: readonly Float64Array[],
  feet: readonly (readonly [FootPlace, FootPlace])[],
  frameRate: number,
): BodyMotion {
  const frames = controls.length;
  const pose = new Float32Array(frames * 72);
  const translation = new Float32Array(frames * 3);
  const contacts = new Uint8Array(frames * 4);
  const posture = emptyPosture();
  for (let t = 0; t < frames; t++) {
    poseBody(figure, controls[t], feet[t], posture);
    writePose(figure, posture, pose, 72 * t, translation, 3 * t);
    feet[t].forEach(({ planted, pitch }, side) => {
      if (!planted) return;
      if (pitch < 0.01) contacts[4 * t + 2 * side] = 1;
      if (pitch > -0.01) contacts[4 * t + 2 * side + 1] = 1;
    });
  }
  return { frameRate, frames, pose, translation, contacts };
}

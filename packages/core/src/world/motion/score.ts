import { type Random, random } from "../../array/random.js";
import type { Doing, Seat } from "./bodyMotion.js";
import { AT_EASE, CONTROLS, type Control } from "./controls.js";
import { addKey, type Curve } from "./curve.js";
import { type Figure, JOINT } from "./figure.js";
import { type FootPlace, feetAt } from "./foot.js";
import { nearTurn } from "./turns.js";

/** A foot's way from where it stands to its next place. */
export interface Step {
  /** Seconds: it leaves the floor, it lands. */
  from: number;
  to: number;
  x: number;
  z: number;
  yaw: number;
  /** Metres: highest lift of the sole. */
  lift: number;
  /** Seconds before leaving that the heel begins to rise, and the pitch it has then. */
  rise: number;
  push: number;
  /** Pitch in the middle of the way (heel up), pitch on landing (toes up when negative), seconds until flat. */
  tuck: number;
  strike: number;
  settle: number;
  /** Places on the way, for kicks and other ways that aren't steps. */
  via?: readonly Via[];
}

/** Where a foot passes on its way, at a share of the time. */
interface Via {
  share: number;
  x: number;
  z: number;
  lift: number;
  pitch: number;
}

/** How a person moves: what makes one different from the next. */
interface Manner {
  /** Shares of what is usual: length of steps, swing of the arms, size of gestures, haste. */
  stride: number;
  swing: number;
  gesture: number;
  haste: number;
  /** Metres from the middle to a foot, standing and walking; radians that toes point out. */
  apart: number;
  narrow: number;
  toeOut: number;
  /** Radians: elbows, arms' distance from the trunk, forward lean, all added to the usual. */
  elbow: number;
  out: number;
  stoop: number;
  /** The hand that waves and reaches, the foot that kicks: 0 left, 1 right. */
  hand: 0 | 1;
  /** Size of small unintended movements, as a share of what is usual. */
  unrest: number;
}

/** What a motion is put down as: keys of controls and steps of feet, which actions write one after the other. */
export interface Score {
  figure: Figure;
  random: Random;
  manner: Manner;
  /** Seconds: where the next action begins. */
  now: number;
  /** Where the person stands, with the pelvis above it, and where it looks. */
  x: number;
  z: number;
  yaw: number;
  /** What the person sits on, if it does. */
  seat?: Seat | undefined;
  /** How it is held there. */
  seated?: Partial<Record<Control, number>> | undefined;
  curves: Curve[];
  /** Left, right; in order of time. */
  first: [FootPlace, FootPlace];
  steps: [Step[], Step[]];
  doings: Doing[];
  seats: Seat[];
}

/** Where someone stands at the start: metres, radians. */
export interface Start {
  x?: number;
  z?: number;
  yaw?: number;
}

const index = new Map(CONTROLS.map((name, i) => [name, i]));

/** An empty score of someone who stands at ease. */
export function newScore(figure: Figure, seed: number, { x = 0, z = 0, yaw = 0 }: Start = {}): Score {
  const chance = random(seed);
  const manner = mannerOf(figure, chance);
  const score: Score = {
    ...{ figure, random: chance, manner, now: 0, x, z, yaw },
    curves: CONTROLS.map((): Curve => ({ times: [0], values: [0] })),
    first: feetAt(x, z, yaw, manner.apart, manner.toeOut),
    ...{ steps: [[], []], doings: [], seats: [] },
  };
  for (const [name, value] of Object.entries({ ...easeOf(score), x, z, yaw }))
    setKey(score, name as Control, 0, value);
  return score;
}

function mannerOf(figure: Figure, chance: Random): Manner {
  const about = (mean: number, spread: number) => mean + spread * Math.max(-2, Math.min(2, chance.normal()));
  return {
    ...{ stride: about(1, 0.06), swing: about(1, 0.2), gesture: about(1, 0.15), haste: about(1, 0.08) },
    // Heavier thighs stand wider.
    apart: Math.sqrt(figure.scale * (figure.halfWidth / 0.175)) * about(0.1, 0.012),
    narrow: figure.scale * about(0.055, 0.008),
    toeOut: about(0.03, 0.06),
    ...{ elbow: about(0, 0.07), out: about(0, 0.02), stoop: about(0.01, 0.03) },
    hand: chance.uniform() < 0.25 ? 0 : 1,
    unrest: about(1, 0.25),
  };
}

/** Standing at ease in a person's manner; arms hang clear of the hips. */
export function easeOf({
  manner,
  figure,
}: Pick<Score, "manner" | "figure">): Partial<Record<Control, number>> {
  const pose = { ...AT_EASE };
  const beside = figure.halfWidth + 0.055 * figure.scale - figure.rest[3 * JOINT.leftShoulder];
  const clear = Math.asin(Math.min(0.6, Math.max(0, beside / figure.arm)));
  for (const side of ["left", "right"] as const) {
    pose[`${side}.elbow`] = (AT_EASE[`${side}.elbow`] ?? 0) + manner.elbow;
    pose[`${side}.out`] = Math.max(AT_EASE[`${side}.out`] ?? 0, clear) + Math.max(manner.out, -0.02);
  }
  return { ...pose, bend: (AT_EASE.bend ?? 0) + manner.stoop };
}

/** Sets a key. */
export function setKey(score: Score, name: Control, time: number, value: number): void {
  addKey(score.curves[index.get(name) as number], time, value);
}

/** The value of a control's last key. */
export function lastValue(score: Score, name: Control): number {
  return score.curves[index.get(name) as number].values.at(-1) as number;
}

/**
 * Moves controls to new values. Each holds what it had until `from`; arms and head take a little more or less time than
 * the rest, so that nothing arrives at once.
 */
export function move(
  score: Score,
  from: number,
  to: number,
  pose: Readonly<Partial<Record<Control, number>>>,
): void {
  for (const [key, value] of Object.entries(pose)) {
    const name = key as Control;
    const curve = score.curves[index.get(name) as number];
    const end = curve.times.at(-1) as number;
    const loose = /^(left|right|nod|turn|tilt)/.test(name)
      ? score.random.uniform(-0.08, 0.08) * (to - from)
      : 0;
    if (end < from) addKey(curve, from, curve.values.at(-1) as number);
    addKey(curve, Math.max(to + loose, end + 1e-3), value);
  }
}

/** The same pose for a side, by the names of its controls. */
export function ofSide(
  side: 0 | 1,
  pose: Readonly<Record<string, number>>,
): Partial<Record<Control, number>> {
  const prefix = side === 0 ? "left" : "right";
  return Object.fromEntries(Object.entries(pose).map(([name, value]) => [`${prefix}.${name}`, value]));
}

/** The same pose for both sides. */
export function ofBoth(pose: Readonly<Record<string, number>>): Partial<Record<Control, number>> {
  return { ...ofSide(0, pose), ...ofSide(1, pose) };
}

/** Where a foot last was sent. */
function footNow(score: Score, side: 0 | 1): { x: number; z: number; yaw: number } {
  return score.steps[side].at(-1) ?? score.first[side];
}

/** Where a foot stands beside a place that someone looks from. */
export function footBeside(score: Score, side: 0 | 1, x: number, z: number, yaw: number, apart: number) {
  const sign = side === 0 ? 1 : -1;
  return {
    x: x + sign * apart * Math.cos(yaw),
    z: z - sign * apart * Math.sin(yaw),
    yaw: yaw + sign * score.manner.toeOut,
  };
}

const STEP = { lift: 0.045, rise: 0.12, push: 0.35, tuck: 0.25, strike: -0.06, settle: 0.08 };

/** Adds a step; what it doesn't say is that of a small, calm one. Its yaw is taken without whole turns. */
export function addStep(
  score: Score,
  side: 0 | 1,
  step: Pick<Step, "from" | "to" | "x" | "z" | "yaw"> & Partial<Step>,
): void {
  const yaw = nearTurn(step.yaw, footNow(score, side).yaw);
  score.steps[side].push({ ...STEP, ...step, yaw });
}

/** A point in front of a person: metres to the left and ahead, to the world. */
export function beside({ x, z, yaw }: { x: number; z: number; yaw: number }, left: number, ahead: number) {
  return {
    x: x + left * Math.cos(yaw) + ahead * Math.sin(yaw),
    z: z - left * Math.sin(yaw) + ahead * Math.cos(yaw),
  };
}

import { medianOf } from "../filter/median.js";
import type { MotionPerson, UpAxis } from "../motion/motion.js";
import { JointState } from "../motion/state.js";
import type { Skeleton } from "../skeleton/skeleton.js";
import type { Tree } from "./tree.js";
import { statureOf, usualOffset } from "./usual.js";

type Vector = readonly [number, number, number];
/** A joint's place in the frame that is looked at; undefined where nothing is known. */
type Places = (joint: string) => Vector | undefined;

/** A pair of the trunk's corners and the joints that may lie between them. */
interface Pair {
  left: string;
  right: string;
  middles: readonly string[];
  /** Metres: usual distance from the middle. */
  half: number;
}

/** Pairs of joints whose line is across the body, more or less; the first that is seen tells. */
const across = ["ear", "eye", "knee", "elbow", "ankle"];
const limbs = [
  ["hip", "knee"],
  ["knee", "ankle"],
  ["shoulder", "elbow"],
  ["elbow", "wrist"],
] as const;
/** Metres, where no limb tells the body's size. */
const plainStature = 1.7;
/** Frames that lengths are taken from. */
const sampled = 600;

/**
 * Takes out places that are none: exactly the origin, either filled in or shared by two joints. Pose2Sim fills joints
 * that it never found with zeros, and marker files often say so.
 *
 * @param width Joints of the layout.
 * @returns The person itself when there is nothing to take out.
 */
export function withoutZeros(person: MotionPerson, width: number): MotionPerson {
  const { positions, state } = person;
  const isZero = (i: number) =>
    positions[3 * i] === 0 && positions[3 * i + 1] === 0 && positions[3 * i + 2] === 0;
  const none: number[] = [];
  for (let frame = 0; frame < state.length; frame += width) {
    const before = none.length;
    let zeros = 0;
    for (let i = frame; i < frame + width; i++) {
      if (!isZero(i)) continue;
      zeros++;
      none.push(i);
    }
    if (zeros === 1 && state[none[before]] !== JointState.inferred) none.length = before;
  }
  if (none.length === 0) return person;
  const cleaned = { ...person, positions: positions.slice(), state: state.slice() };
  for (const i of none) {
    cleaned.positions.fill(NaN, 3 * i, 3 * i + 3);
    cleaned.state[i] = JointState.missing;
  }
  return cleaned;
}

/**
 * Guesses hips and shoulders that the whole clip never shows, since a body hangs on them: the other one of the pair
 * mirrored at the middle of the body, or at a usual distance across it; where both are missing, from the rest of the
 * trunk. A guess has a place and the state `missing`.
 *
 * @param up The world's, for bodies of which only one end of the trunk is known.
 * @returns The person itself when there is nothing to guess.
 */
export function guessTrunk(person: MotionPerson, { joints }: Skeleton, up: UpAxis): MotionPerson {
  const width = joints.length;
  const never = ["left_hip", "right_hip", "left_shoulder", "right_shoulder"].filter(
    (name) => joints.includes(name) && !everSeen(person.positions, width, joints.indexOf(name)),
  );
  if (never.length === 0) return person;
  const stature = measuredStature(person.positions, joints);
  const guessed = { ...person, positions: person.positions.slice() };
  const { positions } = guessed;
  const index = new Map(joints.map((joint, j) => [joint, 3 * j]));
  const vertical: Vector = up === "y" ? [0, 1, 0] : [0, 0, 1];
  for (let frame = 0; frame < positions.length; frame += 3 * width) {
    const at = (name: string): Vector | undefined => {
      const i = frame + (index.get(name) ?? NaN);
      const place = [positions[i], positions[i + 1], positions[i + 2]] as const;
      return Number.isFinite(place[0] + place[1] + place[2]) ? place : undefined;
    };
    for (const pair of pairsOf(at, stature)) {
      const places = placePair(pair, at, stature, vertical);
      for (const name of never) {
        const place = places.get(name);
        if (place) positions.set(place, frame + (index.get(name) ?? 0));
      }
    }
  }
  return guessed;
}

/** The tree's joints that have places but were never measured. */
export function guessedJoints(
  { positions, state }: MotionPerson,
  width: number,
  { sources }: Tree,
): Set<number> {
  const guessed = sources.flatMap(({ kind, terms }, i) => {
    if (kind !== "exact") return [];
    let places = 0;
    for (let at = terms[0][0]; at < state.length; at += width) {
      if (state[at] !== JointState.missing) return [];
      if (!Number.isNaN(positions[3 * at])) places++;
    }
    return places > 0 ? [i] : [];
  });
  return new Set(guessed);
}

function everSeen(positions: Float32Array, width: number, joint: number): boolean {
  for (let i = 3 * joint; i < positions.length; i += 3 * width) if (!Number.isNaN(positions[i])) return true;
  return false;
}

function measuredStature(positions: Float32Array, joints: readonly string[]): number {
  const frames = positions.length / (3 * joints.length);
  const step = 3 * joints.length * Math.max(1, Math.floor(frames / sampled));
  const bones = ["left", "right"].flatMap((side) =>
    limbs.map(([from, to]) => {
      const [a, b] = [from, to].map((name) => 3 * joints.indexOf(`${side}_${name}`));
      const lengths: number[] = [];
      for (let f = 0; a >= 0 && b >= 0 && f < positions.length; f += step) {
        const length = Math.hypot(...[0, 1, 2].map((k) => positions[f + a + k] - positions[f + b + k]));
        if (!Number.isNaN(length)) lengths.push(length);
      }
      return [from, to, medianOf(lengths)] as const;
    }),
  );
  return statureOf(bones) || plainStature;
}

/** Hips and shoulders, those first of which something is known. */
function pairsOf(at: Places, stature: number): Pair[] {
  const pair = (name: string, middle: string, middles: readonly string[]): Pair => ({
    left: `left_${name}`,
    right: `right_${name}`,
    middles,
    half: stature * (usualOffset(middle, `left_${name}`)?.[0] ?? 0),
  });
  const shoulders = pair("shoulder", "thorax", ["thorax", "neck", "upper_neck"]);
  const hips = pair("hip", "pelvis", ["pelvis"]);
  const { left, right, middles } = shoulders;
  return [left, right, ...middles].some((name) => at(name)) ? [shoulders, hips] : [hips, shoulders];
}

/** Where both joints of a pair are, as well as the frame tells; empty when it tells nothing. */
function placePair(pair: Pair, at: Places, stature: number, vertical: Vector): Map<string, Vector> {
  const isUpper = pair.left === "left_shoulder";
  const other = isUpper ? "hip" : "shoulder";
  const otherHalf = stature * (usualOffset(isUpper ? "pelvis" : "thorax", `left_${other}`)?.[0] ?? 0);
  const middle = first(pair.middles, at);
  const [left, right] = [at(pair.left), at(pair.right)];
  const one = left ?? right;
  const side = left ? 1 : -1;
  const line = one && middle ? scaled(minus(one, middle), side) : lineAcross(other, at);
  if (!line) return new Map();
  const here = edge(one, side * pair.half, middle);
  const there = edgeOf(other, otherHalf, at, isUpper ? ["pelvis"] : ["thorax", "neck", "upper_neck"]);
  const up = trunkDirection(here, there, unit(line), isUpper) ?? vertical;
  const flat = minus(line, scaled(up, dot(line, up)));
  const lateral = unit(flat);
  if (!lateral.every(Number.isFinite)) return new Map();
  if (one) {
    const half = middle ? dot(flat, lateral) : pair.half;
    return new Map([
      [pair.left, left ?? plus(one, scaled(lateral, 2 * half))],
      [pair.right, right ?? minus(one, scaled(lateral, 2 * half))],
    ]);
  }
  const trunk = stature * (usualOffset("pelvis", "thorax")?.[1] ?? 0) * (isUpper ? 1 : -1);
  const centre =
    middle ?? (there && plus(minus(there.place, scaled(lateral, there.aside)), scaled(up, trunk)));
  if (!centre) return new Map();
  return new Map([
    [pair.left, plus(centre, scaled(lateral, pair.half))],
    [pair.right, minus(centre, scaled(lateral, pair.half))],
  ]);
}

/** A known place of the trunk and how far to the left of its middle it lies, metres. */
interface Edge {
  place: Vector;
  aside: number;
}

const edge = (one: Vector | undefined, aside: number, middle: Vector | undefined): Edge | undefined =>
  middle ? { place: middle, aside: 0 } : one && { place: one, aside };

function edgeOf(name: string, half: number, at: Places, middles: readonly string[]): Edge | undefined {
  const [left, right] = [at(`left_${name}`), at(`right_${name}`)];
  if (left && right) return { place: scaled(plus(left, right), 0.5), aside: 0 };
  return edge(left ?? right, left ? half : -half, first(middles, at));
}

/** From the hips to the shoulders; undefined where only one of both is known. */
function trunkDirection(
  here: Edge | undefined,
  there: Edge | undefined,
  line: Vector,
  isUpper: boolean,
): Vector | undefined {
  if (!here || !there) return undefined;
  const way = minus(here.place, there.place);
  const straight = minus(way, scaled(line, here.aside - there.aside));
  return unit(scaled(straight, isUpper ? 1 : -1));
}

/** From right to left, by the other pair of the trunk or else by whatever comes in pairs. */
function lineAcross(other: string, at: Places): Vector | undefined {
  for (const name of [other, ...across]) {
    const [left, right] = [at(`left_${name}`), at(`right_${name}`)];
    if (left && right) return minus(left, right);
  }
  return undefined;
}

const first = (names: readonly string[], at: Places) => names.map(at).find((place) => place !== undefined);
const plus = (a: Vector, b: Vector): Vector => [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
const minus = (a: Vector, b: Vector): Vector => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
const scaled = (a: Vector, by: number): Vector => [a[0] * by, a[1] * by, a[2] * by];
const dot = (a: Vector, b: Vector): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const unit = (a: Vector): Vector => scaled(a, 1 / Math.hypot(...a));

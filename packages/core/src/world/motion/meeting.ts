import { random } from "../../array/random.js";
import type { Action, Spot } from "./action.js";
import type { BodyMotion } from "./bodyMotion.js";
import { type Figure, JOINT } from "./figure.js";
import { type Performance, perform } from "./perform.js";
import { posedJoints } from "./posed.js";
import { emptyPosture } from "./posture.js";
import type { Start } from "./score.js";
import { segmentGap } from "./segment.js";

/** Someone with a place to start from and things to do. */
interface Part {
  start: Start;
  actions: Action[];
}

/** How two people come together. */
export type Encounter = "cross" | "handshake" | "talk" | "hug";

export interface EncounterOptions {
  seed: number;
  /** Metres: where they meet, and how far from it they start. */
  at?: Spot;
  from?: number;
  frameRate?: number;
  /** How long it lasts at least, seconds: who is done stands about until then. */
  seconds?: number;
}

/** Metres from middle to middle when people shake hands or talk, for two bodies of the mean size. */
const APART = { cross: 0, handshake: 0.8, talk: 1.25, hug: 0.5 };

/**
 * Two people who walk up to each other: past each other, to shake hands, to talk, or very close. Who would come into the
 * other's trunk walks or stands further off.
 *
 * @returns One performance per figure, in the same time; the shorter one ends standing.
 */
export function encounter(
  figures: readonly [Figure, Figure],
  kind: Encounter,
  options: EncounterOptions,
): [Performance, Performance] {
  let wider = 0;
  let pair = stage(figures, kind, options, wider);
  for (let round = 0; round < 8 && trunkGap(figures, [pair[0].motion, pair[1].motion]) < 0.02; round++) {
    wider += 0.07;
    pair = stage(figures, kind, options, wider);
  }
  return pair;
}

function stage(
  figures: readonly [Figure, Figure],
  kind: Encounter,
  { seed, at = [0, 0], from = 2.2, frameRate, seconds = 0 }: EncounterOptions,
  wider: number,
): [Performance, Performance] {
  const parts =
    kind === "cross" ? crossing(seed, at, from, wider) : facing(figures, kind, seed, at, from, wider);
  const rate = frameRate === undefined ? {} : { frameRate };
  const [a, b] = parts.map(({ start, actions }, i) => {
    const play = () => perform(figures[i], actions, { seed: 2 * seed + i, start, ...rate });
    const { motion, ...own } = play();
    const left = seconds - motion.frames / motion.frameRate;
    if (left <= 0) return { motion, ...own };
    actions.push({ do: "stand", seconds: left + 0.5 });
    return play();
  });
  return [a, b];
}

function crossing(seed: number, at: Spot, from: number, wider: number): [Part, Part] {
  const chance = random(seed);
  const axis = chance.uniform(0, 2 * Math.PI);
  const aside = 0.32 + 0.5 * wider + chance.uniform(0, 0.15);
  const place = (along: number, across: number): [number, number] => [
    at[0] + along * Math.sin(axis) + across * Math.cos(axis),
    at[1] + along * Math.cos(axis) - across * Math.sin(axis),
  ];
  const part = (sign: number): Part => {
    const [x, z] = place(-sign * from, -sign * 0.05);
    const to = [place(0, -sign * aside), place(sign * from, -sign * 0.1)];
    return {
      start: { x, z, yaw: sign > 0 ? axis : axis + Math.PI },
      actions: [
        { do: "walk", to, speed: chance.uniform(1, 1.4) },
        { do: "stand", seconds: 1 },
      ],
    };
  };
  return [part(1), part(-1)];
}

function facing(
  figures: readonly [Figure, Figure],
  kind: Exclude<Encounter, "cross">,
  seed: number,
  at: Spot,
  from: number,
  wider: number,
): [Part, Part] {
  const chance = random(seed);
  const axis = chance.uniform(0, 2 * Math.PI);
  const scale = (figures[0].arm + figures[1].arm) / 0.96;
  const half = (APART[kind] * (kind === "hug" ? 1 : scale) + wider) / 2;
  const speed = chance.uniform(0.95, 1.25);
  const chest = (figures[0].standing + figures[1].standing) / 2;
  const along = (way: number): Spot => [at[0] + way * Math.sin(axis), at[1] + way * Math.cos(axis)];
  const part = (sign: number): Part => {
    const [x, z] = along(-sign * from);
    const yaw = sign > 0 ? axis : axis + Math.PI;
    const walk: Action = { do: "walk", to: [along(-sign * half)], speed };
    return { start: { x, z, yaw }, actions: [walk, ...meet(kind, at, chest, seed + sign)] };
  };
  const pair: [Part, Part] = [part(1), part(-1)];
  // Who arrives first waits for the other.
  const arrivals = pair.map(({ start, actions }, i) => {
    const { motion } = perform(figures[i], actions.slice(0, 1), { seed: 2 * seed + i, start });
    return motion.frames / motion.frameRate;
  });
  pair.forEach(({ actions }, i) => {
    actions.splice(1, 0, { do: "wait", seconds: Math.max(...arrivals) - arrivals[i] });
  });
  return pair;
}

/** What both do once they stand before each other. */
function meet(kind: Exclude<Encounter, "cross">, at: Spot, chest: number, seed: number): Action[] {
  if (kind === "handshake")
    return [
      { do: "shake", at: [at[0], 1.16 * chest, at[1]] },
      { do: "talk", seconds: 2.5 },
    ];
  if (kind === "hug")
    return [
      { do: "embrace", seconds: 1.8 },
      { do: "stand", seconds: 1 },
    ];
  const first: Action[] = [
    { do: "talk", seconds: 3 },
    { do: "stand", seconds: 2.5 },
  ];
  return seed % 2 === 0 ? first : first.reverse();
}

/** Metres: radius of a trunk's capsule, from the pelvis to the chest, for a body of the mean size. */
const TRUNK = 0.15;

/** The least distance between the trunks of any two people over all frames, metres; negative where they overlap. */
export function trunkGap(figures: readonly Figure[], motions: readonly BodyMotion[]): number {
  const frames = Math.max(...motions.map((motion) => motion.frames));
  const posture = emptyPosture();
  let least = Infinity;
  for (let t = 0; t < frames; t++) {
    const trunks = motions.map((motion, i) => {
      posedJoints(figures[i], motion, Math.min(t, motion.frames - 1), posture);
      const { pelvis, neck } = JOINT;
      return [
        posture.positions.slice(3 * pelvis, 3 * pelvis + 3),
        posture.positions.slice(3 * neck, 3 * neck + 3),
      ];
    });
    for (let a = 0; a < trunks.length; a++)
      for (let b = a + 1; b < trunks.length; b++) {
        const radii = TRUNK * (figures[a].scale + figures[b].scale);
        least = Math.min(least, segmentGap(trunks[a][0], trunks[a][1], trunks[b][0], trunks[b][1]) - radii);
      }
  }
  return least;
}

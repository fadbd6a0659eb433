import type { Random } from "../../array/random.js";
import type { BodyModel } from "../../body/model.js";
import type { OpenBodyShapes } from "../../body/openBodyShapes.js";
import { bodySkinner } from "../../body/skinning.js";
import type { Spot } from "../motion/action.js";
import type { BodyMotion, Seat } from "../motion/bodyMotion.js";
import type { Captured } from "../motion/captured.js";
import { bodyFigure, type Figure } from "../motion/figure.js";
import { improvise } from "../motion/improvise.js";
import { type Encounter, encounter } from "../motion/meeting.js";
import { type Performance, perform } from "../motion/perform.js";
import { retarget } from "../motion/retarget.js";
import { drawLook, type Look } from "../person/look.js";

/** A body model with what its shape coefficients mean. */
export interface StudioBody {
  model: BodyModel;
  shapes: OpenBodyShapes;
}

/** Someone in a scene: shape, clothes and what they do. */
export interface Actor {
  /** 1…255, as in the renderer's person channel. */
  id: number;
  betas: Float64Array;
  look: Look;
  motion: BodyMotion;
  seats: readonly Seat[];
}

export interface ActorOptions {
  people: number;
  seconds: number;
  frameRate: number;
  /** Metres from the middle that people keep to. */
  reach: number;
  /** Motion capture to take motions from; half of those who act alone get theirs there. */
  captured?: readonly Captured[];
}

/** People who act alone or in pairs, as the random numbers decide. */
export function drawActors(body: StudioBody, chance: Random, options: ActorOptions): Actor[] {
  const { people, reach } = options;
  const bodies = Array.from({ length: people }, () => drawBody(body, chance));
  const pairs = Math.floor(people / 2);
  const single = pairs === 1 && people === 2;
  const acts: Performance[] = [];
  for (let p = 0; p < pairs; p++) {
    const figures = [bodies[2 * p].figure, bodies[2 * p + 1].figure] as const;
    const at = single
      ? ([chance.normal(0, 0.15), chance.normal(0, 0.15)] as const)
      : spot(chance, 0.6 * reach);
    acts.push(...drawPair(figures, chance, at, options));
  }
  while (acts.length < people) acts.push(drawAlone(bodies[acts.length].figure, chance, options));
  return acts.map(({ motion, seats }, i) => ({
    id: i + 1,
    betas: bodies[i].betas,
    look: bodies[i].look,
    motion,
    seats,
  }));
}

/** A shape of the population that the body's directions come from, with a look that suits it. */
function drawBody({ model, shapes }: StudioBody, chance: Random) {
  const male = chance.uniform() < 0.5 ? 0 : 1;
  const within = (deviations: number) => Math.max(-2.2, Math.min(2.2, chance.normal(0, deviations)));
  const betas = shapes.betas({
    male,
    stature: (male ? 1.755 : 1.62) + 0.068 * within(1),
    massIndex: Math.max(17.5, (male ? 25 : 24) + 4 * within(1)),
    age: chance.uniform(25, 75),
    muscle: chance.uniform(0.2, 0.8),
  });
  const skinner = bodySkinner(model, { correctives: false });
  skinner.shape(betas);
  return { betas, figure: bodyFigure(skinner), look: drawLook(chance.integer(2 ** 31), { male }) };
}

const KINDS: readonly Encounter[] = ["cross", "handshake", "talk", "cross", "talk", "hug"];

function drawPair(
  figures: readonly [Figure, Figure],
  chance: Random,
  at: Spot,
  { reach, frameRate }: ActorOptions,
): Performance[] {
  const kind = KINDS[chance.integer(KINDS.length)];
  const from = Math.min(2.2, Math.max(1, reach - Math.hypot(at[0], at[1])));
  return encounter(figures, kind, { seed: chance.integer(2 ** 30), at, from, frameRate });
}

/** Somebody who does one thing after the other until the time is over, or moves as somebody was captured moving. */
function drawAlone(figure: Figure, chance: Random, options: ActorOptions): Performance {
  const { seconds, frameRate, reach, captured = [] } = options;
  if (captured.length > 0 && chance.uniform() < 0.5) {
    const clip = captured[chance.integer(captured.length)];
    const wanted = Math.round(seconds * clip.frameRate);
    const from = chance.integer(Math.max(1, clip.frames - wanted));
    const to = Math.min(clip.frames, from + wanted);
    const motion = retarget(clip, figure, { from, to, frameRate });
    return { motion: aroundMiddle(motion, chance, 0.3 * reach), doings: [], seats: [] };
  }
  const [x, z] = spot(chance, 0.6 * reach);
  const start = { x, z, yaw: chance.uniform(0, 2 * Math.PI) };
  const actions = improvise({ seed: chance.integer(2 ** 30), seconds, reach });
  return perform(figure, actions, { seed: chance.integer(2 ** 30), frameRate, start });
}

/** A point of the floor at most `reach` metres from the middle. */
function spot(chance: Random, reach: number): [number, number] {
  const radius = reach * Math.sqrt(chance.uniform());
  const angle = chance.uniform(0, 2 * Math.PI);
  return [radius * Math.sin(angle), radius * Math.cos(angle)];
}

/** A motion turned and moved in place, in the floor's plane, so that its middle lies near the world's. */
function aroundMiddle(motion: BodyMotion, chance: Random, spread: number): BodyMotion {
  const { translation, frames } = motion;
  const middle = [0, 2].map((axis) => {
    let [low, high] = [Infinity, -Infinity];
    for (let t = 0; t < frames; t++) {
      low = Math.min(low, translation[3 * t + axis]);
      high = Math.max(high, translation[3 * t + axis]);
    }
    return (low + high) / 2;
  });
  const [x, z] = [chance.normal(0, spread), chance.normal(0, spread)];
  for (let t = 0; t < frames; t++) {
    translation[3 * t] += x - middle[0];
    translation[3 * t + 2] += z - middle[1];
  }
  return motion;
}

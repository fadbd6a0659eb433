import type { Random } from "../../array/random.js";
import type { BodyModel } from "../../body/model.js";
import type { OpenBodyShapes } from "../../body/openBodyShapes.js";
import { bodySkinner } from "../../body/skinning.js";
import type { Action, Spot } from "../motion/action.js";
import type { BodyMotion, Seat } from "../motion/bodyMotion.js";
import type { Captured } from "../motion/captured.js";
import { bodyFigure, type Figure } from "../motion/figure.js";
import { improvise } from "../motion/improvise.js";
import { type Encounter, encounter, trunkGap } from "../motion/meeting.js";
import { type Performance, perform } from "../motion/perform.js";
import { retarget } from "../motion/retarget.js";
import type { Start } from "../motion/score.js";
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

/** What somebody is told to do. */
export interface Act {
  start?: Start;
  actions: readonly Action[];
}

export interface ActorOptions {
  people: number;
  seconds: number;
  frameRate: number;
  /** Metres from the middle that people keep to. */
  reach: number;
  /** Motion capture to take motions from. */
  captured?: readonly Captured[];
  /** Share of those who act alone who get their motion there, 0…1; default 0.5. At 1 everybody does, and nobody meets. */
  capturedShare?: number;
  /** What the first people do, in this order; the others act as the random numbers decide. */
  acts?: readonly Act[];
}

/** People who act alone or in pairs, as the random numbers decide. */
export function drawActors(body: StudioBody, chance: Random, options: ActorOptions): Actor[] {
  const { people, reach, frameRate, captured = [], capturedShare = 0.5 } = options;
  const bodies = Array.from({ length: people }, () => drawBody(body, chance));
  const acts = (options.acts ?? []).slice(0, people).map(({ start = {}, actions }, i) => {
    return perform(bodies[i].figure, actions, { seed: chance.integer(2 ** 30), frameRate, start });
  });
  const told = acts.length;
  const pairs = captured.length > 0 && capturedShare >= 1 ? 0 : Math.floor((people - told) / 2);
  const single = pairs === 1 && people === 2;
  for (let p = 0; p < pairs; p++) {
    const figures = [bodies[told + 2 * p].figure, bodies[told + 2 * p + 1].figure] as const;
    const at = single
      ? ([chance.normal(0, 0.15), chance.normal(0, 0.15)] as const)
      : spot(chance, 0.6 * reach);
    acts.push(...drawPair(figures, chance, at, options));
  }
  while (acts.length < people) {
    const others = acts.map(({ motion }, i) => ({ figure: bodies[i].figure, motion }));
    acts.push(drawAlone(bodies[acts.length].figure, others, chance, options));
  }
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
  { reach, frameRate, seconds }: ActorOptions,
): Performance[] {
  const kind = KINDS[chance.integer(KINDS.length)];
  const from = Math.min(2.2, Math.max(1, reach - Math.hypot(at[0], at[1])));
  return encounter(figures, kind, { seed: chance.integer(2 ** 30), at, from, frameRate, seconds });
}

/** Somebody who does one thing after the other until the time is over, or moves as somebody was captured moving. */
function drawAlone(
  figure: Figure,
  others: readonly { figure: Figure; motion: BodyMotion }[],
  chance: Random,
  options: ActorOptions,
): Performance {
  const { seconds, frameRate, reach, captured = [], capturedShare = 0.5 } = options;
  if (captured.length > 0 && chance.uniform() < capturedShare) {
    const clip = captured[chance.integer(captured.length)];
    const wanted = Math.round(seconds * clip.frameRate);
    const from = chance.integer(Math.max(1, clip.frames - wanted));
    const to = Math.min(clip.frames, from + wanted);
    const motion = retarget(clip, figure, { from, to, frameRate });
    const own = { figure, motion: aroundMiddle(motion, chance, 0.3 * reach) };
    // Those who would walk into somebody are moved further out, as long as anything is gained by it.
    for (let round = 1; round < 8 && others.some((other) => gapOf(own, other) < 0.05); round++)
      aroundMiddle(motion, chance, 0.3 * reach * (1 + 0.3 * round));
    return { motion, doings: [], seats: [] };
  }
  const [x, z] = spot(chance, 0.6 * reach);
  const start = { x, z, yaw: chance.uniform(0, 2 * Math.PI) };
  const actions = improvise({ seed: chance.integer(2 ** 30), seconds, reach });
  return perform(figure, actions, { seed: chance.integer(2 ** 30), frameRate, start });
}

const gapOf = (...people: { figure: Figure; motion: BodyMotion }[]) =>
  trunkGap(
    people.map(({ figure }) => figure),
    people.map(({ motion }) => motion),
  );

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

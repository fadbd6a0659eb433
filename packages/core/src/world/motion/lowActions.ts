import type { Seat } from "./bodyMotion.js";
import type { Control } from "./controls.js";
import { JOINT } from "./figure.js";
import { addStep, beside, footBeside, move, ofBoth, ofSide, type Score } from "./score.js";
import { finish, settle } from "./stances.js";

/** Actions that bring the pelvis down or up: sitting, crouching, lying, jumping, kicking. */

/** Metres from a seat's surface up to the pelvis of the mean body that sits on it. */
const SEATED = 0.135;

/** Sits down on a seat behind the person; it is noted in the score's seats. */
export function sitDown(score: Score, height = score.random.uniform(0.42, 0.48)): void {
  const { now, figure, manner, random } = score;
  const { scale } = figure;
  const depth = 0.4 * scale;
  const place = beside(score, 0, -depth);
  const seat: Seat = { ...place, height, yaw: score.yaw };
  const time = random.uniform(1.3, 1.7) / manner.haste;
  const middle = beside(score, 0, -0.55 * depth);
  const down = (height + SEATED * scale) / figure.standing;
  move(score, now, now + 0.55 * time, {
    ...{ x: middle.x, z: middle.z, pitch: 0.5, bend: 0.45, nod: -0.2, height: 0.5 * (0.994 + down) },
    ...ofBoth({ forward: 0.75, out: 0.2, elbow: 0.45, knee: 0.1 }),
  });
  move(score, now + 0.55 * time, now + time, { x: place.x, z: place.z, height: down, pitch: 0.3, bend: 0.5 });
  const upright = { pitch: -0.12, bend: 0.14, nod: 0.02 };
  move(score, now + time, now + time + 0.55, upright);
  const lap = handsOnThighs(score, now + 0.65 * time, now + time + 0.6, place, height + 0.1 * scale);
  Object.assign(score, { x: place.x, z: place.z, seat, seated: { height: down, ...upright, ...lap } });
  score.seats.push(seat);
  finish(score, "sitDown", now + time + 0.65);
}

/** Lays the hands on the thighs; returns how they are held. */
function handsOnThighs(
  score: Score,
  from: number,
  to: number,
  place: { x: number; z: number },
  y: number,
): Partial<Record<Control, number>> {
  const { figure } = score;
  const { scale } = figure;
  const thick = figure.halfWidth - figure.rest[3 * JOINT.leftHip];
  const held = { reach: 1, palm: 1.1, flex: -0.35, grip: 0.2, swivel: 0.1, forward: 0.5, elbow: 1.1 };
  for (const side of [0, 1] as const) {
    const out = (side === 0 ? 1 : -1) * score.random.uniform(0.12, 0.15) * scale;
    const at = beside({ ...place, yaw: score.yaw }, out, score.random.uniform(0.22, 0.3) * scale);
    const lap = { handX: at.x, handY: y + 0.05 * scale + thick, handZ: at.z };
    move(score, from - 1e-2, from, ofSide(side, lap));
    move(score, from, to, ofSide(side, held));
  }
  return ofBoth(held);
}

/** Sits for a while, leaning and looking about. */
export function staySeated(score: Score, seconds: number): void {
  const { now, random } = score;
  for (let t = now; t < now + seconds - 1; ) {
    const time = random.uniform(1.2, 2.4);
    const lean = {
      bend: random.uniform(0.02, 0.3),
      lean: random.normal(0, 0.05),
      twist: random.normal(0, 0.08),
    };
    move(score, t, t + 0.6 * time, {
      ...lean,
      turn: random.normal(0, 0.3),
      nod: random.uniform(-0.05, 0.15),
    });
    t += time;
  }
  finish(score, "sit", now + seconds);
}

/** Gets up from a seat, to stand where the feet are. */
export function standUp(score: Score): void {
  const { now, figure, manner, random } = score;
  const time = random.uniform(1.2, 1.6) / manner.haste;
  const ahead = beside(score, 0, 0.4 * figure.scale);
  const over = beside(score, 0, 0.2 * figure.scale);
  move(score, now, now + 0.4 * time, { pitch: 0.45, bend: 0.5, nod: -0.3 });
  move(score, now + 0.25 * time, now + 0.6 * time, ofBoth({ reach: 0, forward: 0.7, elbow: 0.4 }));
  move(score, now + 0.3 * time, now + 0.6 * time, { x: over.x, z: over.z, height: 0.72 });
  Object.assign(score, { x: ahead.x, z: ahead.z, seat: undefined, seated: undefined });
  settle(score, now + 0.6 * time, now + 1.1 * time);
  finish(score, "rise", now + 1.1 * time);
}

/** Crouches on the heels or balls of the feet, hands near the knees, and gets up. */
export function crouch(score: Score, seconds = score.random.uniform(1.8, 3.2)): void {
  const { now, figure, random } = score;
  const low = random.uniform(0.38, 0.5);
  const back = beside(score, 0, -0.09 * figure.scale);
  const time = 0.9;
  const arms = { forward: 0.95, out: 0.25, spin: 0.5, elbow: 1, palm: 0.6 };
  move(score, now, now + time, {
    ...{ x: back.x, z: back.z, height: low, pitch: 0.3, bend: 0.5, nod: -0.35 },
    ...ofBoth({ ...arms, knee: 0.35 }),
  });
  settle(score, now + seconds - time, now + seconds + 0.1);
  finish(score, "crouch", now + seconds + 0.1);
}

/** A jump upwards with both feet, arms helping; lands softly. */
export function jump(score: Score, height = score.random.uniform(0.12, 0.3)): void {
  const { now, figure, random, manner } = score;
  const dip = 0.55 / manner.haste;
  const off = now + dip + 0.22;
  const flight = 2 * Math.sqrt((2 * height) / 9.81);
  const land = off + flight;
  const raise = height / figure.standing;
  const back = beside(score, 0, -0.1 * figure.scale);
  move(score, now, now + dip, {
    ...{ x: back.x, z: back.z, height: 0.76, pitch: 0.4, bend: 0.35, nod: -0.25 },
    ...ofBoth({ forward: -0.6, out: 0.25, elbow: 0.35 }),
  });
  const up = random.uniform(1.2, 2.6);
  move(score, now + dip, off + 0.05, { x: score.x, z: score.z, pitch: 0, bend: -0.02, nod: -0.1 });
  move(score, now + dip + 0.03, off + 0.3 * flight, ofBoth({ forward: up, out: 0.35, elbow: 0.5 }));
  // The pelvis flies on a parabola; seven keys draw it.
  const top = 1.06;
  move(score, now + dip, off, { height: top });
  for (let i = 1; i < 8; i++)
    move(score, off, off + (i / 8) * flight, { height: top + raise * 4 * (i / 8) * (1 - i / 8) });
  move(score, land - 1e-3, land, { height: top - 0.03 });
  for (const side of [0, 1] as const) {
    const foot = footBeside(score, side, score.x, score.z, score.yaw, score.manner.apart * 1.1);
    addStep(score, side, {
      ...foot,
      from: off,
      to: land,
      rise: 0.2,
      push: 0.85,
      strike: 0.5,
      settle: 0.14,
      via: [{ share: 0.5, x: foot.x, z: foot.z, lift: height, pitch: 0.75 }],
    });
  }
  move(score, land, land + 0.25, {
    height: 0.82,
    pitch: 0.3,
    bend: 0.25,
    ...ofBoth({ forward: 0.4, out: 0.35, elbow: 0.5 }),
  });
  settle(score, land + 0.28, land + 0.95);
  finish(score, "jump", land + 0.95);
}

/** Kicks with a foot, the other arm forwards for balance. */
export function kick(score: Score, foot?: "left" | "right"): void {
  const { now, figure, random, manner } = score;
  const side: 0 | 1 = foot ? (foot === "left" ? 0 : 1) : manner.hand;
  const sign = side === 0 ? 1 : -1;
  const size = figure.scale * random.uniform(0.8, 1.15);
  const over = beside(score, -sign * 0.07 * figure.scale, 0);
  const way = (share: number, ahead: number, lift: number, pitch: number) => {
    const { x, z } = beside(score, sign * 0.09 * figure.scale, ahead * size);
    return { share, x, z, lift: lift * size, pitch };
  };
  move(score, now, now + 0.45, { x: over.x, z: over.z, roll: -0.03 * sign, height: 0.97 });
  const from = now + 0.45;
  const to = from + 1.15;
  const other = side === 0 ? 1 : 0;
  addStep(score, side, {
    ...footBeside(score, side, score.x, score.z, score.yaw, manner.apart),
    ...{ from, to, rise: 0.3, push: 0.5 },
    via: [
      way(0.25, -0.38, 0.25, 1.1),
      way(0.5, 0.62, 0.36, 0.2),
      way(0.58, 0.7, 0.46, 0),
      way(0.85, 0.08, 0.06, 0),
    ],
  });
  move(score, from, from + 0.3, {
    pitch: 0.05,
    yaw: score.yaw - sign * 0.25,
    ...ofSide(other, { forward: 0.35, out: 0.5 }),
    ...ofSide(side, { forward: -0.3, out: 0.3 }),
  });
  move(score, from + 0.3, from + 0.6, {
    pitch: -0.18,
    bend: 0.2,
    yaw: score.yaw + sign * 0.2,
    ...ofSide(other, { forward: 0.6, out: 0.55 }),
    ...ofSide(side, { forward: -0.5, out: 0.4 }),
  });
  settle(score, from + 0.7, to + 0.3);
  finish(score, "kick", to + 0.3);
}

/** Sits down on the floor, lies on the back, and gets up again. */
export function lie(score: Score, seconds = score.random.uniform(2.5, 5)): void {
  const { now, figure } = score;
  const { scale } = figure;
  const s = (0.13 * scale) / figure.standing;
  const back = (metres: number) => beside(score, 0, -metres * scale);
  const at = (metres: number) => ({ x: back(metres).x, z: back(metres).z });
  move(score, now, now + 1, {
    ...at(0.12),
    height: 0.42,
    pitch: 0.35,
    bend: 0.55,
    nod: -0.3,
    ...ofBoth({ forward: 0.4, out: 0.35, elbow: 0.4, knee: 0.25 }),
  });
  move(score, now + 1, now + 1.9, {
    ...at(0.4),
    height: s,
    pitch: -0.25,
    bend: 0.5,
    ...ofBoth({ forward: -0.55, out: 0.35, elbow: 0.3 }),
  });
  const lying = { pitch: -1.52, bend: 0.03, nod: 0.05, height: (0.105 * scale) / figure.standing };
  move(score, now + 1.9, now + 3.1, {
    ...at(0.5),
    ...lying,
    ...ofBoth({ forward: 0.1, out: 0.4, elbow: 0.4, knee: 0.15 }),
  });
  const up = now + 3.1 + seconds;
  move(score, up, up + 1.2, {
    ...at(0.4),
    height: s,
    pitch: 0.1,
    bend: 0.6,
    ...ofBoth({ forward: 0.7, out: 0.25, elbow: 0.5 }),
  });
  move(score, up + 1.2, up + 2.2, {
    ...at(0.1),
    height: 0.42,
    pitch: 0.55,
    bend: 0.55,
    ...ofBoth({ forward: 0.9, elbow: 0.6 }),
  });
  settle(score, up + 2.2, up + 3.2);
  finish(score, "lie", up + 3.2);
}

import type { Hand, Point } from "./action.js";
import { CONTROLS, type Control, T } from "./controls.js";
import { JOINT, SIDES } from "./figure.js";
import { emptyPosture, poseTrunk } from "./posture.js";
import { beside, easeOf, lastValue, move, ofBoth, ofSide, type Score } from "./score.js";
import { nearTurn } from "./turns.js";

/** Actions of someone who stays on the spot and stands. */

/** Stands and shifts the weight from leg to leg. */
export function stand(score: Score, seconds = score.random.uniform(2, 4)): void {
  const { random, now } = score;
  let side = random.uniform() < 0.5 ? 1 : -1;
  for (let t = now; t < now + seconds - 0.8; ) {
    const time = Math.min(random.uniform(1.4, 2.6), now + seconds - t);
    const shift = 0.032 * score.figure.scale * random.uniform(0.5, 1.2);
    const { x, z } = beside(score, side * shift, 0);
    const soft = side > 0 ? { "right.knee": 0.12, "left.knee": 0 } : { "left.knee": 0.12, "right.knee": 0 };
    move(score, t, t + 0.5 * time, {
      ...{ x, z, roll: 0.05 * side, lean: -0.035 * side, height: 0.992, ...soft },
      ...{ turn: random.uniform(-0.3, 0.3), nod: random.uniform(-0.02, 0.1) },
      ...ofBoth({ forward: random.uniform(0, 0.1) }),
    });
    side = -side;
    t += time;
  }
  settle(score, now + seconds - 0.5, now + seconds);
  finish(score, "stand", now + seconds);
}

/** Ends an action. */
export function finish(score: Score, name: string, end: number): void {
  score.doings.push({ name, from: score.now, to: end });
  score.now = end;
}

/** Comes back to standing at ease, or to how the person sits. */
export function settle(score: Score, from: number, to: number): void {
  const { x, z, yaw } = score;
  const calm = { roll: 0, lean: 0, twist: 0, nod: 0, turn: 0, tilt: 0 };
  const hands = ofBoth({ reach: 0, shrug: 0, knee: 0, swivel: 0 });
  move(score, from, to, { ...easeOf(score), pitch: 0, ...calm, ...hands, x, z, yaw, ...score.seated });
}

const sideOf = (hand: "left" | "right" | undefined, score: Score): 0 | 1 =>
  hand ? (hand === "left" ? 0 : 1) : score.manner.hand;

/** Waves with a raised hand. */
export function wave(score: Score, hand?: "left" | "right", seconds = score.random.uniform(1.8, 3)): void {
  const { now, random, manner } = score;
  const side = sideOf(hand, score);
  const high = random.uniform(0.75, 1.1);
  const raised = {
    forward: 0.3,
    out: 1.25 * high,
    spin: -1.4,
    elbow: 1.5,
    palm: 0.5,
    flex: -0.1,
    grip: 0.05,
  };
  move(score, now, now + 0.55 / manner.haste, ofSide(side, raised));
  move(score, now, now + 0.5, { lean: side === 0 ? -0.04 : 0.04, nod: -0.04 });
  const beat = random.uniform(0.2, 0.28);
  let out = 1;
  for (let t = now + 0.5; t < now + seconds - 0.5; t += beat) {
    const size = 0.32 * manner.gesture * random.uniform(0.8, 1.15);
    move(score, t, t + beat, ofSide(side, { spin: -1.4 + 0.4 * size * out, elbow: 1.45 + size * out }));
    out = -out;
  }
  const end = now + seconds + 0.35;
  settle(score, end - 0.75, end);
  finish(score, "wave", end);
}

/** Beats of the hands in front of the body while talking, the head with them. */
export function talk(score: Score, seconds = score.random.uniform(3, 6)): void {
  const { now, random, manner } = score;
  const size = manner.gesture;
  const rest = ofBoth({
    reach: 0,
    forward: 0.3,
    out: 0.16,
    spin: 0.55,
    elbow: 1.25,
    palm: 0.2,
    flex: 0,
    grip: 0.2,
  });
  move(score, now, now + 0.6, rest);
  for (let t = now + 0.5; t < now + seconds - 0.9; ) {
    const time = random.uniform(0.32, 0.75);
    const both = random.uniform() < 0.45;
    for (const side of [0, 1] as const) {
      if (!both && side !== manner.hand && random.uniform() < 0.7) continue;
      const gesture = {
        forward: 0.25 + size * random.uniform(0, 0.4),
        out: 0.14 + size * random.uniform(0, 0.22),
        spin: 0.5 - size * random.uniform(0, 0.6),
        elbow: 1.2 + size * random.uniform(-0.25, 0.5),
        palm: -0.2 - size * random.uniform(0, 0.9),
        flex: random.uniform(-0.3, 0.25),
        grip: random.uniform(0, 0.4),
      };
      move(score, t, t + time, ofSide(side, gesture));
    }
    const head = {
      nod: random.uniform(-0.05, 0.14),
      turn: random.uniform(-0.25, 0.25),
      tilt: random.normal(0, 0.05),
    };
    move(score, t, t + time, { ...head, twist: random.normal(0, 0.05), lean: random.normal(0, 0.03) });
    t += time * random.uniform(0.9, 1.5);
  }
  settle(score, now + seconds - 0.7, now + seconds);
  finish(score, "talk", now + seconds);
}

/** Both arms up, spread a little, and down again. */
export function armsUp(score: Score, seconds = score.random.uniform(1.8, 3)): void {
  const { now, random } = score;
  const side = random.uniform() < 0.5;
  const raised = {
    forward: side ? 0.5 : 2.6,
    out: side ? 2.4 : 0.3,
    spin: side ? -0.3 : 0,
    elbow: 0.35,
    palm: 0,
    grip: 0,
  };
  move(score, now, now + 0.7, { ...ofBoth(raised), bend: -0.05, nod: -0.12 });
  move(score, now + seconds - 0.7, now + seconds - 0.7, ofBoth({ elbow: random.uniform(0.2, 0.5) }));
  settle(score, now + seconds - 0.7, now + seconds + 0.1);
  finish(score, "armsUp", now + seconds + 0.1);
}

/** A stretch: arms up, back arched, leaning to one side and the other. */
export function stretch(score: Score, seconds = score.random.uniform(3, 4.5)): void {
  const { now, random } = score;
  const raised = { forward: 2.85, out: 0.28, spin: 0.2, elbow: 0.4, shrug: 0.12, grip: 0.1 };
  move(score, now, now + 1, { ...ofBoth(raised), bend: -0.16, nod: -0.3, height: 0.996 });
  const half = (seconds - 2) / 2;
  const lean = random.uniform(0.18, 0.35) * (random.uniform() < 0.5 ? 1 : -1);
  const hips = beside(score, -0.1 * lean, 0);
  move(score, now + 1, now + 1 + half, {
    lean,
    tilt: 0.4 * lean,
    ...ofBoth({ elbow: 0.15 }),
    x: hips.x,
    z: hips.z,
  });
  const other = beside(score, 0.1 * lean, 0);
  move(score, now + 1 + half, now + 1 + 2 * half, { lean: -lean, tilt: -0.4 * lean, x: other.x, z: other.z });
  settle(score, now + seconds - 1, now + seconds);
  finish(score, "stretch", now + seconds);
}

/** Looks at a point for a while: head first, then the chest. */
export function lookAt(score: Score, at: Point, seconds = score.random.uniform(1.5, 3)): void {
  const { now } = score;
  const yaw = nearTurn(Math.atan2(at[0] - score.x, at[2] - score.z), score.yaw) - score.yaw;
  const turn = Math.max(-1.5, Math.min(1.5, yaw));
  const far = Math.hypot(at[0] - score.x, at[2] - score.z);
  const down = Math.atan2(1.75 * score.figure.standing - at[1], far);
  move(score, now, now + 0.45, { turn: 0.65 * turn, nod: Math.max(-0.5, Math.min(0.7, down)) });
  move(score, now + 0.05, now + 0.7, { twist: 0.35 * turn });
  settle(score, now + seconds - 0.6, now + seconds);
  finish(score, "lookAt", now + seconds);
}

/** How far a body stoops: nothing at 0, as low as it goes at 1. */
export function stoop(score: Score, amount: number): Partial<Record<Control, number>> {
  const back = beside(score, 0, -0.13 * amount * score.figure.scale);
  const low = Math.max(0, amount - 0.25);
  return {
    ...{ x: back.x, z: back.z, pitch: 0.75 * amount, bend: 0.02 + 0.75 * amount, height: 0.994 - 0.42 * low },
    ...{ nod: -0.25 * amount, ...ofBoth({ knee: 0.25 * low }) },
  };
}

/** Where the shoulders are when the trunk is so, metres. */
function shoulders(score: Score, pose: Partial<Record<Control, number>>): Float64Array[] {
  const controls = Float64Array.from(CONTROLS, (name) => pose[name] ?? lastValue(score, name));
  controls[T.yaw] = score.yaw;
  const posture = emptyPosture();
  poseTrunk(score.figure, controls, posture);
  const { rest } = score.figure;
  const chest = posture.rotations.subarray(9 * JOINT.spine3, 9 * JOINT.spine3 + 9);
  return SIDES.map(({ shoulder }) => {
    const from = [0, 1, 2].map((k) => rest[3 * shoulder + k] - rest[3 * JOINT.spine3 + k]);
    return Float64Array.from({ length: 3 }, (_, r) => {
      const turned = chest[3 * r] * from[0] + chest[3 * r + 1] * from[1] + chest[3 * r + 2] * from[2];
      return posture.positions[3 * JOINT.spine3 + r] + turned;
    });
  });
}

/** The least stoop with which the chosen hands reach a point; when none does, the one that comes nearest. */
export function stoopTo(score: Score, at: Point, sides: readonly (0 | 1)[], twist: number): number {
  const reach = 0.92 * score.figure.arm;
  let best = 0;
  let least = Infinity;
  for (let amount = 0; amount <= 1; amount += 0.04) {
    const from = shoulders(score, { ...stoop(score, amount), twist });
    const far = Math.max(...sides.map((side) => Math.hypot(...at.map((value, k) => value - from[side][k]))));
    if (far < least - 0.005) [best, least] = [amount, far];
    if (far <= reach) return amount;
  }
  return best;
}

export const sidesOf = (hand: Hand | undefined, score: Score): (0 | 1)[] =>
  hand === "both" ? [0, 1] : [sideOf(hand, score)];

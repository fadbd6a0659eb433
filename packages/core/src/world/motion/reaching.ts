import type { Hand, Point, Spot } from "./action.js";
import { go, turnTo } from "./gait.js";
import { move, ofSide, type Score } from "./score.js";
import { finish, settle, sidesOf, stoop, stoopTo } from "./stances.js";
import { nearTurn } from "./turns.js";

/** Actions that bring a hand to a point. */

/** Where the hand is when the wrist is at the target: people touch with fingers, joints end at wrists. */
const FINGERS = 0.09;

/** Reaches to a point with one or both hands, bending and stepping nearer as it needs, and comes back. */
export function reachTo(
  score: Score,
  at: Point,
  hand?: Hand,
  hold = score.random.uniform(0.4, 1.2),
  name = "reach",
): void {
  approach(score, at);
  const { now, random, manner } = score;
  const aside = nearTurn(Math.atan2(at[0] - score.x, at[2] - score.z), score.yaw) - score.yaw;
  // Nobody reaches across the body without need.
  const nearer = Math.abs(aside) > 0.35 ? (aside > 0 ? "left" : "right") : undefined;
  const sides = sidesOf(hand ?? nearer, score);
  const one = sides.length === 1 ? (sides[0] === 0 ? -0.14 : 0.14) : 0;
  const twist = Math.max(-0.6, Math.min(0.6, 0.5 * aside + one));
  const amount = stoopTo(score, at, sides, twist);
  const time = (0.65 + 0.75 * amount) / manner.haste;
  const far = Math.hypot(at[0] - score.x, at[2] - score.z);
  const nod = Math.max(-0.3, Math.min(0.7, Math.atan2(1.45 * score.figure.standing - at[1], far) * 0.6));
  move(score, now, now + time, { ...stoop(score, amount), twist, nod, turn: 0.5 * (aside - twist) });
  for (const side of sides) {
    const spread = sides.length === 2 ? (side === 0 ? 0.09 : -0.09) : 0;
    const [x, z] = [at[0] + spread * Math.cos(score.yaw), at[2] - spread * Math.sin(score.yaw)];
    const back = FINGERS / Math.max(0.3, far);
    const wrist = {
      handX: x + back * (score.x - x) * (at[1] > 0.5 ? 1 : 0.3),
      handY: at[1] + (at[1] > 0.5 ? 0 : FINGERS),
      handZ: z + back * (score.z - z) * (at[1] > 0.5 ? 1 : 0.3),
    };
    move(score, now - 1e-2, now, ofSide(side, wrist));
    move(score, now + 0.25 * time, now + time, ofSide(side, { reach: 1, palm: 0.3, flex: -0.1, grip: 0.1 }));
    move(score, now + time, now + time + 0.2, ofSide(side, { grip: random.uniform(0.5, 0.9) }));
  }
  const end = now + time + hold + time + 0.2;
  settle(score, end - time, end);
  finish(score, name, end);
}

/** Comes near enough to a point, and looks its way. */
function approach(score: Score, at: Point): void {
  const far = Math.hypot(at[0] - score.x, at[2] - score.z);
  const yaw = nearTurn(Math.atan2(at[0] - score.x, at[2] - score.z), score.yaw);
  const near = (at[1] < 0.5 ? 0.42 : 0.5) * score.figure.scale;
  if (far > near + 0.3) {
    const share = (far - near) / far;
    const spot: Spot = [score.x + share * (at[0] - score.x), score.z + share * (at[2] - score.z)];
    go(score, [spot], { speed: 1.1 });
  } else if (Math.abs(yaw - score.yaw) > 0.7) turnTo(score, yaw);
}

/** Picks something up from the floor. */
export function pickUp(score: Score, at: Spot, hand?: "left" | "right"): void {
  reachTo(score, [at[0], 0.06, at[1]], hand, 0.35, "pickUp");
}

/** Takes a hand that is held out at a point and shakes it. The wrists stay a hand's length apart. */
export function shakeHands(score: Score, at: Point): void {
  const { now, random } = score;
  const far = Math.hypot(at[0] - score.x, at[2] - score.z);
  const back = (0.1 * score.figure.scale) / Math.max(0.2, far);
  const x = at[0] + back * (score.x - at[0]);
  const z = at[2] + back * (score.z - at[2]);
  const to = (time: number, late: number, y: number, reach: number) =>
    move(score, time, time + late, {
      "right.handX": x,
      "right.handY": y,
      "right.handZ": z,
      "right.reach": reach,
    });
  to(now - 1e-2, 1e-2, at[1], 0);
  to(now, 0.6, at[1], 1);
  move(score, now, now + 0.6, {
    ...{ "right.palm": -0.2, "right.flex": 0, "right.grip": 0.15, twist: 0.12, bend: 0.12, nod: 0.08 },
  });
  move(score, now + 0.6, now + 0.75, { "right.grip": 0.6 });
  let time = now + 0.75;
  for (let beat = 0; beat < 3; beat++) {
    to(time, 0.16, at[1] + 0.035, 1);
    to(time + 0.16, 0.16, at[1] - 0.03, 1);
    time += 0.32;
  }
  settle(score, time + 0.1, time + random.uniform(0.65, 0.8));
  finish(score, "shake", time + 0.8);
}

/** Arms around someone close, and away again. */
export function embrace(score: Score, seconds = score.random.uniform(1.2, 2.5)): void {
  const { now, random } = score;
  const high = random.uniform(-0.15, 0.15);
  const arms = (side: 0 | 1, lift: number) =>
    ofSide(side, {
      forward: 1.15 + lift,
      out: 0.45,
      spin: 0.9,
      elbow: 1.35,
      palm: 0.5,
      flex: 0.25,
      grip: 0.1,
    });
  move(score, now, now + 0.6, {
    ...ofSide(0, { forward: 1, out: 0.75, elbow: 0.4 }),
    ...ofSide(1, { forward: 1, out: 0.75, elbow: 0.4 }),
  });
  move(score, now + 0.6, now + 1, { ...arms(0, high), ...arms(1, -high), bend: 0.1, tilt: 0.15, turn: 0.3 });
  settle(score, now + 1 + seconds, now + 1.8 + seconds);
  finish(score, "embrace", now + 1.8 + seconds);
}

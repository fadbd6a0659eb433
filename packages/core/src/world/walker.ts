import type { Skeleton } from "../skeleton/skeleton.js";
import { chance } from "./noise.js";
import type { Step } from "./path.js";
import { type Axes, place, reachKnee, tilted, turned } from "./segments.js";

/** The points that a walker has, by the names of joint layouts. */
const POINTS = [
  ...["pelvis", "neck", "upper_neck", "head_top", "nose", "left_eye", "right_eye", "left_ear", "right_ear"],
  ...["left_shoulder", "left_elbow", "left_wrist", "right_shoulder", "right_elbow", "right_wrist"],
  ...["left_hip", "left_knee", "left_ankle", "left_heel", "left_big_toe", "left_small_toe"],
  ...["right_hip", "right_knee", "right_ankle", "right_heel", "right_big_toe", "right_small_toe"],
] as const;
const at = Object.fromEntries(POINTS.map((name, i) => [name, 3 * i])) as Record<
  (typeof POINTS)[number],
  number
>;
const SIDES = [
  {
    ...{ sign: 1, shoulder: at.left_shoulder, elbow: at.left_elbow, wrist: at.left_wrist, hip: at.left_hip },
    ...{ knee: at.left_knee, ankle: at.left_ankle, heel: at.left_heel },
    ...{ bigToe: at.left_big_toe, smallToe: at.left_small_toe },
  },
  {
    ...{
      sign: -1,
      shoulder: at.right_shoulder,
      elbow: at.right_elbow,
      wrist: at.right_wrist,
      hip: at.right_hip,
    },
    ...{ knee: at.right_knee, ankle: at.right_ankle, heel: at.right_heel },
    ...{ bigToe: at.right_big_toe, smallToe: at.right_small_toe },
  },
] as const;

/** Lengths as shares of the height (Drillis and Contini, as given by Winter, Biomechanics and Motor Control). */
const SHARE = {
  hip: 0.053,
  thigh: 0.245,
  shank: 0.246,
  ankle: 0.039,
  trunk: 0.288,
  shoulder: 0.115,
  upperArm: 0.18,
  forearm: 0.146,
  neck: 0.052,
};
/** Points of the head from the top of the neck: forward, left, up; shares of the height. */
const HEAD = [
  [at.head_top, 0.005, 0, 0.13],
  [at.nose, 0.062, 0, 0.045],
  [at.left_eye, 0.05, 0.018, 0.065],
  [at.right_eye, 0.05, -0.018, 0.065],
  [at.left_ear, 0.008, 0.042, 0.05],
  [at.right_ear, 0.008, -0.042, 0.05],
] as const;

/** Someone who walks, turns, swings the arms, stands and sits down a little, at any time on its own. */
export interface Walker {
  /** Metres. */
  height: number;
  /** The joints at a time into `out`, J×3, metres, from `offset`; NaN for those a walker hasn't. */
  pose(seconds: number, out: Float64Array | Float32Array, offset?: number): void;
}

/**
 * A walker along a path, in a world whose z points up from the floor. Bones keep their lengths; a foot on the floor
 * stays where it is.
 *
 * @param along gives place and direction at any time.
 * @param seed decides height, rhythm and habits.
 */
export function walker(skeleton: Skeleton, along: (seconds: number) => Step, seed: number): Walker {
  const points = new Float64Array(3 * POINTS.length);
  const body = habits(seed);
  const sources = skeleton.joints.map((name) => at[name as keyof typeof at] ?? -1);
  return {
    height: body.height,
    pose(seconds, out, offset = 0) {
      stand(points, body, along, seconds);
      sources.forEach((source, j) => {
        for (let k = 0; k < 3; k++) out[offset + 3 * j + k] = source < 0 ? NaN : points[source + k];
      });
    },
  };
}

/** What makes a walker different from the next. */
interface Habits {
  height: number;
  /** Seconds from a step to the next of the same foot, and where in it the walk begins, 0..1. */
  stride: number;
  phase: number;
  /** Radians: how far the arms swing, how much the elbows are bent. */
  swing: number;
  elbow: number;
  /** Radians into rhythms of gestures and looks. */
  mood: number;
}

function habits(seed: number): Habits {
  const between = (low: number, high: number, key: number) => low + (high - low) * chance(seed, key);
  return {
    height: between(1.55, 1.95, 1),
    stride: between(1, 1.2, 2),
    phase: chance(seed, 3),
    swing: between(0.25, 0.5, 4),
    elbow: between(0.2, 0.5, 5),
    mood: between(0, 2 * Math.PI, 6),
  };
}

const up: Axes = { forward: [1, 0, 0], left: [0, 1, 0], up: [0, 0, 1] };

function stand(points: Float64Array, body: Habits, along: (seconds: number) => Step, seconds: number): void {
  const { height, stride, phase } = body;
  const here = along(seconds);
  const rhythm = 2 * Math.PI * (seconds / stride + phase);
  const calm = 1 - here.pace;
  // People who stand sit down a little now and then.
  const sit = calm ** 6 * (0.5 + 0.5 * Math.sin(0.11 * seconds + body.mood)) ** 2;
  const facing = turned(up, here.heading);
  const hips = turned(facing, 0.1 * here.pace * Math.sin(rhythm));
  const floor = SHARE.ankle + SHARE.thigh + SHARE.shank;
  const pelvis = (floor - 0.03 - 0.16 * sit + 0.008 * here.pace * Math.cos(2 * rhythm)) * height;
  const sway = 0.012 * height * here.pace * Math.sin(rhythm);
  const back = -0.08 * sit * height;
  points.set([here.x, here.y, 0], at.pelvis);
  place(points, at.pelvis, points, at.pelvis, facing, back, sway, pelvis);
  poseTrunk(points, body, facing, here.pace, sit, seconds, rhythm);
  for (const side of SIDES) {
    place(points, side.hip, points, at.pelvis, hips, 0, side.sign * SHARE.hip * height, 0);
    poseLeg(points, body, along, seconds, side);
  }
}

/** Chest, neck, head and arms. */
function poseTrunk(
  points: Float64Array,
  { height, swing, elbow, mood }: Habits,
  facing: Axes,
  pace: number,
  sit: number,
  seconds: number,
  rhythm: number,
): void {
  const lean = 0.04 + 0.06 * pace + 0.5 * sit;
  const chest = turned(tilted(facing, lean), -0.12 * pace * Math.sin(rhythm));
  place(points, at.neck, points, at.pelvis, chest, 0, 0, SHARE.trunk * height);
  place(points, at.upper_neck, points, at.neck, chest, 0.01 * height, 0, SHARE.neck * height);
  const look = 0.5 * Math.sin(0.41 * seconds + mood) * Math.sin(0.23 * seconds);
  const head = turned(tilted(facing, 0.5 * lean + 0.1 * Math.sin(0.3 * seconds + mood)), look);
  for (const [point, f, l, u] of HEAD)
    place(points, point, points, at.upper_neck, head, f * height, l * height, u * height);
  for (const { sign, shoulder, elbow: elbowAt, wrist } of SIDES) {
    place(points, shoulder, points, at.neck, chest, 0, sign * SHARE.shoulder * height, 0);
    // A hand comes up now and then, to point or to scratch.
    const gesture = (0.5 + 0.5 * Math.sin(0.47 * seconds + mood * (2 + sign))) ** 8;
    const raise = sign * swing * pace * Math.sin(rhythm) + 0.9 * gesture + 0.4 * sit;
    const arm = tilted(chest, -raise);
    const spread = 0.14 + 0.5 * gesture * Math.sin(1.3 * seconds) ** 2;
    const down = -SHARE.upperArm * height;
    place(
      points,
      elbowAt,
      points,
      shoulder,
      arm,
      0,
      -sign * down * Math.sin(spread),
      down * Math.cos(spread),
    );
    const bend = elbow + 0.2 * pace * (1 + sign * Math.sin(rhythm)) + 1.1 * gesture;
    const forearm = tilted(arm, -bend);
    place(points, wrist, points, elbowAt, forearm, 0, sign * 0.02 * height, -0.1446 * height);
  }
}

/** A leg from the hip to where the gait has the foot. */
function poseLeg(
  points: Float64Array,
  { height, stride, phase }: Habits,
  along: (seconds: number) => Step,
  seconds: number,
  side: (typeof SIDES)[number],
): void {
  const { sign, hip, knee, ankle, heel, bigToe, smallToe } = side;
  // The left foot is under the hip at whole strides, the right one half a stride later.
  const strides = seconds / stride + phase + (sign > 0 ? 0 : 0.5);
  const last = Math.floor(strides + 0.25);
  const swung = Math.max(0, 2 * (strides - last) - 0.5);
  const from = along((last - phase - (sign > 0 ? 0 : 0.5)) * stride);
  const to = along((last + 1 - phase - (sign > 0 ? 0 : 0.5)) * stride);
  const s = swung ** 3 * (10 - 15 * swung + 6 * swung ** 2);
  const turn = Math.atan2(Math.sin(to.heading - from.heading), Math.cos(to.heading - from.heading));
  const width = sign * 0.045 * height;
  const x = (step: Step) => step.x - width * Math.sin(step.heading);
  const y = (step: Step) => step.y + width * Math.cos(step.heading);
  const length = (x(to) - x(from)) ** 2 + (y(to) - y(from)) ** 2;
  const lift = 64 * (swung * (1 - swung)) ** 3 * (length / (length + 0.05));
  const foot = tilted(turned(up, from.heading + s * turn + sign * 0.12), 0.5 * lift);
  points[ankle] = x(from) + s * (x(to) - x(from));
  points[ankle + 1] = y(from) + s * (y(to) - y(from));
  points[ankle + 2] = (SHARE.ankle + 0.07 * lift) * height;
  reachKnee(points, hip, knee, ankle, SHARE.thigh * height, SHARE.shank * height, foot.forward);
  place(points, heel, points, ankle, foot, -0.035 * height, 0, -0.025 * height);
  place(points, bigToe, points, ankle, foot, 0.105 * height, -sign * 0.012 * height, -0.03 * height);
  place(points, smallToe, points, ankle, foot, 0.085 * height, sign * 0.03 * height, -0.033 * height);
}

import { medianOf } from "../filter/median.js";

type Vector = readonly [number, number, number];

/**
 * Where joints lie in a T-pose, by name without the side: left is +X, up +Y, ahead +Z, the floor at 0, in statures.
 * Heights and limbs after Drillis and Contini (1966, as in Winter, Biomechanics and Motor Control, table 4.1); the hips
 * and shoulders are the centres of the joints, narrower than the breadths there.
 */
const places: Readonly<Record<string, Vector>> = {
  pelvis: [0, 0.53, 0],
  hip: [0.055, 0.53, 0],
  knee: [0.055, 0.285, 0],
  ankle: [0.055, 0.039, 0],
  heel: [0.055, 0.005, -0.035],
  big_toe: [0.045, 0.005, 0.11],
  small_toe: [0.085, 0.005, 0.085],
  spine: [0, 0.674, 0],
  thorax: [0, 0.818, 0],
  neck: [0, 0.818, 0],
  shoulder: [0.105, 0.818, 0],
  elbow: [0.291, 0.818, 0],
  wrist: [0.437, 0.818, 0],
  index: [0.49, 0.818, 0.012],
  pinky: [0.485, 0.818, -0.018],
  thumb: [0.46, 0.818, 0.03],
  upper_neck: [0, 0.87, 0],
  head: [0, 0.935, 0.01],
  head_top: [0, 1, 0],
  nose: [0, 0.925, 0.065],
  ear: [0.042, 0.935, 0],
  eye: [0.019, 0.945, 0.055],
  eye_inner: [0.01, 0.945, 0.055],
  eye_outer: [0.028, 0.945, 0.05],
  mouth: [0.014, 0.9, 0.055],
};

function usualPlace(joint: string): Vector | undefined {
  const place = places[joint.replace(/^(left|right)_/, "")];
  return place && joint.startsWith("right_") ? [-place[0], place[1], place[2]] : place;
}

/** The way from one joint to another in a T-pose, in statures; undefined for joints that the table lacks. */
export function usualOffset(from: string, to: string): Vector | undefined {
  const a = usualPlace(from);
  const b = usualPlace(to);
  return a && b && [b[0] - a[0], b[1] - a[1], b[2] - a[2]];
}

/** Shorter bones, in statures, say little of the body's size. */
const shortest = 0.1;

/**
 * Metres: the stature that the lengths of some bones speak for, the median over the bones; NaN where there is none. Bones
 * whose length is NaN and short ones don't count.
 */
export function statureOf(bones: readonly (readonly [from: string, to: string, length: number])[]): number {
  return medianOf(
    bones.flatMap(([from, to, length]) => {
      const usual = Math.hypot(...(usualOffset(from, to) ?? [0]));
      return usual >= shortest && length > 0 ? [length / usual] : [];
    }),
  );
}

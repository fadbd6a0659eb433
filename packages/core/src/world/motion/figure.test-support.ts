import { transform3 } from "../../array/matrix.js";
import { smplParents } from "../../body/jointNames.js";
import type { BodyMotion } from "./bodyMotion.js";
import { type Figure, figureOf, SIDES } from "./figure.js";
import { posedJoints } from "./posed.js";
import { emptyPosture, type Posture } from "./posture.js";

/** Joints of the open body's mean adult, left side and middle, metres. */
const LEFT: Record<number, [number, number, number]> = {
  ...{ 0: [0, -0.002, -0.038], 3: [0, 0.105, -0.042], 6: [0, 0.185, -0.043], 9: [0, 0.324, -0.055] },
  ...{ 12: [0, 0.501, -0.02], 15: [0, 0.598, 0.014], 1: [0.107, -0.057, -0.026], 4: [0.12, -0.45, 0.003] },
  ...{ 7: [0.135, -0.87, -0.02], 10: [0.167, -0.916, 0.108], 13: [0.023, 0.427, -0.004] },
  ...{
    16: [0.18, 0.447, -0.01],
    18: [0.423, 0.447, -0.01],
    20: [0.66, 0.447, -0.01],
    22: [0.757, 0.445, -0.018],
  },
};

/** The open body's mean adult, or one of the same proportions. */
export function meanFigure(scale = 1): Figure {
  const rest = new Float64Array(72);
  for (const [joint, [x, y, z]] of Object.entries(LEFT)) {
    const j = Number(joint);
    rest.set([x * scale, y * scale, z * scale], 3 * j);
    if (x !== 0) rest.set([-x * scale, y * scale, z * scale], 3 * j + 3);
  }
  return figureOf(rest, smplParents);
}

/** Heel and ball of both feet, as in a motion's contacts: 4×3. */
export function solePoints(fig: Figure, posture: Posture): Float64Array[] {
  return SIDES.flatMap(({ ankle }, side) => {
    const R = posture.rotations.subarray(9 * ankle, 9 * ankle + 9);
    return [fig.soles[side].heel, fig.soles[side].ball].map((point) =>
      transform3(R, point).map((value, k) => value + posture.positions[3 * ankle + k]),
    );
  });
}

/** How far a planted point moves from a frame to the next at most, and how far above or below the floor it is. */
export function contactErrors(fig: Figure, motion: BodyMotion) {
  const posture = emptyPosture();
  let last: Float64Array[] = [];
  let [slide, gap, below] = [0, 0, 0];
  for (let t = 0; t < motion.frames; t++) {
    posedJoints(fig, motion, t, posture);
    const points = solePoints(fig, posture);
    points.forEach((point, c) => {
      below = Math.min(below, point[1]);
      if (!motion.contacts?.[4 * t + c]) return;
      gap = Math.max(gap, Math.abs(point[1]));
      if (t > 0 && motion.contacts[4 * (t - 1) + c])
        slide = Math.max(slide, Math.hypot(point[0] - last[c][0], point[2] - last[c][2]));
    });
    last = points;
  }
  return { slide, gap, below };
}

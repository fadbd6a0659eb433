import type { Skeleton } from "./skeleton.js";

/**
 * Where joints of an upright adult lie from the front, as shares of the height: across from the middle, and above the
 * ground (Drillis and Contini 1966; the face's points after common head measures).
 */
const PLACES: Readonly<Record<string, readonly [across: number, up: number]>> = {
  head_top: [0, 1],
  nose: [0, 0.936],
  eye: [0.019, 0.955],
  ear: [0.045, 0.945],
  upper_neck: [0, 0.87],
  neck: [0, 0.818],
  thorax: [0, 0.818],
  spine: [0, 0.67],
  shoulder: [0.129, 0.818],
  elbow: [0.129, 0.632],
  wrist: [0.129, 0.486],
  pelvis: [0, 0.53],
  hip: [0.0955, 0.53],
  knee: [0.0955, 0.285],
  ankle: [0.0955, 0.039],
};

/** What is usual of a limb, on people of any size. */
export interface LimbProportion {
  /** Length as a share of the person's height; NaN where unknown. */
  length: number;
  /** How far pictures keep to it, 0..1: what lies across the body vanishes in profile. 0 where unknown. */
  weight: number;
}

/** What is usual of the given pairs of joints, by their names; feet, hands and what isn't a person's are unknown. */
export function limbProportions(
  { joints }: Pick<Skeleton, "joints">,
  limbs: readonly (readonly [number, number])[],
): LimbProportion[] {
  const place = (joint: string): readonly [number, number] | undefined => {
    const known = PLACES[joint.replace(/^(left|right)_/, "")];
    return known && [joint.startsWith("right_") ? -known[0] : known[0], known[1]];
  };
  return limbs.map(([a, b]) => {
    const [from, to] = [place(joints[a]), place(joints[b])];
    const length = from && to ? Math.hypot(from[0] - to[0], from[1] - to[1]) : NaN;
    if (!from || !to || length === 0) return { length: NaN, weight: 0 };
    return { length, weight: Math.abs(from[1] - to[1]) / length };
  });
}

import type { Region } from "../../image/region.js";

/**
 * The region of a person given by two points: the middle of the hips, and a point on the circle around it that
 * encloses the body, in the direction of the head (BlazePose, Bazarevsky et al. 2020, figure 3). The square is 1.25
 * times as large as the circle, as in training.
 *
 * @returns undefined when the points coincide or aren't finite.
 */
export function regionFromCircle(hips: ArrayLike<number>, circle: ArrayLike<number>): Region | undefined {
  const dx = circle[0] - hips[0];
  const dy = circle[1] - hips[1];
  const size = 2.5 * Math.hypot(dx, dy);
  if (!(size > 0 && size < Infinity)) return undefined;
  return { centre: [hips[0], hips[1]], size, rotation: Math.atan2(dx, -dy) };
}

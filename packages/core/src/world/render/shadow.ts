import { blockAt, type Relief } from "./relief.js";

/** The widest half shadow, texels: what a block's neighbours cover. */
const WIDEST = 8;
const TAPS = 12;

/** Points spread evenly over the unit disc (Vogel's spiral), x, y and distance from the centre, innermost first. */
const disc = Float64Array.from({ length: 3 * TAPS }, (_, i) => {
  const n = Math.floor(i / 3);
  const radius = Math.sqrt((n + 0.5) / TAPS);
  const angle = n * Math.PI * (3 - Math.sqrt(5));
  return [radius * Math.cos(angle), radius * Math.sin(angle), radius][i % 3];
});

/**
 * How much of a sun a point sees, 0…1, by percentage-closer soft shadows (Fernando 2005): the mean distance of what
 * stands before it gives the width of the half shadow, over which comparisons with the map are averaged.
 *
 * @param place the point, world; then the tangent of the angle between the surface's normal and the light, by which
 *   comparisons are relaxed, so that a surface does not shade itself; then the angle under which the sun is seen,
 *   radians. In an array, since plain numbers of a call that isn't inlined each go onto the heap.
 */
export function sunlight(relief: Relief, place: Float64Array): number {
  const x = place[0];
  const y = place[1];
  const z = place[2];
  const { axes, texel, width, height, least, greatest } = relief;
  const u = (axes[0] * x + axes[1] * y + axes[2] * z - relief.left) / texel;
  const v = (axes[3] * x + axes[4] * y + axes[5] * z - relief.top) / texel;
  if (!(u > 0 && v > 0 && u < width && v < height)) return 1;
  const steep = texel * Math.min(4, place[3]);
  const depth = axes[6] * x + axes[7] * y + axes[8] * z - texel - steep;
  const block = blockAt(relief, u, v);
  if (depth <= least[block]) return 1;
  if (depth - steep * WIDEST > greatest[block]) return 0;
  const distance = casterDistance(relief, u, v, depth, steep);
  if (distance === 0) return 1;
  const radius = Math.min(WIDEST, Math.max(1.2, (place[4] * distance) / texel));
  let lit = 0;
  for (let i = 0; i < 3 * TAPS; i += 3) {
    lit += compare(
      relief,
      u + radius * disc[i],
      v + radius * disc[i + 1],
      depth - steep * radius * disc[i + 2],
    );
  }
  return lit / TAPS;
}

/** Mean distance from a point to what stands between it and the light nearby; 0 when nothing does. */
function casterDistance(
  { nearest, width, height }: Relief,
  u: number,
  v: number,
  depth: number,
  steep: number,
): number {
  let sum = 0;
  let count = 0;
  for (let i = 0; i < 3 * TAPS; i += 3) {
    const x = Math.floor(u + WIDEST * disc[i]);
    const y = Math.floor(v + WIDEST * disc[i + 1]);
    if (x < 0 || y < 0 || x >= width || y >= height) continue;
    const w = nearest[y * width + x];
    if (w >= depth - steep * WIDEST * disc[i + 2]) continue;
    sum += depth - w;
    count++;
  }
  return count > 0 ? sum / count : 0;
}

/** The lit share of the four texels around a place, blended. */
function compare({ nearest, width, height }: Relief, u: number, v: number, depth: number): number {
  const x = Math.floor(u - 0.5);
  const y = Math.floor(v - 0.5);
  if (x < 0 || y < 0 || x + 1 >= width || y + 1 >= height) return 1;
  const i = y * width + x;
  const fx = u - 0.5 - x;
  const fy = v - 0.5 - y;
  const upper = (nearest[i] >= depth ? 1 - fx : 0) + (nearest[i + 1] >= depth ? fx : 0);
  const lower = (nearest[i + width] >= depth ? 1 - fx : 0) + (nearest[i + width + 1] >= depth ? fx : 0);
  return upper + fy * (lower - upper);
}

import type { Piece } from "./piece.js";
import { drawRelief, emptyRelief, type Relief } from "./relief.js";

/** Texels of the map of heights, metres: coarse, since the sky's shadows are as soft as they are far. */
const TEXEL = 0.04;
/** Distances at which the horizon is probed, texels. */
const REACHES = Float64Array.of(1.5, 3.5, 7, 12);
const MARGIN = 13;
const DIRECTIONS = 8;

/** Probes: columns, rows, and the square of their distance in texels, direction by direction. */
const probes = Array.from({ length: DIRECTIONS * REACHES.length }, (_, i) => {
  const angle = (Math.floor(i / REACHES.length) + 0.5) * ((2 * Math.PI) / DIRECTIONS);
  const reach = REACHES[i % REACHES.length];
  return [Math.round(reach * Math.cos(angle)), Math.round(reach * Math.sin(angle))] as const;
});
const right = Int32Array.from(probes, ([x]) => x);
const down = Int32Array.from(probes, ([, y]) => y);
const square = Float64Array.from(probes, ([x, y]) => x * x + y * y);

/**
 * How much of the sky is hidden by what stands around, as if each thing were filled down to the ground: a map of
 * heights from straight above, and how dark it makes the ground where the lowest thing stands.
 */
export interface Overhead {
  heights: Relief;
  /** Distance of the ground along `heights`' third axis. */
  ground: number;
  /** Hidden share of the sky at the ground, for the texels of `heights` and `MARGIN` around them. */
  hidden: Float32Array;
}

export function emptyOverhead(): Overhead {
  return { heights: emptyRelief(), ground: 0, hidden: new Float32Array(0) };
}

/** Draws the map of all that casts shadows. */
export function drawOverhead(overhead: Overhead, pieces: readonly Piece[], up: readonly number[]): void {
  const { heights } = overhead;
  drawRelief(heights, pieces, up, { texel: TEXEL, most: 256, splat: true });
  overhead.ground = heights.farthest;
  const columns = heights.width + 2 * MARGIN;
  const rows = heights.height + 2 * MARGIN;
  if (overhead.hidden.length < columns * rows) overhead.hidden = new Float32Array(columns * rows);
  for (let y = 0, i = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++, i++) {
      overhead.hidden[i] = hiddenAt(heights, x - MARGIN, y - MARGIN, overhead.ground);
    }
  }
}

/**
 * The share of the sky that a level surface at a point does not see, 0…1. On the ground it is read from the map,
 * blended; elsewhere it is probed.
 */
export function hiddenSky({ heights, ground, hidden }: Overhead, place: Float64Array): number {
  const { axes, texel, width, height } = heights;
  const u = (axes[0] * place[0] + axes[1] * place[1] + axes[2] * place[2] - heights.left) / texel;
  const v = (axes[3] * place[0] + axes[4] * place[1] + axes[5] * place[2] - heights.top) / texel;
  const x = Math.floor(u - 0.5) + MARGIN;
  const y = Math.floor(v - 0.5) + MARGIN;
  const columns = width + 2 * MARGIN;
  if (!(x >= 0 && y >= 0 && x + 1 < columns && y + 1 < height + 2 * MARGIN)) return 0;
  const w = axes[6] * place[0] + axes[7] * place[1] + axes[8] * place[2];
  if (Math.abs(w - ground) > 0.03) return hiddenAt(heights, Math.floor(u), Math.floor(v), w);
  const i = y * columns + x;
  const fx = u - 0.5 + MARGIN - x;
  const fy = v - 0.5 + MARGIN - y;
  const upper = hidden[i] + fx * (hidden[i + 1] - hidden[i]);
  const lower = hidden[i + columns] + fx * (hidden[i + columns + 1] - hidden[i + columns]);
  return upper + fy * (lower - upper);
}

/**
 * In each direction the steepest rise within half a metre hides the sky below it: a level surface loses the square of
 * its sine (horizons over a field of heights, Max 1988).
 */
function hiddenAt({ nearest, width, height, texel }: Relief, x: number, y: number, w: number): number {
  const level = (w - 0.02) / texel;
  const scale = 1 / texel;
  let sum = 0;
  for (let d = 0, i = 0; d < DIRECTIONS; d++) {
    let steepest = 0;
    for (let r = 0; r < REACHES.length; r++, i++) {
      const column = x + right[i];
      const row = y + down[i];
      if (column < 0 || row < 0 || column >= width || row >= height) continue;
      const rise = level - nearest[row * width + column] * scale;
      if (rise <= 0) continue;
      const sine2 = (rise * rise) / (rise * rise + square[i]);
      if (sine2 > steepest) steepest = sine2;
    }
    sum += steepest;
  }
  return sum / DIRECTIONS;
}

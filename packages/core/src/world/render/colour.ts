import type { Image } from "../../image/image.js";
import type { Grid } from "./raster.js";
import { type Shader, shade } from "./shading.js";
import type { Rgb } from "./surface.js";
import { toLinear, toSrgb } from "./tone.js";

const behind = new Float64Array(3);
const light = new Float64Array(3);
const sum = new Float64Array(3);

/** The background as bytes: a picture's, or one pixel's, repeated with a stride of 0. */
export interface Backdrop {
  data: Uint8Array;
  stride: number;
}

export const backdropOf = (background: Image | Rgb): Backdrop =>
  "data" in background
    ? { data: background.data, stride: background.channels }
    : { data: Uint8Array.from(background), stride: 0 };

/** Copies the background to a tile in which nothing stands. */
export function drawBackdrop(centres: Grid, { data, stride }: Backdrop, out: Uint8Array): void {
  const { width, height, left, top, side } = centres;
  const right = Math.min(width, left + side);
  for (let y = top, bottom = Math.min(height, top + side); y < bottom; y++) {
    for (let i = y * width + left, end = y * width + right; i < end; i++) {
      out[3 * i] = data[stride * i];
      out[3 * i + 1] = data[stride * i + 1];
      out[3 * i + 2] = data[stride * i + 2];
    }
  }
}

/**
 * Colours a tile. A pixel whose samples all lie on one piece of surface is shaded once, at its centre; where an edge
 * passes, each sample is shaded and the pixel shows their mean in linear light.
 */
export function drawColour(
  centres: Grid,
  samples: Grid,
  shader: Shader,
  { data, stride }: Backdrop,
  out: Uint8Array,
): void {
  const { width, height, ids, left, top, side } = centres;
  const right = Math.min(width, left + side);
  const bottom = Math.min(height, top + side);
  for (let y = top; y < bottom; y++) {
    for (let x = left, c = (y - top) * side, i = y * width + left; x < right; x++, c++, i++) {
      const o = 3 * i;
      const edge = samples !== centres && isEdge(centres, samples, shader, c);
      const id = ids[c];
      if (id < 0 && !edge) {
        out[o] = data[stride * i];
        out[o + 1] = data[stride * i + 1];
        out[o + 2] = data[stride * i + 2];
        continue;
      }
      behind[0] = toLinear[data[stride * i]];
      behind[1] = toLinear[data[stride * i + 1]];
      behind[2] = toLinear[data[stride * i + 2]];
      if (edge) blend(samples, shader, x, y);
      else shade(shader, id, centres, x, y, behind, light);
      const colour = edge ? sum : light;
      out[o] = toSrgb(colour[0]);
      out[o + 1] = toSrgb(colour[1]);
      out[o + 2] = toSrgb(colour[2]);
    }
  }
}

/** The first of a pixel's samples. */
const firstSample = ({ side }: Grid, { scale }: Grid, i: number): number =>
  Math.floor(i / side) * scale * scale * side + (i % side) * scale;

/**
 * Whether an edge passes through a pixel: its samples see several surfaces, or one at depths farther apart than a
 * surface of moderate slope has them.
 */
function isEdge(centres: Grid, samples: Grid, { faces, footprint }: Shader, i: number): boolean {
  const id = centres.ids[i];
  const { scale, side, ids, inverseDepth } = samples;
  const first = firstSample(centres, samples, i);
  let same = true;
  for (let row = 0, s = first; row < scale; row++, s += side) {
    for (let column = 0; column < scale; column++) same = same && ids[s + column] === id;
  }
  if (same) return false;
  if (id < 0) return true;
  const surface = faces.surface[id];
  const own = centres.inverseDepth[i];
  let least = own;
  let most = own;
  for (let row = 0, s = first; row < scale; row++, s += side) {
    for (let column = 0; column < scale; column++) {
      const other = ids[s + column];
      if (other < 0 || faces.surface[other] !== surface) return true;
      const near = inverseDepth[s + column];
      if (near < least) least = near;
      if (near > most) most = near;
    }
  }
  // 1 cm and three widths of a pixel there, as a difference of 1/z.
  return most - least > own * (0.01 * own + 3 * footprint);
}

/** The mean colour of a pixel's samples, to `sum`; each face in it is shaded once, where its first sample lies. */
function blend(samples: Grid, shader: Shader, x: number, y: number): void {
  const { scale, side, left, top, ids } = samples;
  sum.fill(0);
  let last = -2;
  for (let row = y * scale; row < (y + 1) * scale; row++) {
    for (let column = x * scale; column < (x + 1) * scale; column++) {
      const id = ids[(row - top) * side + column - left];
      if (id >= 0 && id !== last) shade(shader, id, samples, column, row, behind, light);
      const colour = id < 0 ? behind : light;
      sum[0] += colour[0];
      sum[1] += colour[1];
      sum[2] += colour[2];
      if (id >= 0) last = id;
    }
  }
  for (let c = 0; c < 3; c++) sum[c] /= scale * scale;
}

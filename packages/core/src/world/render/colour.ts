import type { Image } from "../../image/image.js";
import type { Grid } from "./raster.js";
import { type Shader, shade } from "./shading.js";
import type { Rgb } from "./surface.js";
import { toLinear, toSrgb } from "./tone.js";

const behind = new Float64Array(3);
const light = new Float64Array(3);
const sum = new Float64Array(3);

/**
 * Colours a frame. A pixel whose samples all lie on one piece of surface is shaded once, at its centre; where an edge
 * passes, each sample is shaded and the pixel shows their mean in linear light.
 */
export function drawColour(
  centres: Grid,
  samples: Grid,
  shader: Shader,
  background: Image | Rgb,
  out: Uint8Array,
): void {
  const { width, height, ids } = centres;
  const picture = "data" in background ? background.data : null;
  const channels = "data" in background ? background.channels : 0;
  if (!("data" in background)) for (let c = 0; c < 3; c++) behind[c] = toLinear[background[c]];
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      if (picture !== null) {
        for (let c = 0; c < 3; c++) behind[c] = toLinear[picture[channels * i + c]];
      }
      const kind = samples === centres ? ONE : pixelKind(centres, samples, shader, x, y);
      if (kind === MANY) {
        blend(samples, shader, x, y);
        put(sum, out, 3 * i);
      } else if (ids[i] < 0) put(behind, out, 3 * i);
      else {
        shade(shader, ids[i], centres, x, y, behind, light);
        put(light, out, 3 * i);
      }
    }
  }
}

function put(colour: Float64Array, out: Uint8Array, o: number): void {
  out[o] = toSrgb(colour[0]);
  out[o + 1] = toSrgb(colour[1]);
  out[o + 2] = toSrgb(colour[2]);
}

const ONE = 0;
const MANY = 1;

/**
 * Whether a pixel's samples belong together: all of one face, or all of one surface with depths as close as a surface
 * of moderate slope has them.
 */
function pixelKind(centres: Grid, samples: Grid, { faces, focal }: Shader, x: number, y: number): number {
  const i = y * centres.width + x;
  const id = centres.ids[i];
  const { scale, width, ids, inverseDepth } = samples;
  const surface = id < 0 ? -1 : faces.surface[id];
  let same = true;
  let least = Infinity;
  let most = 0;
  for (let row = 0; row < scale; row++) {
    for (let s = (y * scale + row) * width + x * scale, end = s + scale; s < end; s++) {
      if (ids[s] === id) continue;
      if (id < 0 || ids[s] < 0 || faces.surface[ids[s]] !== surface) return MANY;
      same = false;
      least = Math.min(least, inverseDepth[s]);
      most = Math.max(most, inverseDepth[s]);
    }
  }
  if (same) return ONE;
  const own = centres.inverseDepth[i];
  const range = Math.max(most, own) - Math.min(least, own);
  // 1 cm and three widths of a pixel there, as a difference of 1/z.
  return range > own * (0.01 * own + 3 / Math.sqrt(focal)) ? MANY : ONE;
}

/** The mean colour of a pixel's samples, to `sum`; each face in it is shaded once, where its first sample lies. */
function blend(samples: Grid, shader: Shader, x: number, y: number): void {
  const { scale, width, ids } = samples;
  sum.fill(0);
  let last = -2;
  for (let row = y * scale; row < (y + 1) * scale; row++) {
    for (let column = x * scale; column < (x + 1) * scale; column++) {
      const id = ids[row * width + column];
      if (id < 0) for (let c = 0; c < 3; c++) light[c] = behind[c];
      else if (id !== last) shade(shader, id, samples, column, row, behind, light);
      last = id;
      for (let c = 0; c < 3; c++) sum[c] += light[c];
    }
  }
  for (let c = 0; c < 3; c++) sum[c] /= scale * scale;
}

import type { Image } from "../../image/image.js";
import { toLinear, toSrgb } from "./tone.js";

/** A texture and its halves, quarters …: each level averages the one before in linear light. */
export interface Mips {
  levels: readonly Image[];
}

const known = new WeakMap<Image, Mips>();

/** The coarser copies of a texture, made at the first call. */
export function mipsOf(texture: Image): Mips {
  let mips = known.get(texture);
  if (mips === undefined) known.set(texture, (mips = buildMips(texture)));
  return mips;
}

function buildMips(texture: Image): Mips {
  const levels = [texture];
  for (let last = texture; last.width > 1 || last.height > 1; ) levels.push((last = halve(last)));
  return { levels };
}

/** Half the size, each texel the mean of the up to four it replaces; an odd last row or column counts twice. */
function halve({ width, height, channels, data }: Image): Image {
  const w = Math.max(1, width >> 1);
  const h = Math.max(1, height >> 1);
  const half = new Uint8Array(w * h * channels);
  for (let y = 0, o = 0; y < h; y++) {
    const y0 = 2 * y * width;
    const y1 = Math.min(height - 1, 2 * y + 1) * width;
    for (let x = 0; x < w; x++) {
      const x0 = 2 * x;
      const x1 = Math.min(width - 1, x0 + 1);
      for (let c = 0; c < channels; c++, o++) {
        const p = data[(y0 + x0) * channels + c];
        const q = data[(y0 + x1) * channels + c];
        const r = data[(y1 + x0) * channels + c];
        const s = data[(y1 + x1) * channels + c];
        const mean = (toLinear[p] + toLinear[q] + toLinear[r] + toLinear[s]) / 4;
        half[o] = c === 3 ? (p + q + r + s + 2) >> 2 : toSrgb(mean);
      }
    }
  }
  return { width: w, height: h, channels, data: half };
}

const wrap = (i: number, n: number) => (i >= 0 && i < n ? i : ((i % n) + n) % n);

/**
 * Adds `weight` × the texture at (u, v), red, green, blue in linear light, to `out`: bilinear between texels, whose
 * centres lie at (i + ½) / width.
 */
function addBilinear(
  { width, height, channels, data }: Image,
  u: number,
  v: number,
  weight: number,
  out: Float64Array,
): void {
  const x = (u - Math.floor(u)) * width - 0.5;
  const y = (1 - v + Math.floor(v)) * height - 0.5;
  const left = Math.floor(x);
  const top = Math.floor(y);
  const fx = x - left;
  const fy = y - top;
  const x0 = wrap(left, width) * channels;
  const x1 = wrap(left + 1, width) * channels;
  const y0 = wrap(top, height) * width * channels;
  const y1 = wrap(top + 1, height) * width * channels;
  const p = weight * (1 - fx) * (1 - fy);
  const q = weight * fx * (1 - fy);
  const r = weight * (1 - fx) * fy;
  const s = weight * fx * fy;
  for (let c = 0; c < 3; c++) {
    out[c] +=
      p * toLinear[data[y0 + x0 + c]] +
      q * toLinear[data[y0 + x1 + c]] +
      r * toLinear[data[y1 + x0 + c]] +
      s * toLinear[data[y1 + x1 + c]];
  }
}

const float = new Float32Array(1);
const bits = new Int32Array(float.buffer);

/**
 * Roughly log2 of a positive number, off by 0.09 at most: its exponent, and its fraction taken for that of the
 * logarithm. The true one would cost as much as all the rest of a texture.
 */
function log2(x: number): number {
  float[0] = x;
  return bits[0] / 0x800000 - 127;
}

/**
 * The texture's colour in linear light where `texels` of its texels, an area, fall on one pixel: between the two
 * nearest levels of detail.
 */
export function sampleTexture(
  { levels }: Mips,
  u: number,
  v: number,
  texels: number,
  out: Float64Array,
): void {
  out[0] = out[1] = out[2] = 0;
  const level = texels > 1 ? Math.min(levels.length - 1, 0.5 * log2(texels)) : 0;
  const fine = Math.floor(level);
  const part = level - fine;
  addBilinear(levels[fine], u, v, 1 - part, out);
  if (part > 0) addBilinear(levels[fine + 1], u, v, part, out);
}

/** The texture's alpha at (u, v), 0–255, of the texel there; 255 without a fourth channel. */
export function alphaAt({ width, height, channels, data }: Image, u: number, v: number): number {
  if (channels < 4) return 255;
  const x = Math.min(width - 1, Math.floor((u - Math.floor(u)) * width));
  const y = Math.min(height - 1, Math.floor((1 - v + Math.floor(v)) * height));
  return data[(y * width + x) * channels + 3];
}

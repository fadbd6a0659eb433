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

/** Indices from −1 to n; the texture repeats. */
const wrap = (i: number, n: number) => (i < 0 ? i + n : i >= n ? i - n : i);

/**
 * Adds the texture at `place`, red, green, blue in linear light, to `out`: bilinear between texels, whose centres lie
 * at (i + ½) / width.
 */
function addBilinear({ width, height, channels, data }: Image, place: Float64Array, out: Float64Array): void {
  const u = place[0];
  const v = place[1];
  const weight = place[3];
  const x = (u - Math.floor(u)) * width - 0.5;
  const y = (1 - v + Math.floor(v)) * height - 0.5;
  const left = Math.floor(x);
  const top = Math.floor(y);
  const fx = x - left;
  const fy = y - top;
  const x0 = wrap(left, width);
  const x1 = wrap(left + 1, width);
  const y0 = wrap(top, height) * width;
  const y1 = wrap(top + 1, height) * width;
  const a = (y0 + x0) * channels;
  const b = (y0 + x1) * channels;
  const c = (y1 + x0) * channels;
  const d = (y1 + x1) * channels;
  const p = weight * (1 - fx) * (1 - fy);
  const q = weight * fx * (1 - fy);
  const r = weight * (1 - fx) * fy;
  const s = weight * fx * fy;
  out[0] += p * toLinear[data[a]] + q * toLinear[data[b]] + r * toLinear[data[c]] + s * toLinear[data[d]];
  out[1] +=
    p * toLinear[data[a + 1]] +
    q * toLinear[data[b + 1]] +
    r * toLinear[data[c + 1]] +
    s * toLinear[data[d + 1]];
  out[2] +=
    p * toLinear[data[a + 2]] +
    q * toLinear[data[b + 2]] +
    r * toLinear[data[c + 2]] +
    s * toLinear[data[d + 2]];
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
 * The texture's colour in linear light, between the two nearest levels of detail.
 *
 * @param place u, v, how many of the finest level's texels fall on one pixel (an area), and room for a number; in an
 *   array, since plain numbers of a call that isn't inlined each go onto the heap.
 */
export function sampleTexture({ levels }: Mips, place: Float64Array, out: Float64Array): void {
  out[0] = out[1] = out[2] = 0;
  const level = place[2] > 1 ? Math.min(levels.length - 1, 0.5 * log2(place[2])) : 0;
  const fine = Math.floor(level);
  const part = level - fine;
  place[3] = 1 - part;
  addBilinear(levels[fine], place, out);
  if (part === 0) return;
  place[3] = part;
  addBilinear(levels[fine + 1], place, out);
}

/** The texture's alpha at (u, v), 0–255, of the texel there; 255 without a fourth channel. */
export function alphaAt({ width, height, channels, data }: Image, u: number, v: number): number {
  if (channels < 4) return 255;
  const x = Math.min(width - 1, Math.floor((u - Math.floor(u)) * width));
  const y = Math.min(height - 1, Math.floor((1 - v + Math.floor(v)) * height));
  return data[(y * width + x) * channels + 3];
}

import { MareyError } from "../error.js";
import type { Image } from "./image.js";

/** Width and height in pixels. */
export interface Size {
  width: number;
  height: number;
}

/**
 * Resizes a picture to any size, each axis on its own: averaging the area under a pixel where it shrinks, linear where
 * it grows (OpenCV's INTER_AREA and INTER_LINEAR). Half-pixel centres: `x' = (x + 0.5)·s − 0.5`.
 *
 * @throws MareyError `IMAGE_SIZE` when a side isn't a positive whole number.
 */
export function resize(image: Image, { width, height }: Size): Image {
  const out = blank(width, height, image.channels);
  resizeInto(image, out, { width, height, left: 0, top: 0 }, width / image.width, height / image.height);
  return out;
}

/** An empty picture. @throws MareyError `IMAGE_SIZE` when a side isn't a positive whole number. */
export function blank(width: number, height: number, channels: number): Image {
  if (!(Number.isInteger(width) && width > 0 && Number.isInteger(height) && height > 0))
    throw new MareyError(
      "IMAGE_SIZE",
      "image",
      `its size is ${width}×${height}`,
      "Give whole numbers above 0",
    );
  return { width, height, channels, data: new Uint8Array(width * height * channels) };
}

/** Draws the picture, scaled by exactly `scaleX` and `scaleY`, into a rectangle of `out`, which must lie inside it. */
export function resizeInto(
  image: Image,
  out: Image,
  { width, height, left, top }: Size & { left: number; top: number },
  scaleX: number,
  scaleY: number,
): void {
  if (scaleX === 1 && scaleY === 1 && width <= image.width && height <= image.height) {
    copyInto(image, out, { width, height, left, top });
    return;
  }
  const { channels } = image;
  const across = taps(image.width, width, scaleX);
  const down = taps(image.height, height, scaleY);
  // Neighbouring output rows share at most two source rows: one buffer for even ones and one for odd ones suffice.
  const rows = [new Float32Array(width * channels), new Float32Array(width * channels)];
  const held = [-1, -1];
  const sum = new Float32Array(width * channels);
  for (let y = 0; y < height; y++) {
    sum.fill(0.5); // rounds to nearest when stored
    for (let k = 0; k < down.count[y]; k++) {
      const source = down.first[y] + k;
      const row = rows[source & 1];
      if (held[source & 1] !== source) {
        narrow(image, source, across, row);
        held[source & 1] = source;
      }
      const weight = down.weights[y * down.stride + k];
      for (let i = 0; i < sum.length; i++) sum[i] += weight * row[i];
    }
    out.data.set(sum, ((top + y) * out.width + left) * channels); // a store into Uint8Array cuts the fraction off
  }
}

function copyInto(
  { width: columns, channels, data }: Image,
  out: Image,
  { width, height, left, top }: Size & { left: number; top: number },
): void {
  for (let y = 0; y < height; y++) {
    const from = y * columns * channels;
    out.data.set(data.subarray(from, from + width * channels), ((top + y) * out.width + left) * channels);
  }
}

/** For each output position: the source positions it mixes and their weights, which sum to 1. */
interface Taps {
  first: Int32Array;
  count: Int32Array;
  stride: number;
  weights: Float32Array;
}

function taps(from: number, to: number, scale: number): Taps {
  const stride = scale < 1 ? Math.ceil(1 / scale) + 1 : 2;
  const all = {
    first: new Int32Array(to),
    count: new Int32Array(to),
    stride,
    weights: new Float32Array(to * stride),
  };
  for (let i = 0; i < to; i++) (scale < 1 ? areaTap : linearTap)(all, i, from, scale);
  return all;
}

function areaTap({ first, count, stride, weights }: Taps, i: number, from: number, scale: number): void {
  const begin = Math.min(i / scale, from - 1);
  const end = Math.min((i + 1) / scale, from);
  first[i] = Math.floor(begin);
  count[i] = Math.max(1, Math.min(stride, Math.ceil(end - 1e-9) - first[i]));
  for (let k = 0; k < count[i]; k++) {
    const covered = Math.min(end, first[i] + k + 1) - Math.max(begin, first[i] + k);
    weights[i * stride + k] = covered / (end - begin);
  }
}

function linearTap({ first, count, stride, weights }: Taps, i: number, from: number, scale: number): void {
  const x = Math.max(0, Math.min(from - 1, (i + 0.5) / scale - 0.5));
  first[i] = Math.floor(x);
  const part = x - first[i];
  count[i] = part > 0 ? 2 : 1;
  weights[i * stride] = 1 - part;
  weights[i * stride + 1] = part;
}

/** Filters one source row across into `row`. */
function narrow(image: Image, y: number, { first, count, stride, weights }: Taps, row: Float32Array): void {
  const { data, channels } = image;
  const start = y * image.width * channels;
  for (let x = 0, o = 0; o < row.length; x++, o += channels) {
    const from = start + first[x] * channels;
    const w = x * stride;
    if (channels === 3) {
      let r = 0;
      let g = 0;
      let b = 0;
      for (let k = 0, i = from; k < count[x]; k++, i += 3) {
        const weight = weights[w + k];
        r += weight * data[i];
        g += weight * data[i + 1];
        b += weight * data[i + 2];
      }
      row[o] = r;
      row[o + 1] = g;
      row[o + 2] = b;
    } else
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let k = 0; k < count[x]; k++) sum += weights[w + k] * data[from + k * channels + c];
        row[o + c] = sum;
      }
  }
}

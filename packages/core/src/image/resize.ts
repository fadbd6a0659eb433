import { MareyError } from "../error.js";
import type { Image } from "./image.js";
import { areaTap, fillTaps, linearTap, resample } from "./resample.js";

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
  const across = axisTaps(image.width, width, scaleX);
  const down = axisTaps(image.height, height, scaleY);
  resample(image, fillTaps(across, down), out, { width, height, left, top });
}

/** Averages of areas where the picture shrinks, the line between neighbours where it grows. */
function axisTaps(from: number, length: number, scale: number): Parameters<typeof fillTaps>[0] {
  const position = (i: number) => Math.max(0, Math.min(from - 1, (i + 0.5) / scale - 0.5));
  return scale < 1
    ? {
        length,
        stride: Math.ceil(1 / scale) + 1,
        fill: (taps, i) => areaTap(taps, i, Math.min(i / scale, from - 1), Math.min((i + 1) / scale, from)),
      }
    : { length, stride: 2, fill: (taps, i) => linearTap(taps, i, position(i), from) };
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

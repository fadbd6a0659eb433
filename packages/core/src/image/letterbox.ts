import type { Image } from "./image.js";
import { blank, resizeInto, type Size } from "./resize.js";

/** Where a fitted picture lies. */
export interface Placement {
  /**
   * `x' = (x + 0.5)·scale − 0.5 + left` and `y' = (y + 0.5)·scale − 0.5 + top` take source pixels to the letterbox,
   * exactly: both axes have this one scale whatever the rounding of the size.
   */
  scale: number;
  left: number;
  top: number;
}

/** A picture fitted into another size, and where it lies in there. */
export interface Letterbox extends Placement {
  image: Image;
}

export interface LetterboxOptions {
  /** Where the picture lies: in the middle, or at the top left with the margin right and below. */
  place?: "centre" | "topLeft";
  /** Value of the bytes around it; 0 when absent. */
  fill?: number;
  /** The largest with which the picture fits when absent. */
  scale?: number;
}

/**
 * Scales a picture to fit a size, keeping its aspect, and fills the rest.
 *
 * @throws MareyError `IMAGE_SIZE` when a side isn't a positive whole number.
 */
export function letterbox(
  image: Image,
  { width, height }: Size,
  place: "centre" | "topLeft" = "centre",
  fill = 0,
): Letterbox {
  const out = blank(width, height, image.channels);
  return { image: out, ...letterboxInto(image, out, { place, fill }) };
}

/** As `letterbox`, into a picture that is there; all of it is overwritten. */
export function letterboxInto(
  image: Image,
  canvas: Image,
  { place = "centre", fill = 0, scale = fittingScale(image, canvas) }: LetterboxOptions = {},
): Placement {
  const { width, height } = canvas;
  const inner = {
    width: Math.max(1, Math.min(width, Math.round(image.width * scale))),
    height: Math.max(1, Math.min(height, Math.round(image.height * scale))),
  };
  const left = place === "centre" ? (width - inner.width) >> 1 : 0;
  const top = place === "centre" ? (height - inner.height) >> 1 : 0;
  if (inner.width < width || inner.height < height) canvas.data.fill(fill);
  resizeInto(image, canvas, { ...inner, left, top }, scale, scale);
  return { scale, left, top };
}

const fittingScale = (image: Size, { width, height }: Size) =>
  Math.min(width / image.width, height / image.height);

/** Takes pixels of the letterbox to pixels of the picture, 2×3 row by row. */
export function letterboxToPicture({ scale, left, top }: Placement): Float64Array {
  const shift = (start: number) => (0.5 - start) / scale - 0.5;
  return Float64Array.of(1 / scale, 0, shift(left), 0, 1 / scale, shift(top));
}

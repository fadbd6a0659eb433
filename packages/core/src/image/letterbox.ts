import type { Image } from "./image.js";
import { blank, resizeInto, type Size } from "./resize.js";

/** A picture fitted into another size, and where it lies in there. */
export interface Letterbox {
  image: Image;
  /**
   * `x' = (x + 0.5)·scale − 0.5 + left` and `y' = (y + 0.5)·scale − 0.5 + top` take source pixels to the letterbox,
   * exactly: both axes have this one scale whatever the rounding of the size.
   */
  scale: number;
  left: number;
  top: number;
}

/**
 * Scales a picture to fit a size, keeping its aspect, and fills the rest with `fill`.
 *
 * @param place Where the picture lies: in the middle, or at the top left with the margin right and below.
 * @throws MareyError `IMAGE_SIZE` when a side isn't a positive whole number.
 */
export function letterbox(
  image: Image,
  { width, height }: Size,
  place: "centre" | "topLeft" = "centre",
  fill = 0,
): Letterbox {
  const out = blank(width, height, image.channels);
  if (fill !== 0) out.data.fill(fill);
  const scale = Math.min(width / image.width, height / image.height);
  const inner = {
    width: Math.max(1, Math.min(width, Math.round(image.width * scale))),
    height: Math.max(1, Math.min(height, Math.round(image.height * scale))),
  };
  const left = place === "centre" ? (width - inner.width) >> 1 : 0;
  const top = place === "centre" ? (height - inner.height) >> 1 : 0;
  resizeInto(image, out, { ...inner, left, top }, scale, scale);
  return { image: out, scale, left, top };
}

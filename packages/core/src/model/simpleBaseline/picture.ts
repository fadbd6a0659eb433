import { MareyError } from "../../error.js";
import type { Image } from "../../image/image.js";

/** ImageNet's mean and deviation of red, green and blue, grey levels from 0 to 1. */
export const COLOUR = { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] } as const;

/**
 * Writes a picture as the network sees it: a plane for each of red, green and blue, (level / 255 − mean) / deviation.
 *
 * @param values 3×height×width from `offset` on.
 * @throws MareyError `IMAGE_SIZE` when the picture isn't RGB.
 */
export function writePicture(
  { width, height, channels, data }: Image,
  values: Float32Array,
  offset = 0,
): void {
  if (channels !== 3)
    throw new MareyError(
      "IMAGE_SIZE",
      "a person's crop",
      `it has ${channels} channels, expected 3`,
      "Decode pictures to RGB",
    );
  const cells = width * height;
  for (let c = 0; c < 3; c++) {
    const scale = 1 / (255 * COLOUR.deviation[c]);
    const shift = -COLOUR.mean[c] / COLOUR.deviation[c];
    for (let i = 0, p = c, o = offset + c * cells; i < cells; i++, p += 3)
      values[o + i] = data[p] * scale + shift;
  }
}

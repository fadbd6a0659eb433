import type { Image } from "./image.js";
import { blank, type Size } from "./resize.js";

/** Which weights of red, green and blue make luma. */
export type ColourMatrix = "bt601" | "bt709" | "bt2020";

/**
 * A picture as video holds it (4:2:0, luma from 16 to 235): what is drawn on such needn't be made RGB and back. Sides of
 * chroma are halves, rounded up, of the picture's.
 */
export interface Planes extends Size {
  /** One channel. */
  luma: Image;
  /** Two channels: towards blue and towards red, 128 for neither. */
  chroma: Image;
  matrix: ColourMatrix;
}

/** What can be drawn on: RGB, or a video's planes. */
export type Canvas = Image | Planes;

export const isPlanes = (canvas: Canvas): canvas is Planes => "chroma" in canvas;

/** Black planes. @throws MareyError `IMAGE_SIZE` when a side isn't a positive whole number. */
export function blankPlanes({ width, height }: Size, matrix: ColourMatrix): Planes {
  const luma = blank(width, height, 1);
  const chroma = blank((width + 1) >> 1, (height + 1) >> 1, 2);
  luma.data.fill(16);
  chroma.data.fill(128);
  return { width, height, luma, chroma, matrix };
}

/** Shares of red and blue in luma: ITU-R BT.601, BT.709, BT.2020. */
const shares: Record<ColourMatrix, readonly [red: number, blue: number]> = {
  bt601: [0.299, 0.114],
  bt709: [0.2126, 0.0722],
  bt2020: [0.2627, 0.0593],
};

/** A colour as planes hold it, not rounded. */
export function planeColour(
  [red, green, blue]: readonly [red: number, green: number, blue: number],
  matrix: ColourMatrix,
): { luma: [number]; chroma: [number, number] } {
  const [r, b] = shares[matrix];
  const luma = r * red + (1 - r - b) * green + b * blue;
  return {
    luma: [16 + (219 / 255) * luma],
    chroma: [128 + ((112 / 255) * (blue - luma)) / (1 - b), 128 + ((112 / 255) * (red - luma)) / (1 - r)],
  };
}

/** As RGB. */
export function planesToImage({ width, height, luma, chroma, matrix }: Planes): Image {
  const out = blank(width, height, 3);
  const [r, b] = shares[matrix];
  const toRed = ((1 - r) * 255) / 112;
  const toBlue = ((1 - b) * 255) / 112;
  const toGreen = -1 / (1 - r - b);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      const c = 2 * ((y >> 1) * chroma.width + (x >> 1));
      const grey = (luma.data[i] - 16) * (255 / 219);
      const blue = (chroma.data[c] - 128) * toBlue;
      const red = (chroma.data[c + 1] - 128) * toRed;
      out.data[3 * i] = byte(grey + red);
      out.data[3 * i + 1] = byte(grey + toGreen * (r * red + b * blue));
      out.data[3 * i + 2] = byte(grey + blue);
    }
  return out;
}

const byte = (value: number) => Math.max(0, Math.min(255, Math.round(value)));

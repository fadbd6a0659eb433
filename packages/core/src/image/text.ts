import { type Colour, drawBox, drawLine, type Paint } from "./draw.js";
import { glyph } from "./glyphs.js";
import type { Canvas } from "./planes.js";

/** A unit of the font's grid, as a share of the height of capitals. */
const unit = 1 / 6;
/** Between signs, and the breadth of strokes, in grid units. */
const gap = 1.9;
const breadth = 0.95;

/** Width in pixels of a line of text whose capitals are `size` pixels high. */
export function textWidth(text: string, size: number): number {
  const units = [...text].reduce((sum, character) => sum + glyph(character).width + gap, -gap);
  return text === "" ? 0 : units * size * unit;
}

/**
 * Writes a line of ASCII text in place; other characters become question marks.
 *
 * @param at x, y of the left end of the base line, pixels.
 * @param size Height of capitals, pixels.
 */
export function drawText(
  image: Canvas,
  text: string,
  at: readonly [number, number],
  size: number,
  paint: Paint,
): void {
  const scale = size * unit;
  const top = at[1] - size;
  let left = at[0];
  for (const character of text) {
    const { lines, width } = glyph(character);
    for (const line of lines)
      for (let i = 0; i + 3 < line.length; i += 2)
        drawLine(
          image,
          [left + line[i] * scale, top + line[i + 1] * scale],
          [left + line[i + 2] * scale, top + line[i + 3] * scale],
          Math.max(1, breadth * scale),
          paint,
        );
    left += (width + gap) * scale;
  }
}

/**
 * Writes text on a plate of the given colour, dark or light so that it can be read; the plate is moved to lie inside
 * the picture.
 *
 * @param at x, y of the middle of the plate's lower edge, pixels.
 * @param size Height of capitals, pixels.
 */
export function drawLabel(
  image: Canvas,
  text: string,
  at: readonly [number, number],
  size: number,
  { colour, opacity = 1 }: Paint,
): void {
  const pad = size * 0.55;
  const width = textWidth(text, size) + 2 * pad;
  const height = size + 2 * pad;
  const left = Math.max(0, Math.min(image.width - 1 - width, at[0] - width / 2));
  const top = Math.max(0, Math.min(image.height - 1 - height, at[1] - height));
  drawBox(image, [left, top, left + width, top + height], { colour, opacity, corner: height * 0.28 });
  drawText(image, text, [left + pad, top + pad + size], size, { colour: readableOn(colour), opacity });
}

/** Near black or white, whichever contrasts more (luma of BT.601). */
function readableOn([red, green, blue]: Colour): Colour {
  return 0.299 * red + 0.587 * green + 0.114 * blue > 128 ? [16, 18, 22] : [255, 255, 255];
}

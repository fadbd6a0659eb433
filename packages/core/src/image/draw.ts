import type { Image } from "./image.js";
import { type Canvas, isPlanes, type Planes, planeColour } from "./planes.js";

/** Red, green, blue, 0..255. */
export type Colour = readonly [red: number, green: number, blue: number];

/** How a shape is put on a picture. */
export interface Paint {
  colour: Colour;
  /** 0..1; 1 when absent. */
  opacity?: number;
}

/** The same in the planes of a canvas: luma as large as the picture, chroma half as large. */
function onPlanes(
  { luma, chroma, matrix }: Planes,
  colour: Colour,
  draw: (plane: Image, colour: readonly number[], place: (value: number) => number, scale: number) => void,
): void {
  const own = planeColour(colour, matrix);
  draw(luma, own.luma, (value) => value, 1);
  draw(chroma, own.chroma, (value) => value / 2 - 0.25, 0.5);
}

/** Mixes a colour into one pixel; `share` 0..1. */
function mix(
  { data, width, channels }: Image,
  x: number,
  y: number,
  colour: readonly number[],
  share: number,
): void {
  const i = (y * width + x) * channels;
  for (let c = 0; c < channels && c < 3; c++) data[i + c] += (colour[c] - data[i + c]) * share + 0.5;
}

/**
 * Draws an anti-aliased line with round ends, in place; what lies outside the picture is cut off.
 *
 * @param from x, y, pixels. @param to x, y, pixels. @param width Pixels.
 */
export function drawLine(
  canvas: Canvas,
  from: readonly [number, number],
  to: readonly [number, number],
  width: number,
  { colour, opacity = 1 }: Paint,
): void {
  if (!isPlanes(canvas)) line(canvas, from, to, width, colour, opacity);
  else
    onPlanes(canvas, colour, (plane, own, place, scale) =>
      line(
        plane,
        [place(from[0]), place(from[1])],
        [place(to[0]), place(to[1])],
        width * scale,
        own,
        opacity,
      ),
    );
}

function line(
  image: Image,
  from: readonly [number, number],
  to: readonly [number, number],
  width: number,
  colour: readonly number[],
  opacity: number,
): void {
  const [ax, ay] = from;
  const dx = to[0] - ax;
  const dy = to[1] - ay;
  const length2 = dx * dx + dy * dy;
  const perLength2 = length2 === 0 ? 0 : 1 / length2;
  const reach = width / 2 + 0.5;
  if (!Number.isFinite(length2) || !(width > 0)) return;
  // On a row the line covers at most this much to each side of its middle.
  const half = dy === 0 ? Number.POSITIVE_INFINITY : (reach * Math.sqrt(length2)) / Math.abs(dy);
  const top = Math.max(0, Math.ceil(Math.min(ay, to[1]) - reach));
  const bottom = Math.min(image.height - 1, Math.floor(Math.max(ay, to[1]) + reach));
  for (let y = top; y <= bottom; y++) {
    const middle = dy === 0 ? ax : ax + ((y - ay) * dx) / dy;
    const left = Math.max(0, Math.ceil(Math.max(middle - half, Math.min(ax, to[0]) - reach)));
    const right = Math.min(image.width - 1, Math.floor(Math.min(middle + half, Math.max(ax, to[0]) + reach)));
    for (let x = left; x <= right; x++) {
      const u = x - ax;
      const v = y - ay;
      const along = Math.max(0, Math.min(1, (u * dx + v * dy) * perLength2));
      const distance = Math.sqrt((u - along * dx) ** 2 + (v - along * dy) ** 2);
      const cover = Math.min(1, reach - distance, width);
      if (cover > 0) mix(image, x, y, colour, cover * opacity);
    }
  }
}

/** Draws an anti-aliased disc in place. @param centre x, y, pixels. @param radius Pixels. */
export function drawDisc(
  canvas: Canvas,
  centre: readonly [number, number],
  radius: number,
  paint: Paint,
): void {
  drawLine(canvas, centre, centre, 2 * radius, paint);
}

/** A box to draw. */
export interface BoxPaint extends Paint {
  /** Width of the outline in pixels; filled when absent. */
  width?: number;
  /** Radius of its corners in pixels; 0 when absent. */
  corner?: number;
}

/** Draws a box, outlined or filled, in place. @param box Left, top, right, bottom, pixels. */
export function drawBox(
  canvas: Canvas,
  edges: readonly [number, number, number, number],
  { colour, opacity = 1, width, corner = 0 }: BoxPaint,
): void {
  if (!isPlanes(canvas)) box(canvas, edges, width, corner, colour, opacity);
  else
    onPlanes(canvas, colour, (plane, own, place, scale) => {
      const [left, top, right, bottom] = edges;
      const placed = [place(left), place(top), place(right), place(bottom)] as const;
      box(plane, placed, width === undefined ? undefined : width * scale, corner * scale, own, opacity);
    });
}

function box(
  image: Image,
  [left, top, right, bottom]: readonly [number, number, number, number],
  width: number | undefined,
  corner: number,
  colour: readonly number[],
  opacity: number,
): void {
  const halfWidth = (right - left) / 2;
  const halfHeight = (bottom - top) / 2;
  if (!(halfWidth >= 0 && halfHeight >= 0)) return;
  const radius = Math.min(corner, halfWidth, halfHeight);
  const reach = (width ?? 0) / 2 + 0.5;
  const band = reach + radius;
  const lastX = Math.min(image.width - 1, Math.floor(right + reach));
  const lastY = Math.min(image.height - 1, Math.floor(bottom + reach));
  for (let y = Math.max(0, Math.ceil(top - reach)); y <= lastY; y++) {
    const hollow = width !== undefined && y > top + band && y < bottom - band;
    for (let x = Math.max(0, Math.ceil(left - reach)); x <= lastX; x++) {
      if (hollow && x > left + band && x < right - band) x = Math.ceil(right - band);
      if (x > lastX) break;
      // Signed distance to the rounded outline, negative inside.
      const u = Math.abs(x - left - halfWidth) - halfWidth + radius;
      const v = Math.abs(y - top - halfHeight) - halfHeight + radius;
      const distance =
        Math.sqrt(Math.max(u, 0) ** 2 + Math.max(v, 0) ** 2) + Math.min(Math.max(u, v), 0) - radius;
      const cover = Math.min(1, width === undefined ? 0.5 - distance : reach - Math.abs(distance));
      if (cover > 0) mix(image, x, y, colour, cover * opacity);
    }
  }
}

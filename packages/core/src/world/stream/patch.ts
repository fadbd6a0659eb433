import type { Random } from "../../array/random.js";
import type { Image } from "../../image/image.js";
import type { Sample } from "./sample.js";

/** Something in front of a picture: a turned rectangle or ellipse, plain, or showing another part of the picture. */
export interface Patch {
  shape: "rectangle" | "ellipse";
  /** Its middle and its sides, pixels. */
  x: number;
  y: number;
  width: number;
  height: number;
  /** Radians. */
  angle: number;
  /** A colour, or where the part of the picture lies that it shows, pixels aside and below. */
  fill: { colour: readonly [number, number, number] } | { from: readonly [number, number] };
}

/** A patch of up to `size` of the picture's sides, anywhere in it. */
export function drawPatch(chance: Random, { width, height }: Image, size: number): Patch {
  const side = Math.sqrt(width * height) * chance.uniform(0.15, 1) * size;
  const aspect = Math.exp(chance.normal(0, 0.5));
  const colour = () => chance.integer(256);
  return {
    shape: chance.uniform() < 0.5 ? "rectangle" : "ellipse",
    x: chance.uniform(0, width),
    y: chance.uniform(0, height),
    width: side * Math.sqrt(aspect),
    height: side / Math.sqrt(aspect),
    angle: chance.uniform(0, Math.PI),
    fill:
      chance.uniform() < 0.5
        ? { colour: [colour(), colour(), colour()] }
        : { from: [chance.uniform(-0.6, 0.6) * width, chance.uniform(-0.6, 0.6) * height] },
  };
}

/** Puts a patch before a sample, in place; joints behind it that were visible are hidden. */
export function putPatch({ image, people }: Sample, patch: Patch): void {
  paint(image, patch);
  for (const { keypoints } of people)
    for (let i = 0; i < keypoints.length; i += 3)
      if (keypoints[i + 2] === 2 && covers(patch, keypoints[i], keypoints[i + 1])) keypoints[i + 2] = 1;
}

function covers({ shape, x, y, width, height, angle }: Patch, px: number, py: number): boolean {
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  const u = (2 * (c * (px - x) + s * (py - y))) / width;
  const v = (2 * (c * (py - y) - s * (px - x))) / height;
  return shape === "rectangle" ? Math.abs(u) <= 1 && Math.abs(v) <= 1 : u * u + v * v <= 1;
}

function paint(image: Image, patch: Patch): void {
  const { width, height, data } = image;
  const { x, y, fill } = patch;
  const reach = Math.hypot(patch.width, patch.height) / 2;
  // What a patch shows must be what was there before it came.
  const before = "from" in fill ? data.slice() : data;
  const clamp = (value: number, limit: number) => Math.max(0, Math.min(limit - 1, Math.round(value)));
  const [left, right] = [clamp(x - reach, width), clamp(x + reach, width)];
  const [top, bottom] = [clamp(y - reach, height), clamp(y + reach, height)];
  for (let row = top; row <= bottom; row++)
    for (let column = left; column <= right; column++) {
      if (!covers(patch, column, row)) continue;
      const o = 3 * (row * width + column);
      if ("colour" in fill) {
        for (let c = 0; c < 3; c++) data[o + c] = fill.colour[c];
        continue;
      }
      const at = 3 * (clamp(row + fill.from[1], height) * width + clamp(column + fill.from[0], width));
      for (let c = 0; c < 3; c++) data[o + c] = before[at + c];
    }
}

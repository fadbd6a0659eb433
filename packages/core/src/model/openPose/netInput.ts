import type { Image } from "../../image/image.js";
import type { Affine } from "../../image/warp.js";
import type { NetSize } from "./netSize.js";

/** Positions are rounded to this part of a pixel, as OpenCV's warps do. */
const PARTS = 32;

/**
 * Draws a picture into a network's input as OpenPose does: scaled into the top left corner, the rest black.
 *
 * @param out 3×height×width: blue, green, red as byte / 256 − 0.5; overwritten.
 */
export function drawNetInput(image: Image, { width, height, scale }: NetSize, out: Float32Array): void {
  drawAffine(image, [1 / scale, 0, 0, 0, 1 / scale, 0], width, height, scale > 1 ? "cubic" : "linear", out);
}

/**
 * Draws a picture into a network's input through a map without rotation.
 *
 * Bytes are made first and then scaled, as OpenCV does it, so that the values equal those that the networks saw in
 * training; that package's averaging of areas (INTER_AREA) is none in warps, and isn't here.
 *
 * @param matrix Pixels of the input → pixels of the picture; the entries off the diagonal are 0.
 * @param kind Of interpolation.
 * @param out 3×height×width: blue, green, red as byte / 256 − 0.5; overwritten.
 * @param border Byte outside the picture: black unless given.
 */
export function drawAffine(
  image: Image,
  matrix: Affine,
  width: number,
  height: number,
  kind: "linear" | "cubic",
  out: Float32Array,
  border = 0,
): void {
  const across = tapsOf(matrix[0], matrix[2], width, image.width, image.channels, kind);
  const down = tapsOf(matrix[4], matrix[5], height, image.height, image.width * image.channels, kind);
  const plane = width * height;
  for (let c = 0; c < 3; c++) {
    const from = image.channels >= 3 ? 2 - c : 0;
    for (let y = 0; y < height; y++)
      drawRow(image.data, from, across, down, y, width, border, out, c * plane + y * width);
  }
}

/** Of each output position: where its first tap lies in the data, and the weights. */
interface Taps {
  readonly count: number;
  readonly at: Int32Array;
  /** 0 for taps outside the picture. */
  readonly weight: Float64Array;
  /** Whether any tap lies inside. */
  readonly inside: Uint8Array;
}

function tapsOf(
  factor: number,
  shift: number,
  length: number,
  size: number,
  step: number,
  kind: "linear" | "cubic",
): Taps {
  const count = kind === "linear" ? 2 : 4;
  const taps = {
    count,
    at: new Int32Array(length * count),
    weight: new Float64Array(length * count),
    inside: new Uint8Array(length),
  };
  for (let i = 0; i < length; i++) {
    const place = Math.round((i * factor + shift) * PARTS);
    const whole = Math.floor(place / PARTS);
    const part = place / PARTS - whole;
    for (let k = 0; k < count; k++) {
      const source = whole + k - (count / 2 - 1);
      if (source < 0 || source >= size) continue;
      taps.at[i * count + k] = source * step;
      taps.weight[i * count + k] =
        kind === "linear" ? Math.abs(1 - k - part) : cubic(Math.abs(part - (k - 1)));
      taps.inside[i] = 1;
    }
  }
  return taps;
}

/** Keys' kernel as OpenCV has it. */
function cubic(d: number): number {
  if (d >= 2) return 0;
  return d <= 1 ? (1.25 * d - 2.25) * d * d + 1 : ((-0.75 * d + 3.75) * d - 6) * d + 3;
}

function drawRow(
  data: Uint8Array,
  from: number,
  across: Taps,
  down: Taps,
  y: number,
  width: number,
  border: number,
  out: Float32Array,
  to: number,
): void {
  const empty = border / 256 - 0.5;
  if (!down.inside[y]) {
    out.fill(empty, to, to + width);
    return;
  }
  const { count } = across;
  for (let x = 0; x < width; x++) {
    if (!across.inside[x]) {
      out[to + x] = empty;
      continue;
    }
    // Differences from the border: taps outside, whose weights are 0, count as the border then.
    let sum = border;
    for (let j = y * count; j < (y + 1) * count; j++) {
      const row = from + down.at[j];
      let along = 0;
      for (let k = x * count; k < (x + 1) * count; k++)
        along += across.weight[k] * (data[row + across.at[k]] - border);
      sum += down.weight[j] * along;
    }
    out[to + x] = Math.max(0, Math.min(255, Math.round(sum))) / 256 - 0.5;
  }
}

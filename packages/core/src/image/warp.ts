import type { Image } from "./image.js";
import { fillTaps, linearTap, resample, type Taps } from "./resample.js";
import { blank } from "./resize.js";

/** A 2×3 matrix, row-major, that takes output pixels to input pixels: `x = m0·x' + m1·y' + m2`. */
export type Affine = ArrayLike<number>;

/**
 * The matrix of a turned rectangle cut out of a picture, for `warpAffine`. It also takes points found in the crop back
 * to the picture.
 *
 * @param centre x, y of the rectangle's centre, input pixels.
 * @param size Width and height of the rectangle, input pixels; one number for a square.
 * @param rotation Radians; positive turns the rectangle's x axis towards y (clockwise on screen).
 * @param out Width and height of the crop, output pixels; one number for a square.
 */
export function cropMatrix(
  centre: readonly [number, number],
  size: number | readonly [number, number],
  rotation: number,
  out: number | readonly [number, number],
): Float64Array {
  const [width, height] = typeof size === "number" ? [size, size] : size;
  const [columns, rows] = typeof out === "number" ? [out, out] : out;
  const c = Math.cos(rotation);
  const s = Math.sin(rotation);
  const sx = width / columns;
  const sy = height / rows;
  // Output pixel centres stand (columns − 1)/2 before and after the middle of the crop.
  const x = ((columns - 1) / 2) * sx;
  const y = ((rows - 1) / 2) * sy;
  return Float64Array.of(
    c * sx,
    -s * sy,
    centre[0] - c * x + s * y,
    s * sx,
    c * sy,
    centre[1] - s * x - c * y,
  );
}

/**
 * Draws the picture through an affine map; outside it everything is `border`. Bilinear; where the map shrinks by more
 * than 2, the mean of 2×2 nearest samples (3×3 beyond 4) against aliasing: true averages would cost as much as the
 * network that looks at the crop.
 *
 * @param matrix Output → input, see `cropMatrix`.
 * @param out Buffer of width × height × channels bytes to reuse; the returned picture holds it. Nothing else is
 *   allocated.
 * @throws MareyError `IMAGE_SIZE` when a side isn't a positive whole number.
 */
export function warpAffine(
  image: Image,
  matrix: Affine,
  width: number,
  height: number,
  out?: Uint8Array,
  border = 0,
): Image {
  const target = out
    ? { width, height, channels: image.channels, data: out }
    : blank(width, height, image.channels);
  const shrinkage = Math.sqrt(Math.abs(matrix[0] * matrix[4] - matrix[1] * matrix[3]));
  if (shrinkage > 2) sampleGrid(image, matrix, target, border, shrinkage > 4 ? 3 : 2);
  else if (isUpright(matrix)) sampleUpright(image, matrix, target, border);
  else sampleLinear(image, matrix, target, border);
  return target;
}

/** Maps that don't turn and that enlarge: there, taking each axis by itself is quicker. */
const isUpright = (m: Affine) => m[1] === 0 && m[3] === 0 && m[0] > 0 && m[0] <= 1 && m[4] > 0 && m[4] <= 1;

/** As `sampleLinear` of such a map, each axis by itself. */
function sampleUpright(image: Image, m: Affine, out: Image, border: number): void {
  const { width, height, channels } = image;
  const bounds = (a: number, b: number, limit: number, count: number) =>
    [true, false].map((first) => inside(a, b, 0, 0, limit, 1, count, first)) as [number, number];
  const [left, right] = bounds(m[0], m[2], width - 1, out.width);
  const [top, bottom] = bounds(m[4], m[5], height - 1, out.height);
  const rectangle = { left, top, width: right - left, height: bottom - top };
  const isInside = rectangle.width > 0 && rectangle.height > 0;
  for (let y = 0; y < out.height; y++) {
    const isAcross = isInside && y >= top && y < bottom;
    for (let x = 0; x < out.width; x++)
      if (isAcross && x === left) x = right - 1;
      else
        edgeLinear(image, m[0] * x + m[2], m[4] * y + m[5], out.data, (y * out.width + x) * channels, border);
  }
  if (!isInside) return;
  const axis = (a: number, b: number, begin: number, length: number, from: number) => ({
    length,
    stride: 2,
    fill: (taps: Taps, i: number) => linearTap(taps, i, a * (begin + i) + b, from),
  });
  const across = axis(m[0], m[2], left, rectangle.width, width);
  const down = axis(m[4], m[5], top, rectangle.height, height);
  resample(image, fillTaps(across, down), out, rectangle);
}

function sampleLinear(image: Image, m: Affine, out: Image, border: number): void {
  const { channels } = image;
  for (let y = 0; y < out.height; y++) {
    const u0 = m[1] * y + m[2];
    const v0 = m[4] * y + m[5];
    const begin = inside(m[0], u0, m[3], v0, image.width - 1, image.height - 1, out.width, true);
    const end = inside(m[0], u0, m[3], v0, image.width - 1, image.height - 1, out.width, false);
    const o = y * out.width * channels;
    for (let x = 0; x < out.width; x++)
      if (x < begin || x >= end)
        edgeLinear(image, m[0] * x + u0, m[3] * x + v0, out.data, o + x * channels, border);
      else x = linearRow(image, out.data, o, x, end, m[0], u0, m[3], v0) - 1;
  }
}

/** Bilinear samples of output columns `x` to `end` of one row, all inside the picture. @returns `end`. */
function linearRow(
  { width, channels, data }: Image,
  out: Uint8Array,
  o: number,
  x: number,
  end: number,
  a: number,
  u0: number,
  b: number,
  v0: number,
): number {
  const row = width * channels;
  for (; x < end; x++) {
    const u = a * x + u0;
    const v = b * x + v0;
    const left = u | 0;
    const top = v | 0;
    // 10 bits of fraction keep the sums in small integers, within 0.2 of a grey level.
    const fu = ((u - left) * 1024) | 0;
    const fv = ((v - top) * 1024) | 0;
    const w11 = (fu * fv) >> 10;
    const w10 = fv - w11;
    const w01 = fu - w11;
    const w00 = 1024 - fu - w10;
    let i = top * row + left * channels;
    let p = o + x * channels;
    if (channels === 3) {
      const j = i + row;
      out[p] = (w00 * data[i] + w01 * data[i + 3] + w10 * data[j] + w11 * data[j + 3] + 512) >> 10;
      out[p + 1] =
        (w00 * data[i + 1] + w01 * data[i + 4] + w10 * data[j + 1] + w11 * data[j + 4] + 512) >> 10;
      out[p + 2] =
        (w00 * data[i + 2] + w01 * data[i + 5] + w10 * data[j + 2] + w11 * data[j + 5] + 512) >> 10;
    } else
      for (const last = i + channels; i < last; i++, p++) {
        const below = w10 * data[i + row] + w11 * data[i + row + channels];
        out[p] = (w00 * data[i] + w01 * data[i + channels] + below + 512) >> 10;
      }
  }
  return end;
}

/**
 * The columns of one output row whose samples lie safely inside: first of them, or one past the last. They satisfy
 * 0 ≤ a·x + u < right and 0 ≤ b·x + v < bottom with a margin for rounding.
 */
function inside(
  a: number,
  u: number,
  b: number,
  v: number,
  right: number,
  bottom: number,
  columns: number,
  first: boolean,
): number {
  let low = 0;
  let high = columns;
  for (let axis = 0; axis < 2; axis++) {
    const slope = axis === 0 ? a : b;
    const offset = axis === 0 ? u : v;
    const limit = (axis === 0 ? right : bottom) - 1e-6;
    if (slope === 0) {
      if (!(offset >= 0 && offset < limit)) return 0;
      continue;
    }
    const t0 = (1e-6 - offset) / slope;
    const t1 = (limit - offset) / slope;
    low = Math.max(low, Math.ceil(Math.min(t0, t1)));
    high = Math.min(high, Math.floor(Math.max(t0, t1)) + 1);
  }
  if (!(low < high)) return 0;
  return first ? low : high;
}

/** A bilinear sample at the picture's edge or outside: what lies outside counts as `border`. */
function edgeLinear(image: Image, u: number, v: number, out: Uint8Array, o: number, border: number): void {
  const { width, height, channels, data } = image;
  const left = Math.floor(u);
  const top = Math.floor(v);
  const fu = u - left;
  const fv = v - top;
  for (let c = 0; c < channels; c++) {
    let sum = 0.5;
    for (let k = 0; k < 4; k++) {
      const x = left + (k & 1);
      const y = top + (k >> 1);
      const weight = (k & 1 ? fu : 1 - fu) * (k >> 1 ? fv : 1 - fv);
      const seen = x >= 0 && x < width && y >= 0 && y < height;
      sum += weight * (seen ? data[(y * width + x) * channels + c] : border);
    }
    out[o + c] = sum;
  }
}

/** Where the samples of a grid lie from the middle one, in pixels of the input; at most 3×3 of them. */
const stepsAcross = new Int32Array(9);
const stepsDown = new Int32Array(9);
const stepsInData = new Int32Array(9);

/**
 * Means of n×n nearest samples spread evenly over each output pixel. The samples' distances are rounded once for the
 * whole picture, so that a sample costs one addition.
 */
function sampleGrid(image: Image, m: Affine, out: Image, border: number, n: number): void {
  const { width, height, channels } = image;
  const samples = n * n;
  let spreadU = 0;
  let spreadV = 0;
  for (let k = 0; k < samples; k++) {
    const dx = ((k % n) + 0.5) / n - 0.5;
    const dy = (Math.floor(k / n) + 0.5) / n - 0.5;
    stepsAcross[k] = Math.round(m[0] * dx + m[1] * dy);
    stepsDown[k] = Math.round(m[3] * dx + m[4] * dy);
    stepsInData[k] = (stepsDown[k] * width + stepsAcross[k]) * channels;
    spreadU = Math.max(spreadU, Math.abs(stepsAcross[k]));
    spreadV = Math.max(spreadV, Math.abs(stepsDown[k]));
  }
  const right = width - 2 * spreadU;
  const bottom = height - 2 * spreadV;
  for (let y = 0; y < out.height; y++) {
    // Half a pixel is added so that cutting the fraction off rounds to the nearest pixel.
    const u0 = m[1] * y + m[2] + 0.5;
    const v0 = m[4] * y + m[5] + 0.5;
    const begin = inside(m[0], u0 - spreadU, m[3], v0 - spreadV, right, bottom, out.width, true);
    const end = inside(m[0], u0 - spreadU, m[3], v0 - spreadV, right, bottom, out.width, false);
    const o = y * out.width * channels;
    for (let x = 0; x < out.width; x++)
      if (x < begin || x >= end)
        edgeGrid(image, m[0] * x + u0, m[3] * x + v0, out.data, o + x * channels, border, samples);
      else x = gridRow(image, out.data, o, x, end, m[0], u0, m[3], v0, samples) - 1;
  }
}

/** Grid samples of output columns `x` to `end` of one row, all inside the picture. @returns `end`. */
function gridRow(
  { width, channels, data }: Image,
  out: Uint8Array,
  o: number,
  x: number,
  end: number,
  a: number,
  u0: number,
  b: number,
  v0: number,
  samples: number,
): number {
  const steps = stepsInData;
  const share = 1 / samples;
  for (; x < end; x++) {
    let i = (((b * x + v0) | 0) * width + ((a * x + u0) | 0)) * channels;
    let p = o + x * channels;
    if (channels === 3) {
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let k = 0; k < samples; k++) {
        const j = i + steps[k];
        red += data[j];
        green += data[j + 1];
        blue += data[j + 2];
      }
      out[p] = red * share + 0.5;
      out[p + 1] = green * share + 0.5;
      out[p + 2] = blue * share + 0.5;
    } else
      for (const last = i + channels; i < last; i++, p++) {
        let sum = 0;
        for (let k = 0; k < samples; k++) sum += data[i + steps[k]];
        out[p] = sum * share + 0.5;
      }
  }
  return end;
}

function edgeGrid(
  { width, height, channels, data }: Image,
  u: number,
  v: number,
  out: Uint8Array,
  o: number,
  border: number,
  samples: number,
): void {
  for (let c = 0; c < channels; c++) {
    let sum = 0;
    for (let k = 0; k < samples; k++) {
      const x = Math.floor(u) + stepsAcross[k];
      const y = Math.floor(v) + stepsDown[k];
      const seen = x >= 0 && x < width && y >= 0 && y < height;
      sum += seen ? data[(y * width + x) * channels + c] : border;
    }
    out[o + c] = sum / samples + 0.5;
  }
}

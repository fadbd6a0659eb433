import type { Image } from "./image.js";

/** For each output position along an axis: the source positions that it mixes, and their weights in fixed point. */
export interface Taps {
  first: Int32Array;
  count: Int32Array;
  /** `stride` to a position, of which the first `count` hold; they sum to `ONE`. */
  weights: Int32Array;
  stride: number;
}

/** The weight 1. */
const weightBits = 14;
const ONE = 1 << weightBits;
/** What rows keep of a grey level's fractions; with the weights and eight bits of level they fill 30 bits. */
const rowBits = 8;

/** Memory for tables and rows, which grows and is used again: nothing here outlives a call. */
const acrossTaps = emptyTaps();
const downTaps = emptyTaps();
let row = new Int32Array(0);

function emptyTaps(): Taps {
  return { first: new Int32Array(0), count: new Int32Array(0), weights: new Int32Array(0), stride: 0 };
}

/** Writes the taps of output position i. */
export type TapFiller = (taps: Taps, i: number) => void;

/** Both axes' tables, valid until the next call. */
export function fillTaps(
  across: { length: number; stride: number; fill: TapFiller },
  down: { length: number; stride: number; fill: TapFiller },
): { across: Taps; down: Taps } {
  return { across: filled(acrossTaps, across), down: filled(downTaps, down) };
}

function filled(
  taps: Taps,
  { length, stride, fill }: { length: number; stride: number; fill: TapFiller },
): Taps {
  if (taps.first.length < length) {
    taps.first = new Int32Array(length);
    taps.count = new Int32Array(length);
  }
  if (taps.weights.length < length * stride) taps.weights = new Int32Array(length * stride);
  taps.stride = stride;
  for (let i = 0; i < length; i++) fill(taps, i);
  return taps;
}

/** The two neighbours of a position between 0 and `from` − 1; `stride` must be 2. */
export function linearTap({ first, count, weights }: Taps, i: number, x: number, from: number): void {
  // The last position is mixed with the one before it, so that all mix two where there are two.
  const left = Math.max(0, Math.min(from - 2, Math.floor(x)));
  const part = Math.round((x - left) * ONE);
  first[i] = left;
  count[i] = Math.min(from, 2);
  weights[2 * i] = from > 1 ? ONE - part : ONE;
  weights[2 * i + 1] = from > 1 ? part : 0;
}

/** The positions that lie, in part at least, from `begin` to `end`, by how much of them does. */
export function areaTap(
  { first, count, stride, weights }: Taps,
  i: number,
  begin: number,
  end: number,
): void {
  const start = Math.floor(begin);
  const n = Math.max(1, Math.min(stride, Math.ceil(end - 1e-9) - start));
  first[i] = start;
  count[i] = n;
  // What is left of ONE goes to the next position each time, so that the weights sum to it.
  let left = ONE;
  for (let k = 0; k < n - 1; k++) {
    const beyond = Math.max(0, end - (start + k + 1));
    const rest = Math.round((ONE * beyond) / (end - begin));
    weights[i * stride + k] = left - rest;
    left = rest;
  }
  weights[i * stride + n - 1] = left;
}

/**
 * Filters a picture into a rectangle of another one, by rows first: a shrunk picture has fewer of them to go on with.
 * Within 0.6 of a grey level of the exact mean; one colour stays as it is. Nothing is allocated once the memory
 * has grown.
 */
export function resample(
  image: Image,
  { across, down }: { across: Taps; down: Taps },
  out: Image,
  { left, top, width, height }: { left: number; top: number; width: number; height: number },
): void {
  const { channels, data } = image;
  // Only the columns that are needed.
  const from = across.first[0] * channels;
  const length = (across.first[width - 1] + across.count[width - 1]) * channels - from;
  if (row.length < length) row = new Int32Array(length);
  const line = image.width * channels;
  const pairs = channels === 3 && across.stride === 2 && across.count[0] === 2;
  for (let y = 0; y < height; y++) {
    mixRows(data, down.first[y] * line + from, line, down, y, length);
    const o = ((top + y) * out.width + left) * channels;
    if (pairs) mixPairs(across, from, out.data, o, width);
    else if (channels === 3) mixColours(across, from, out.data, o, width);
    else mixColumns(across, from, out.data, o, width, channels);
  }
}

const rowShift = weightBits - rowBits;
const rowHalf = 1 << (rowShift - 1);

/** Mixes source rows, which begin `line` after one another, into `row`. */
function mixRows(
  data: Uint8Array,
  start: number,
  line: number,
  { count, stride, weights }: Taps,
  y: number,
  length: number,
): void {
  const sums = row;
  const n = count[y];
  const w = y * stride;
  if (n === 1) {
    for (let i = 0, a = start; i < length; i++, a++) sums[i] = data[a] << rowBits;
    return;
  }
  // Two to four rows in one pass; the third and fourth are the second again, of no weight, where there are fewer.
  const [w0, w1] = [weights[w], weights[w + 1]];
  const w2 = n > 2 ? weights[w + 2] : 0;
  const w3 = n > 3 ? weights[w + 3] : 0;
  let a = start;
  let b = start + line;
  if (n === 2) {
    for (let i = 0; i < length; i++, a++, b++) sums[i] = (w0 * data[a] + w1 * data[b] + rowHalf) >> rowShift;
    return;
  }
  let c = b + line;
  let d = n > 3 ? c + line : c;
  if (n <= 4) {
    for (let i = 0; i < length; i++, a++, b++, c++, d++)
      sums[i] = (w0 * data[a] + w1 * data[b] + w2 * data[c] + w3 * data[d] + rowHalf) >> rowShift;
    return;
  }
  for (let i = 0; i < length; i++, a++, b++, c++, d++)
    sums[i] = w0 * data[a] + w1 * data[b] + w2 * data[c] + w3 * data[d] + rowHalf;
  for (let k = 4; k < n; k++) {
    const weight = weights[w + k];
    for (let i = 0, e = start + k * line; i < length; i++, e++) sums[i] += weight * data[e];
  }
  for (let i = 0; i < length; i++) sums[i] >>= rowShift;
}

const outShift = weightBits + rowBits;
const outHalf = 1 << (outShift - 1);

/** Pixels of three channels that each mix two. */
function mixPairs({ first, weights }: Taps, from: number, out: Uint8Array, o: number, width: number): void {
  const sums = row;
  for (let x = 0; x < width; x++, o += 3) {
    const i = first[x] * 3 - from;
    const b = weights[2 * x + 1];
    const a = ONE - b;
    out[o] = (a * sums[i] + b * sums[i + 3] + outHalf) >> outShift;
    out[o + 1] = (a * sums[i + 1] + b * sums[i + 4] + outHalf) >> outShift;
    out[o + 2] = (a * sums[i + 2] + b * sums[i + 5] + outHalf) >> outShift;
  }
}

/** Pixels of three channels that mix any number. */
function mixColours(
  { first, count, stride, weights }: Taps,
  from: number,
  out: Uint8Array,
  o: number,
  width: number,
): void {
  const sums = row;
  for (let x = 0; x < width; x++, o += 3) {
    let red = outHalf;
    let green = outHalf;
    let blue = outHalf;
    let i = first[x] * 3 - from;
    const begin = x * stride;
    for (let w = begin; w < begin + count[x]; w++, i += 3) {
      const weight = weights[w];
      red += weight * sums[i];
      green += weight * sums[i + 1];
      blue += weight * sums[i + 2];
    }
    out[o] = red >> outShift;
    out[o + 1] = green >> outShift;
    out[o + 2] = blue >> outShift;
  }
}

function mixColumns(
  { first, count, stride, weights }: Taps,
  from: number,
  out: Uint8Array,
  o: number,
  width: number,
  channels: number,
): void {
  for (let x = 0; x < width; x++)
    for (let c = 0; c < channels; c++, o++) {
      let sum = outHalf;
      const i = first[x] * channels - from + c;
      for (let k = 0; k < count[x]; k++) sum += weights[x * stride + k] * row[i + k * channels];
      out[o] = sum >> outShift;
    }
}

import type { Image } from "../../image/image.js";

/** Quantisation steps of JPEG at quality 50: ITU-T T.81, tables K.1 and K.2. */
const LUMA = Uint8Array.of(
  16,
  11,
  10,
  16,
  24,
  40,
  51,
  61,
  12,
  12,
  14,
  19,
  26,
  58,
  60,
  55,
  14,
  13,
  16,
  24,
  40,
  57,
  69,
  56,
  14,
  17,
  22,
  29,
  51,
  87,
  80,
  62,
  18,
  22,
  37,
  56,
  68,
  109,
  103,
  77,
  24,
  35,
  55,
  64,
  81,
  104,
  113,
  92,
  49,
  64,
  78,
  87,
  103,
  121,
  120,
  101,
  72,
  92,
  95,
  98,
  112,
  100,
  103,
  99,
);
const CHROMA = Uint8Array.of(
  17,
  18,
  24,
  47,
  99,
  99,
  99,
  99,
  18,
  21,
  26,
  66,
  99,
  99,
  99,
  99,
  24,
  26,
  56,
  99,
  99,
  99,
  99,
  99,
  47,
  66,
  99,
  99,
  99,
  99,
  99,
  99,
  99,
  99,
  99,
  99,
  99,
  99,
  99,
  99,
  99,
  99,
  99,
  99,
  99,
  99,
  99,
  99,
  99,
  99,
  99,
  99,
  99,
  99,
  99,
  99,
  99,
  99,
  99,
  99,
  99,
  99,
  99,
  99,
);

/** The orthonormal cosine transform of eight samples: [frequency][sample]. */
const COSINES = Float32Array.from({ length: 64 }, (_, i) => {
  const frequency = i >> 3;
  const scale = Math.sqrt((frequency === 0 ? 1 : 2) / 8);
  return scale * Math.cos(((2 * (i & 7) + 1) * frequency * Math.PI) / 16);
});

const block = new Float32Array(64);
const half = new Float32Array(64);

/**
 * Leaves the traces of JPEG in a picture, in place: blocks of 8×8, colours at half the resolution, frequencies rounded.
 * Nothing is written or read as a file, for that is the slow part.
 *
 * @param quality 1 to 100, as libjpeg counts.
 */
export function compressBlocks({ width, height, data }: Image, quality: number): void {
  const scale = quality < 50 ? 50 / quality : 2 - quality / 50;
  const steps = (table: Uint8Array) =>
    Float32Array.from(table, (step) => Math.max(1, Math.round(step * scale)));
  const planes = split(data, width, height);
  const [columns, rows] = [Math.ceil(width / 2), Math.ceil(height / 2)];
  quantise(planes.luma, width, height, steps(LUMA));
  const chroma = steps(CHROMA);
  quantise(planes.blue, columns, rows, chroma);
  quantise(planes.red, columns, rows, chroma);
  join(planes, data, width, height);
}

interface Planes {
  /** Brightness less 128. */
  luma: Float32Array;
  /** Cb and Cr around 0, a value for 2×2 pixels. */
  blue: Float32Array;
  red: Float32Array;
}

function split(data: Uint8Array, width: number, height: number): Planes {
  const columns = Math.ceil(width / 2);
  const luma = new Float32Array(width * height);
  const blue = new Float32Array(columns * Math.ceil(height / 2));
  const red = new Float32Array(blue.length);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      const [r, g, b] = [data[3 * i], data[3 * i + 1], data[3 * i + 2]];
      const bright = 0.299 * r + 0.587 * g + 0.114 * b;
      const across = 2 * (x >> 1) + 1 < width ? 2 : 1;
      const share = 1 / (across * (2 * (y >> 1) + 1 < height ? 2 : 1));
      const c = (y >> 1) * columns + (x >> 1);
      luma[i] = bright - 128;
      blue[c] += share * 0.564 * (b - bright);
      red[c] += share * 0.713 * (r - bright);
    }
  return { luma, blue, red };
}

function join({ luma, blue, red }: Planes, data: Uint8Array, width: number, height: number): void {
  const columns = Math.ceil(width / 2);
  const rows = Math.ceil(height / 2);
  const level = (value: number) => Math.min(255, Math.max(0, value)) + 0.5;
  for (let y = 0, i = 0; y < height; y++) {
    const near = (y >> 1) * columns;
    const far = neighbour(y, rows) * columns;
    for (let x = 0; x < width; x++, i++) {
      const [own, other] = [x >> 1, neighbour(x, columns)];
      const cb = between(blue, near + own, near + other, far + own, far + other);
      const cr = between(red, near + own, near + other, far + own, far + other);
      const bright = luma[i] + 128;
      data[3 * i] = level(bright + 1.402 * cr);
      data[3 * i + 1] = level(bright - 0.344 * cb - 0.714 * cr);
      data[3 * i + 2] = level(bright + 1.772 * cb);
    }
  }
}

/** The sample of half the resolution that lies second nearest to a pixel. */
const neighbour = (x: number, count: number) => Math.min(count - 1, Math.max(0, (x >> 1) + (x & 1 ? 1 : -1)));

/** A colour between four samples, three quarters of the way to the nearest, as libjpeg's decoder has it. */
const between = (plane: Float32Array, near: number, aside: number, below: number, across: number) =>
  (9 * plane[near] + 3 * plane[aside] + 3 * plane[below] + plane[across]) / 16;

/** Rounds the frequencies of each block; blocks past the edge repeat its last samples. */
function quantise(plane: Float32Array, width: number, height: number, steps: Float32Array): void {
  for (let top = 0; top < height; top += 8)
    for (let left = 0; left < width; left += 8) {
      for (let i = 0; i < 64; i++) {
        const y = Math.min(height - 1, top + (i >> 3));
        block[i] = plane[y * width + Math.min(width - 1, left + (i & 7))];
      }
      transform(block, half, false);
      transform(half, block, false);
      for (let i = 0; i < 64; i++) block[i] = Math.round(block[i] / steps[i]) * steps[i];
      transform(block, half, true);
      transform(half, block, true);
      for (let y = top; y < Math.min(height, top + 8); y++)
        for (let x = left; x < Math.min(width, left + 8); x++)
          plane[y * width + x] = block[8 * (y - top) + x - left];
    }
}

/**
 * Transforms the rows and turns the block on its side, so that two calls transform both axes. A cosine is as even or odd
 * about a row's middle as its number is, so that half of the products suffice.
 */
function transform(from: Float32Array, to: Float32Array, back: boolean): void {
  if (back) for (let row = 0; row < 8; row++) transformBack(from, 8 * row, to, row);
  else for (let row = 0; row < 8; row++) transformRow(from, 8 * row, to, row);
}

function transformRow(from: Float32Array, at: number, to: Float32Array, row: number): void {
  const a = from[at] + from[at + 7];
  const b = from[at + 1] + from[at + 6];
  const c = from[at + 2] + from[at + 5];
  const d = from[at + 3] + from[at + 4];
  const e = from[at] - from[at + 7];
  const f = from[at + 1] - from[at + 6];
  const g = from[at + 2] - from[at + 5];
  const h = from[at + 3] - from[at + 4];
  for (let k = 0; k < 8; k += 2) {
    const i = 8 * k;
    to[i + row] = a * COSINES[i] + b * COSINES[i + 1] + c * COSINES[i + 2] + d * COSINES[i + 3];
    const j = i + 8;
    to[j + row] = e * COSINES[j] + f * COSINES[j + 1] + g * COSINES[j + 2] + h * COSINES[j + 3];
  }
}

function transformBack(from: Float32Array, at: number, to: Float32Array, row: number): void {
  for (let k = 0; k < 4; k++) {
    let even = 0;
    let odd = 0;
    for (let i = 0; i < 8; i += 2) {
      even += from[at + i] * COSINES[8 * i + k];
      odd += from[at + i + 1] * COSINES[8 * i + 8 + k];
    }
    to[8 * k + row] = even + odd;
    to[8 * (7 - k) + row] = even - odd;
  }
}

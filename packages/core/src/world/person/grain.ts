import { random } from "../../array/random.js";

/**
 * Noise in space, for what is painted by rest position: it knows no charts, so it has no seams.
 *
 * Value noise on the lattice of whole numbers, which repeats after 32 of them; points are stretched by the caller.
 */
const SIDE = 5;
const LAST = (1 << SIDE) - 1;

const LATTICE = latticeOf(1);

function latticeOf(seed: number): Float32Array {
  const chance = random(seed);
  return Float32Array.from({ length: 1 << (3 * SIDE) }, () => chance.uniform(-1, 1));
}

/** Smooth noise of cell 1, −1 … 1; seeds move it. */
export function grain(x: number, y: number, z: number, seed: number): number {
  const X = Math.floor(x);
  const Y = Math.floor(y);
  const Z = Math.floor(z);
  let u = x - X;
  let v = y - Y;
  let w = z - Z;
  u = u * u * (3 - 2 * u);
  v = v * v * (3 - 2 * v);
  w = w * w * (3 - 2 * w);
  const x0 = (X + seed) & LAST;
  const x1 = (x0 + 1) & LAST;
  const b = Y + (seed >> SIDE);
  const y0 = (b & LAST) << SIDE;
  const y1 = ((b + 1) & LAST) << SIDE;
  const c = Z + (seed >> (2 * SIDE));
  const z0 = (c & LAST) << (2 * SIDE);
  const z1 = ((c + 1) & LAST) << (2 * SIDE);
  const p = LATTICE[x0 | y0 | z0];
  const q = LATTICE[x0 | y1 | z0];
  const r = LATTICE[x0 | y0 | z1];
  const s = LATTICE[x0 | y1 | z1];
  const a = p + u * (LATTICE[x1 | y0 | z0] - p);
  const d = q + u * (LATTICE[x1 | y1 | z0] - q);
  const e = r + u * (LATTICE[x1 | y0 | z1] - r);
  const f = s + u * (LATTICE[x1 | y1 | z1] - s);
  const near = a + v * (d - a);
  return near + w * (e + v * (f - e) - near);
}

/** Two octaves of `grain`, −1 … 1. */
export const roughGrain = (x: number, y: number, z: number, seed: number): number =>
  (grain(x, y, z, seed) * 2 + grain(2.03 * x, 2.03 * y, 2.03 * z, seed + 11)) / 3;

/** Noise of single lattice cells, 0 … 1, without any smoothness: threads, freckles. */
export function speckle(x: number, y: number, z: number, seed: number): number {
  const i = (Math.floor(x) + seed) & LAST;
  const j = (Math.floor(y) + (seed >> SIDE)) & LAST;
  const k = (Math.floor(z) + (seed >> (2 * SIDE))) & LAST;
  // Cells far apart are turned differently, so that the repetition of the lattice can't be seen.
  const turn = (Math.floor(x) >> SIDE) * 7 + (Math.floor(y) >> SIDE) * 13 + (Math.floor(z) >> SIDE) * 29;
  return 0.5 + 0.5 * LATTICE[((i | (j << SIDE) | (k << (2 * SIDE))) + 997 * turn) & (LATTICE.length - 1)];
}

/**
 * Noise in space, for what is painted by rest position: it knows no charts, so it has no seams.
 *
 * Value noise on the lattice of whole numbers; points are stretched by the caller.
 */

/** A whole number below 2³² from a lattice point and a seed. */
function hash(x: number, y: number, z: number, seed: number): number {
  let h = Math.imul(x, 0x8da6b343) ^ Math.imul(y, 0xd8163841) ^ Math.imul(z, 0xcb1ab31f) ^ seed;
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  return (h ^ (h >>> 15)) >>> 0;
}

const ease = (t: number) => t * t * (3 - 2 * t);
const mix = (a: number, b: number, t: number) => a + (b - a) * t;

/** Smooth noise of cell 1, −1 … 1. */
export function grain(x: number, y: number, z: number, seed: number): number {
  const X = Math.floor(x);
  const Y = Math.floor(y);
  const Z = Math.floor(z);
  const u = ease(x - X);
  const v = ease(y - Y);
  const w = ease(z - Z);
  const near = mix(
    mix(hash(X, Y, Z, seed), hash(X + 1, Y, Z, seed), u),
    mix(hash(X, Y + 1, Z, seed), hash(X + 1, Y + 1, Z, seed), u),
    v,
  );
  const far = mix(
    mix(hash(X, Y, Z + 1, seed), hash(X + 1, Y, Z + 1, seed), u),
    mix(hash(X, Y + 1, Z + 1, seed), hash(X + 1, Y + 1, Z + 1, seed), u),
    v,
  );
  return mix(near, far, w) / 0x7fffffff - 1;
}

/** Two octaves of `grain`, −1 … 1. */
export const roughGrain = (x: number, y: number, z: number, seed: number): number =>
  (grain(x, y, z, seed) * 2 + grain(2.03 * x, 2.03 * y, 2.03 * z, seed + 1)) / 3;

/** Noise of single lattice cells, 0 … 1, without any smoothness: threads, freckles. */
export const speckle = (x: number, y: number, z: number, seed: number): number =>
  hash(Math.floor(x), Math.floor(y), Math.floor(z), seed) / 0x100000000;

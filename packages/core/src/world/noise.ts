/**
 * A whole number below 2³² that the keys determine and that looks random, so that any frame can be made on its own:
 * MurmurHash3's mixing (Appleby 2011) over 32-bit keys.
 */
export function mixed(a: number, b = 0, c = 0, d = 0): number {
  let h = mixIn(mixIn(mixIn(mixIn(0x9747b28c, a), b), c), d);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

function mixIn(h: number, key: number): number {
  let k = Math.imul(key | 0, 0xcc9e2d51);
  k = Math.imul((k << 15) | (k >>> 17), 0x1b873593) ^ h;
  return (Math.imul((k << 13) | (k >>> 19), 5) + 0xe6546b64) | 0;
}

/** A number in [0, 1) that the keys determine. */
export function chance(a: number, b = 0, c = 0, d = 0): number {
  return mixed(a, b, c, d) / 2 ** 32;
}

/** A pair of independent normal numbers that the keys determine (Box and Muller), into `out` at `offset`. */
export function normalPair(
  out: Float64Array,
  offset: number,
  a: number,
  b: number,
  c: number,
  d: number,
): void {
  const first = mixed(a, b, c, d);
  const radius = Math.sqrt(-2 * Math.log((first + 1) / 2 ** 32));
  const angle = (2 * Math.PI * mixed(first, a)) / 2 ** 32;
  out[offset] = radius * Math.cos(angle);
  out[offset + 1] = radius * Math.sin(angle);
}

const ends = new Float64Array(4);

/**
 * Two normal numbers that change smoothly: independent at whole times, at every time of variance 1, so a correlated
 * noise that needs no history.
 *
 * @param time in units of the correlation time, ≥ 0.
 */
export function driftPair(
  out: Float64Array,
  offset: number,
  time: number,
  a: number,
  b: number,
  c: number,
): void {
  const knot = Math.floor(time);
  normalPair(ends, 0, a, b, c, knot);
  normalPair(ends, 2, a, b, c, knot + 1);
  const angle = (Math.PI / 2) * (time - knot);
  const [from, to] = [Math.cos(angle), Math.sin(angle)];
  out[offset] = from * ends[0] + to * ends[2];
  out[offset + 1] = from * ends[1] + to * ends[3];
}

/** Random numbers that a seed determines on every machine. */
export interface Random {
  /** A number of 53 random bits in [low, high), by default [0, 1). */
  uniform(low?: number, high?: number): number;
  /** A number of the normal distribution. */
  normal(mean?: number, deviation?: number): number;
  /** A whole number in [0, below), below ≤ 2³². */
  integer(below: number): number;
}

/**
 * Random numbers from a seed: xoshiro128** (Blackman & Vigna 2018), its state filled by SplitMix32.
 *
 * @param seed any number; its 53 bits count.
 */
export function random(seed: number): Random {
  const next = xoshiro(seed);
  const uniform = (low = 0, high = 1) => {
    const bits = (next() >>> 5) * 2 ** 26 + (next() >>> 6);
    return low + (high - low) * (bits / 2 ** 53);
  };
  let spare = NaN;
  return {
    uniform,
    normal(mean = 0, deviation = 1) {
      // Box and Muller's pair; one of the two waits for the next call.
      let value = spare;
      spare = NaN;
      if (Number.isNaN(value)) {
        const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
        const angle = 2 * Math.PI * uniform();
        value = radius * Math.cos(angle);
        spare = radius * Math.sin(angle);
      }
      return mean + deviation * value;
    },
    integer: (below) => Math.floor(uniform() * below),
  };
}

function xoshiro(seed: number): () => number {
  let mixed =
    (Math.trunc(seed) ^
      Math.imul(Math.trunc(seed / 2 ** 32) + Math.round((seed % 1) * 2 ** 31), 0x9e3779b1)) |
    0;
  const splitMix = () => {
    mixed = (mixed + 0x9e3779b9) | 0;
    let z = mixed ^ (mixed >>> 16);
    z = Math.imul(z, 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return z ^ (z >>> 15);
  };
  let a = splitMix();
  let b = splitMix();
  let c = splitMix();
  let d = splitMix();
  return () => {
    const x = Math.imul(b, 5);
    const result = Math.imul((x << 7) | (x >>> 25), 9);
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = (d << 11) | (d >>> 21);
    return result >>> 0;
  };
}

/** A random order of the numbers below n (Fisher and Yates). */
export function shuffle(n: number, random: Random): Uint32Array {
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

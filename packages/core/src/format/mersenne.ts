import type { RandomState } from "./randomState.js";

/** NumPy's legacy random numbers, the same to the bit (Gaussian ones to the last digit of the logarithm). */
export interface NumpyRandom {
  /** Uniform in [0, 1) with 53 bits. */
  randomSample(count: number): Float64Array;
  /** Integers from `low` to below `high`, a range of at most 2^32 (masked rejection). */
  randint(low: number, high: number, count: number): Float64Array;
  /** Gaussian numbers (Marsaglia's polar method, in pairs). */
  normal(count: number): Float64Array;
  /** The numbers below `count`, shuffled (Fisher and Yates, from the end). */
  permutation(count: number): Int32Array;
  /** Where the generator is now. */
  state(): RandomState;
}

const N = 624;
const M = 397;

/** The state that `numpy.random.RandomState(seed)` begins with, for a seed of 32 bits. */
export function seedRandomState(seed: number): RandomState {
  const key = new Uint32Array(N);
  key[0] = seed;
  for (let i = 1; i < N; i++) key[i] = Math.imul(1812433253, key[i - 1] ^ (key[i - 1] >>> 30)) + i;
  return { key, position: N, hasGauss: false, cachedGaussian: 0 };
}

/** Continues a NumPy `RandomState` from where it was saved; the state given stays as it is. */
export function numpyRandom(from: RandomState): NumpyRandom {
  const state = { ...from, key: from.key.slice() };
  const word = () => nextWord(state);
  const uniform = () => ((word() >>> 5) * 67108864 + (word() >>> 6)) / 9007199254740992;
  const below = (limit: number) => {
    // The least mask of ones that covers the largest value; words beyond that value are thrown away.
    const mask = limit === 0 ? 0 : 0xffffffff >>> Math.clz32(limit);
    for (;;) {
      const value = (word() & mask) >>> 0;
      if (value <= limit) return value;
    }
  };
  return {
    randomSample: (count) => new Float64Array(count).map(uniform),
    randint: (low, high, count) =>
      new Float64Array(count).map(() => low + (high - low > 1 ? below(high - low - 1) : 0)),
    normal: (count) => new Float64Array(count).map(() => gaussian(state, uniform)),
    permutation: (count) => {
      const out = Int32Array.from({ length: count }, (_, i) => i);
      for (let i = count - 1; i > 0; i--) {
        const j = below(i);
        [out[i], out[j]] = [out[j], out[i]];
      }
      return out;
    },
    state: () => ({ ...state, key: state.key.slice() }),
  };
}

/** The next 32 bits of the Mersenne Twister (Matsumoto and Nishimura 1998). */
function nextWord(state: RandomState): number {
  if (state.position >= N) twist(state);
  let y = state.key[state.position++];
  y ^= y >>> 11;
  y ^= (y << 7) & 0x9d2c5680;
  y ^= (y << 15) & 0xefc60000;
  return (y ^ (y >>> 18)) >>> 0;
}

function twist(state: RandomState): void {
  const { key } = state;
  for (let i = 0; i < N; i++) {
    const y = (key[i] & 0x80000000) | (key[(i + 1) % N] & 0x7fffffff);
    key[i] = key[(i + M) % N] ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
  }
  state.position = 0;
}

function gaussian(state: RandomState, uniform: () => number): number {
  if (state.hasGauss) {
    state.hasGauss = false;
    const { cachedGaussian } = state;
    state.cachedGaussian = 0;
    return cachedGaussian;
  }
  for (;;) {
    const a = 2 * uniform() - 1;
    const b = 2 * uniform() - 1;
    const square = a * a + b * b;
    if (square >= 1 || square === 0) continue;
    const factor = Math.sqrt((-2 * Math.log(square)) / square);
    state.hasGauss = true;
    state.cachedGaussian = factor * a;
    return factor * b;
  }
}

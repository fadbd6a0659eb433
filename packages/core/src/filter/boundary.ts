/**
 * How a filter sees a signal a b c d beyond its ends, in SciPy's names: `reflect` (c b a | a b c d | d c b), `mirror`
 * (d c b | a b c d | c b a), `nearest` (a a a | a b c d | d d d), `wrap` (b c d | a b c d | a b c), `constant` (0).
 */
export type Boundary = "reflect" | "mirror" | "nearest" | "wrap" | "constant";

/** The index inside 0…length−1 whose sample stands at `i`; −1 where a `constant` stands. */
export function boundaryIndex(i: number, length: number, boundary: Boundary): number {
  if (i >= 0 && i < length) return i;
  switch (boundary) {
    case "nearest":
      return i < 0 ? 0 : length - 1;
    case "constant":
      return -1;
    case "wrap":
      return modulo(i, length);
    case "reflect": {
      const j = modulo(i, 2 * length);
      return j < length ? j : 2 * length - 1 - j;
    }
    case "mirror": {
      if (length === 1) return 0;
      const j = modulo(i, 2 * length - 2);
      return j < length ? j : 2 * length - 2 - j;
    }
  }
}

const modulo = (i: number, n: number) => ((i % n) + n) % n;

/** Correlates a column with an odd kernel centred on each sample. @returns T values in `out`, which isn't `x`. */
export function correlate(
  x: Float64Array,
  kernel: Float64Array,
  boundary: Boundary,
  out: Float64Array = new Float64Array(x.length),
): Float64Array {
  const n = x.length;
  const radius = kernel.length >> 1;
  for (let i = 0; i < n; i++) {
    let sum = 0;
    if (i >= radius && i < n - radius)
      for (let j = 0, at = i - radius; j < kernel.length; j++, at++) sum += kernel[j] * x[at];
    else
      for (let j = 0; j < kernel.length; j++) {
        const at = boundaryIndex(i + j - radius, n, boundary);
        if (at >= 0) sum += kernel[j] * x[at];
      }
    out[i] = sum;
  }
  return out;
}

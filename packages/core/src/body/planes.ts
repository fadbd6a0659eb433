/**
 * Numbers of 16 bits as they compress best: n×c values as c planes of n, each value as the difference from the one before
 * it. Neighbours on a mesh stand near each other in its files, so the differences are small.
 */

/**
 * Packs n×c numbers, rounded to multiples of `step`.
 *
 * @param least The least value of 16 bits that is meant: −32768, or 0 for indices and other numbers without sign.
 * @returns c×n; undefined where a number lies outside what 16 bits hold.
 */
export function packPlanes(
  values: ArrayLike<number>,
  components: number,
  step: number,
  least: -32768 | 0 = -32768,
): Int16Array | undefined {
  const count = values.length / components;
  const out = new Int16Array(values.length);
  for (let c = 0; c < components; c++) {
    let before = 0;
    for (let i = 0; i < count; i++) {
      const value = Math.round(values[i * components + c] / step);
      if (!(value >= least && value <= least + 65535)) return undefined;
      out[c * count + i] = value - before; // wraps, and so does the sum
      before = value;
    }
  }
  return out;
}

/** The inverse of `packPlanes`: n×c numbers, written to `out`. */
export function unpackPlanes<T extends Float32Array | Uint32Array>(
  planes: ArrayLike<number>,
  components: number,
  step: number,
  least: -32768 | 0,
  out: T,
): T {
  const count = planes.length / components;
  for (let c = 0; c < components; c++) {
    let value = 0;
    for (let i = 0; i < count; i++) {
      value = (value + planes[c * count + i]) & 65535;
      out[i * components + c] = (least < 0 && value > 32767 ? value - 65536 : value) * step;
    }
  }
  return out;
}

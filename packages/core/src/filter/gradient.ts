/**
 * Derivative by central differences, at the ends one-sided of first or second order (NumPy's `gradient`). A missing
 * sample makes its neighbours missing. Streaming with a delay of one sample.
 *
 * @param x T samples, T > edgeOrder.
 * @param spacing Between samples, seconds for a velocity.
 * @returns T samples in `out`, which isn't `x`.
 */
export function gradient(
  x: Float64Array,
  spacing: number,
  edgeOrder: 1 | 2 = 1,
  out: Float64Array = new Float64Array(x.length),
): Float64Array {
  const n = x.length;
  for (let i = 1; i < n - 1; i++) out[i] = (x[i + 1] - x[i - 1]) / (2 * spacing);
  const bend = edgeOrder === 2 ? 0.5 : 0;
  out[0] = (x[1] - x[0] - bend * (bend && x[2] - 2 * x[1] + x[0])) / spacing;
  out[n - 1] = (x[n - 1] - x[n - 2] + bend * (bend && x[n - 1] - 2 * x[n - 2] + x[n - 3])) / spacing;
  return out;
}

/** Where output cell i lies in the map, on both axes: factor · i + shift. */
export interface MapPlace {
  factor: number;
  shift: number;
}

/**
 * An enlarger of maps by cubic interpolation, one axis after the other: half-pixel centres `x' = (x + 0.5)·s − 0.5`
 * unless `place` says otherwise, borders replicated (Keys 1981; a = −0.75 as OpenCV, −0.5 as OpenPose's GPU code).
 *
 * @returns A function of `map` (rows×columns, from `from` on) and `out` (toRows×toColumns from `to` on, overwritten), which
 *   allocates nothing.
 */
export function mapEnlarger(
  columns: number,
  rows: number,
  toColumns: number,
  toRows: number,
  a = -0.75,
  place?: MapPlace,
) {
  const across = cubicTaps(columns, toColumns, a, place);
  const down = cubicTaps(rows, toRows, a, place);
  const wide = new Float32Array(rows * toColumns);
  return (map: Float32Array, out: Float32Array, from = 0, to = 0): void => {
    for (let y = 0; y < rows; y++)
      for (let x = 0; x < toColumns; x++) {
        const row = from + y * columns;
        let sum = 0;
        for (let k = x * 4; k < x * 4 + 4; k++) sum += across.weight[k] * map[row + across.source[k]];
        wide[y * toColumns + x] = sum;
      }
    for (let y = 0; y < toRows; y++) blendRows(wide, toColumns, down, y * 4, out, to + y * toColumns);
  };
}

/** One output row: the weighted sum of four rows. */
function blendRows(
  wide: Float32Array,
  columns: number,
  { source, weight }: Taps,
  k: number,
  out: Float32Array,
  to: number,
): void {
  const [w0, w1, w2, w3] = [weight[k], weight[k + 1], weight[k + 2], weight[k + 3]];
  const [r0, r1] = [source[k] * columns, source[k + 1] * columns];
  const [r2, r3] = [source[k + 2] * columns, source[k + 3] * columns];
  for (let x = 0; x < columns; x++)
    out[to + x] = w0 * wide[r0 + x] + w1 * wide[r1 + x] + w2 * wide[r2 + x] + w3 * wide[r3 + x];
}

/** Four sources and their weights for each place of the longer axis. */
interface Taps {
  readonly source: Int32Array;
  readonly weight: Float64Array;
}

function cubicTaps(length: number, toLength: number, a: number, place?: MapPlace): Taps {
  const { factor, shift } = place ?? { factor: length / toLength, shift: (length / toLength - 1) / 2 };
  const source = new Int32Array(toLength * 4);
  const weight = new Float64Array(toLength * 4);
  for (let i = 0; i < toLength; i++) {
    const x = i * factor + shift;
    const first = Math.floor(x) - 1;
    for (let k = 0; k < 4; k++) {
      source[i * 4 + k] = Math.max(0, Math.min(length - 1, first + k));
      weight[i * 4 + k] = cubic(Math.abs(x - first - k), a);
    }
  }
  return { source, weight };
}

function cubic(d: number, a: number): number {
  if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;
}

/**
 * An enlarger of maps by cubic interpolation, one axis after the other: half-pixel centres `x' = (x + 0.5)·s − 0.5`,
 * borders replicated (Keys 1981; a = −0.75 as OpenCV, −0.5 as OpenPose's GPU code).
 *
 * @returns A function of `map` (rows×columns) and `out` (toRows×toColumns, overwritten), which allocates nothing.
 */
export function mapEnlarger(columns: number, rows: number, toColumns: number, toRows: number, a = -0.75) {
  const across = cubicTaps(columns, toColumns, a);
  const down = cubicTaps(rows, toRows, a);
  const wide = new Float32Array(rows * toColumns);
  return (map: Float32Array, out: Float32Array): void => {
    for (let y = 0; y < rows; y++)
      for (let x = 0; x < toColumns; x++) {
        let sum = 0;
        for (let k = x * 4; k < x * 4 + 4; k++) sum += across.weight[k] * map[y * columns + across.source[k]];
        wide[y * toColumns + x] = sum;
      }
    for (let y = 0; y < toRows; y++)
      for (let x = 0; x < toColumns; x++) {
        let sum = 0;
        for (let k = y * 4; k < y * 4 + 4; k++) sum += down.weight[k] * wide[down.source[k] * toColumns + x];
        out[y * toColumns + x] = sum;
      }
  };
}

/** Four sources and their weights for each place of the longer axis. */
function cubicTaps(length: number, toLength: number, a: number) {
  const source = new Int32Array(toLength * 4);
  const weight = new Float64Array(toLength * 4);
  for (let i = 0; i < toLength; i++) {
    const x = ((i + 0.5) * length) / toLength - 0.5;
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

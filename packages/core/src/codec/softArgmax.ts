/**
 * The expected cell of a softmax over each map or volume (Sun et al., Integral Human Pose Regression, 2018).
 *
 * @param logits Any number of maps, each `size[0]` × `size[1]` (× `size[2]`) cells wide, high (and deep), row-major with
 *   x fastest.
 * @param beta Factor of the logits: the larger, the nearer to the largest cell.
 * @param out Overwritten if given.
 * @returns For each map its expected x, y (, z), cell indices, and the largest probability of a cell.
 */
export function softArgmax(
  logits: ArrayLike<number>,
  size: readonly [number, number] | readonly [number, number, number],
  beta = 1,
  out?: Float64Array,
): Float64Array {
  const [width, height, depth = 1] = size;
  const area = width * height;
  const cells = area * depth;
  const maps = logits.length / cells;
  const stride = size.length + 1;
  const result = out ?? new Float64Array(maps * stride);
  for (let k = 0; k < maps; k++) {
    const at = k * cells;
    let largest = -Infinity;
    for (let i = 0; i < cells; i++) largest = Math.max(largest, beta * logits[at + i]);
    let sum = 0;
    let x = 0;
    let y = 0;
    let z = 0;
    for (let i = 0; i < cells; i++) {
      const weight = Math.exp(beta * logits[at + i] - largest);
      sum += weight;
      x += weight * (i % width);
      y += weight * (Math.floor(i / width) % height);
      z += weight * Math.floor(i / area);
    }
    const o = k * stride;
    result[o] = x / sum;
    result[o + 1] = y / sum;
    if (stride === 4) result[o + 2] = z / sum;
    result[o + stride - 1] = 1 / sum;
  }
  return result;
}

/**
 * Takes maps of a mirrored picture back: the maps of paired joints change places, and columns run the other way.
 *
 * @param maps N × K × height × width.
 * @param partner K: for each joint its mirror image, itself in the middle of the body.
 * @param shift Move everything a column to the right, the first staying as it is: networks whose stride divides the
 *   width see the mirrored picture one cell off (HRNet's SHIFT_HEATMAP).
 * @param out Not `maps`.
 */
export function unflipMaps(
  maps: ArrayLike<number>,
  partner: ArrayLike<number>,
  width: number,
  height: number,
  shift: boolean,
  out: Float32Array,
): Float32Array {
  const area = width * height;
  const joints = partner.length;
  for (let k = 0; k * area < maps.length; k++) {
    const source = (k - (k % joints) + partner[k % joints]) * area;
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const column = width - 1 - (shift ? Math.max(0, x - 1) : x);
        out[k * area + y * width + x] = maps[source + y * width + column];
      }
  }
  return out;
}

/**
 * Adds maps, resized bilinearly with half-pixel centres (edges repeat), to others: the sum over scales and flips.
 *
 * @param maps K × height × width.
 * @param sum K × rows × columns, added to.
 * @param factor Of what is added.
 */
export function addResized(
  maps: ArrayLike<number>,
  width: number,
  height: number,
  sum: Float32Array,
  columns: number,
  rows: number,
  factor: number,
): Float32Array {
  const [a, b] = [width / columns, height / rows];
  return addMapped(maps, width, height, sum, columns, rows, [a, a / 2 - 0.5, b, b / 2 - 0.5], factor);
}

/**
 * As `addResized`, where the maps cover another part of the picture: cell x, y of the sum lies at cell a·x + b, c·y + d of
 * the maps (looks at one picture with margins of different sizes).
 */
export function addMapped(
  maps: ArrayLike<number>,
  width: number,
  height: number,
  sum: Float32Array,
  columns: number,
  rows: number,
  [a, b, c, d]: readonly [number, number, number, number],
  factor: number,
): Float32Array {
  const joints = maps.length / (width * height);
  for (let y = 0; y < rows; y++) {
    const v = Math.max(0, Math.min(height - 1, c * y + d));
    const top = Math.floor(v);
    const below = Math.min(height - 1, top + 1);
    for (let x = 0; x < columns; x++) {
      const u = Math.max(0, Math.min(width - 1, a * x + b));
      const left = Math.floor(u);
      const right = Math.min(width - 1, left + 1);
      for (let k = 0; k < joints; k++) {
        const at = k * width * height;
        const upper = mix(maps[at + top * width + left], maps[at + top * width + right], u - left);
        const lower = mix(maps[at + below * width + left], maps[at + below * width + right], u - left);
        sum[(k * rows + y) * columns + x] += factor * mix(upper, lower, v - top);
      }
    }
  }
  return sum;
}

const mix = (a: number, b: number, t: number) => a + (b - a) * t;

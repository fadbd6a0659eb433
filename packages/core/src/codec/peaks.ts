/** Where a map is largest among its neighbours; `data` is kept from picture to picture. */
export interface Peaks {
  count: number;
  /** capacity×3: x, y in cells, value of the map. */
  readonly data: Float32Array;
}

/** No peaks, with room for `capacity`. */
export function emptyPeaks(capacity = 96): Peaks {
  return { count: 0, data: new Float32Array(capacity * 3) };
}

/**
 * Finds the peaks of one map by OpenPose's rule: a cell above the threshold and above its eight neighbours; in the
 * second row or column from the border it may equal them; the border itself has none. The position is the centre of mass
 * of the positive values within 3 cells. OpenPose's own 0.5, which it adds later, isn't added.
 *
 * @param map rows×columns, from `offset` on.
 * @param peaks Overwritten; row by row, until it is full.
 */
export function findPeaks(
  map: Float32Array,
  columns: number,
  rows: number,
  threshold: number,
  peaks: Peaks,
  offset = 0,
): void {
  const capacity = peaks.data.length / 3;
  peaks.count = 0;
  for (let y = 1; y < rows - 1; y++)
    for (let x = 1; x < columns - 1; x++) {
      const at = offset + y * columns + x;
      const value = map[at];
      if (!(value > threshold)) continue;
      const nearBorder = x === 1 || y === 1 || x === columns - 2 || y === rows - 2;
      if (!isLargest(map, at, columns, nearBorder)) continue;
      if (peaks.count === capacity) return;
      centreOfMass(map, columns, rows, x, y, offset, peaks.data, peaks.count * 3);
      peaks.data[peaks.count * 3 + 2] = value;
      peaks.count++;
    }
}

function isLargest(map: Float32Array, at: number, columns: number, orEqual: boolean): boolean {
  const value = map[at];
  for (let row = at - columns; row <= at + columns; row += columns)
    for (let i = row - 1; i <= row + 1; i++) {
      if (i === at) continue;
      if (orEqual ? map[i] > value : map[i] >= value) return false;
    }
  return true;
}

/** Half the side of the window of the centre of mass, cells. */
const REACH = 3;

function centreOfMass(
  map: Float32Array,
  columns: number,
  rows: number,
  x: number,
  y: number,
  offset: number,
  out: Float32Array,
  to: number,
): void {
  let sum = 0;
  let sumX = 0;
  let sumY = 0;
  for (let row = Math.max(0, y - REACH); row <= Math.min(rows - 1, y + REACH); row++)
    for (let column = Math.max(0, x - REACH); column <= Math.min(columns - 1, x + REACH); column++) {
      const value = map[offset + row * columns + column];
      if (!(value > 0)) continue;
      sum += value;
      sumX += value * column;
      sumY += value * row;
    }
  out[to] = sumX / sum;
  out[to + 1] = sumY / sum;
}

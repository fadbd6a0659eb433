/** Index of the first of the largest `count` values from `at` on, relative to `at`. */
export function firstMaximum(values: ArrayLike<number>, at: number, count: number): number {
  let best = 0;
  for (let i = 1; i < count; i++) if (values[at + i] > values[at + best]) best = i;
  return best;
}

/** A place in a map, cells; refinements move it. One record is reused for all joints. */
export interface Peak {
  x: number;
  y: number;
}

/**
 * Moves a peak a quarter cell along each axis towards its larger neighbour, not at all between equals (Newell et al.
 * 2016). An axis stays where the peak stands within a cell of that axis's near border, on the far border, or on the
 * other axis's first cell; with `inner`, both stay where one would (HRNet).
 *
 * @param map The map begins at `at`.
 */
export function quarterStep(
  map: ArrayLike<number>,
  at: number,
  width: number,
  height: number,
  peak: Peak,
  inner: boolean,
): void {
  const { x, y } = peak;
  const o = at + y * width + x;
  const across = x > 1 && x < width - 1;
  const down = y > 1 && y < height - 1;
  if (across && (inner ? down : y > 0)) peak.x += 0.25 * Math.sign(map[o + 1] - map[o - 1]);
  if (down && (inner ? across : x > 0)) peak.y += 0.25 * Math.sign(map[o + width] - map[o - width]);
}

/**
 * One Newton step on the logarithm of a blurred map, with central differences over two cells (DARK, Zhang et al. 2020,
 * eq. 9). A peak within two cells of the border, or where the curvature vanishes, stays.
 *
 * @param logs width × height.
 */
export function newtonStep(logs: ArrayLike<number>, width: number, height: number, peak: Peak): void {
  const { x, y } = peak;
  if (!(x > 1 && x < width - 2 && y > 1 && y < height - 2)) return;
  const o = y * width + x;
  const dx = 0.5 * (logs[o + 1] - logs[o - 1]);
  const dy = 0.5 * (logs[o + width] - logs[o - width]);
  const dxx = 0.25 * (logs[o + 2] - 2 * logs[o] + logs[o - 2]);
  const dyy = 0.25 * (logs[o + 2 * width] - 2 * logs[o] + logs[o - 2 * width]);
  const dxy = 0.25 * (logs[o + width + 1] - logs[o - width + 1] - logs[o + width - 1] + logs[o - width - 1]);
  step(peak, dx, dy, dxx, dyy, dxy);
}

/**
 * As `newtonStep`, with differences over one cell and, for the mixed derivative, along one diagonal; beyond the border
 * the outermost cells go on (UDP, Huang et al. 2020).
 */
export function nearNewtonStep(logs: ArrayLike<number>, width: number, height: number, peak: Peak): void {
  const { x, y } = peak;
  const left = x > 0 ? x - 1 : x;
  const right = x < width - 1 ? x + 1 : x;
  const row = y * width;
  const above = y > 0 ? row - width : row;
  const below = y < height - 1 ? row + width : row;
  const middle = logs[row + x];
  const west = logs[row + left];
  const east = logs[row + right];
  const north = logs[above + x];
  const south = logs[below + x];
  const epsilon = 2 ** -23;
  const dxx = east - 2 * middle + west + epsilon;
  const dyy = south - 2 * middle + north + epsilon;
  const dxy = 0.5 * (logs[below + right] - east - south + 2 * middle - west - north + logs[above + left]);
  step(peak, 0.5 * (east - west), 0.5 * (south - north), dxx, dyy, dxy);
}

/** Moves by −H⁻¹·g. */
function step(peak: Peak, dx: number, dy: number, dxx: number, dyy: number, dxy: number): void {
  const determinant = dxx * dyy - dxy * dxy;
  if (determinant === 0) return;
  peak.x -= (dyy * dx - dxy * dy) / determinant;
  peak.y -= (dxx * dy - dxy * dx) / determinant;
}

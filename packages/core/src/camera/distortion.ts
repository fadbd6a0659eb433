/** The eight Brown–Conrady coefficients k1, k2, p1, p2, k3, k4, k5, k6 of a camera; missing ones are 0. */
export function distortionCoefficients(distortion: ArrayLike<number>): Float64Array {
  const coefficients = new Float64Array(8);
  for (let i = 0; i < Math.min(8, distortion.length); i++) coefficients[i] = distortion[i];
  return coefficients;
}

/**
 * Applies Brown–Conrady distortion to one point on the plane z = 1.
 *
 * @param k eight coefficients, from `distortionCoefficients`.
 * @param out receives x', y' and the derivative ∂(x', y')/∂(x, y), row-major: six numbers.
 * Source: OpenCV, "Camera Calibration and 3D Reconstruction", rational model.
 */
export function distortPoint(x: number, y: number, k: Float64Array, out: Float64Array): void {
  const p1 = k[2];
  const p2 = k[3];
  const r2 = x * x + y * y;
  const above = 1 + r2 * (k[0] + r2 * (k[1] + r2 * k[4]));
  const below = 1 + r2 * (k[5] + r2 * (k[6] + r2 * k[7]));
  const g = above / below;
  // dg / d(r²)
  const slope =
    (k[0] + r2 * (2 * k[1] + 3 * r2 * k[4]) - g * (k[5] + r2 * (2 * k[6] + 3 * r2 * k[7]))) / below;
  const cross = 2 * (x * y * slope + p1 * x + p2 * y);
  out[0] = x * g + 2 * p1 * x * y + p2 * (r2 + 2 * x * x);
  out[1] = y * g + p1 * (r2 + 2 * y * y) + 2 * p2 * x * y;
  out[2] = g + 2 * x * x * slope + 2 * p1 * y + 6 * p2 * x;
  out[3] = cross;
  out[4] = cross;
  out[5] = g + 2 * y * y * slope + 6 * p1 * y + 2 * p2 * x;
}

/** Newton's method converges in 3–6 steps; steps are halved where the model bends strongly. */
const MAX_STEPS = 60;
const RESIDUAL = 1e-14;

const scratch = new Float64Array(6);

/**
 * Undoes Brown–Conrady distortion of one point on the plane z = 1, by Newton's method.
 *
 * The path starts at the image's centre and may not cross the radius where the model folds back (its derivative turns
 * singular), so of several pre-images the one that a lens can make is found. A point without any gives NaN.
 *
 * @param out receives x, y.
 */
export function undistortPoint(u: number, v: number, k: Float64Array, out: Float64Array, offset = 0): void {
  let x = 0;
  let y = 0;
  distortPoint(x, y, k, scratch);
  let error = Math.hypot(scratch[0] - u, scratch[1] - v);
  const goal = RESIDUAL * (1 + Math.hypot(u, v));
  for (let step = 0; step < MAX_STEPS && error > goal; step++) {
    const determinant = scratch[2] * scratch[5] - scratch[3] * scratch[4];
    const du = u - scratch[0];
    const dv = v - scratch[1];
    const dx = (scratch[5] * du - scratch[3] * dv) / determinant;
    const dy = (scratch[2] * dv - scratch[4] * du) / determinant;
    const next = stepTowards(x, y, dx, dy, u, v, k, error);
    if (Number.isNaN(next)) break;
    x += next * dx;
    y += next * dy;
    error = Math.hypot(scratch[0] - u, scratch[1] - v);
  }
  // Rounding can stop the descent a little above the goal; 1e-12 is a nanopixel.
  const found = error <= 1e-12 * (1 + Math.hypot(u, v));
  out[offset] = found ? x : NaN;
  out[offset + 1] = found ? y : NaN;
}

/** The longest of 1, 1/2, 1/4 … of the step that lowers the error on this side of the fold; leaves its image in `scratch`. */
function stepTowards(
  x: number,
  y: number,
  dx: number,
  dy: number,
  u: number,
  v: number,
  k: Float64Array,
  error: number,
): number {
  for (let share = 1; share > 1e-9; share /= 2) {
    distortPoint(x + share * dx, y + share * dy, k, scratch);
    const upright = scratch[2] + scratch[5] > 0 && scratch[2] * scratch[5] - scratch[3] * scratch[4] > 0;
    if (upright && Math.hypot(scratch[0] - u, scratch[1] - v) < error) return share;
  }
  return NaN;
}

import { minimise } from "../array/levenbergMarquardt.js";
import { invert3, multiply3 } from "../array/matrix.js";
import { nullVector } from "../array/svd.js";
import { hartleyNormalisation } from "./epipolar.js";

/** Maps N×2 points by a homography. */
export function applyHomography(H: ArrayLike<number>, points: ArrayLike<number>): Float64Array {
  const out = new Float64Array(points.length);
  for (let i = 0; i < out.length; i += 2) {
    const [x, y] = [points[i], points[i + 1]];
    const depth = H[6] * x + H[7] * y + H[8];
    out[i] = (H[0] * x + H[1] * y + H[2]) / depth;
    out[i + 1] = (H[3] * x + H[4] * y + H[5]) / depth;
  }
  return out;
}

/**
 * The homography H, b ~ H a, of four or more pairs of points, H[2][2] = 1: DLT in normalised coordinates, and with more
 * than four pairs the minimum of the squared distances in the second image.
 *
 * @param a N×2.
 * @param b N×2.
 */
export function estimateHomography(a: ArrayLike<number>, b: ArrayLike<number>): Float64Array {
  const A = hartleyNormalisation(a);
  const B = hartleyNormalisation(b);
  const [p, q] = [applyHomography(A, a), applyHomography(B, b)];
  const linear = nullVector(homographyRows(p, q), p.length, 9);
  const H = multiply3(multiply3(invert3(B), linear), A);
  const scaled = H.map((value) => value / H[8]);
  if (a.length <= 8) return scaled;
  // In normalised coordinates the parameters are alike in size; the cost only scales by a constant.
  const start = linear.map((value) => value / linear[8]).subarray(0, 8);
  const { x } = minimise((h, residuals, J) => distances(h, p, q, residuals, J), start, p.length);
  const refined = multiply3(multiply3(invert3(B), [...x, 1]), A);
  return refined.map((value) => value / refined[8]);
}

function homographyRows(p: Float64Array, q: Float64Array): Float64Array {
  const rows = new Float64Array(p.length * 9);
  for (let i = 0; i < p.length; i += 2) {
    const [x, y, u, v] = [p[i], p[i + 1], q[i], q[i + 1]];
    rows.set([x, y, 1, 0, 0, 0, -u * x, -u * y, -u, 0, 0, 0, x, y, 1, -v * x, -v * y, -v], 9 * i);
  }
  return rows;
}

function distances(
  h: Float64Array,
  p: Float64Array,
  q: Float64Array,
  residuals: Float64Array,
  J?: Float64Array,
): void {
  for (let i = 0; i < p.length; i += 2) {
    const [x, y] = [p[i], p[i + 1]];
    const w = 1 / (h[6] * x + h[7] * y + 1);
    const u = (h[0] * x + h[1] * y + h[2]) * w;
    const v = (h[3] * x + h[4] * y + h[5]) * w;
    residuals[i] = u - q[i];
    residuals[i + 1] = v - q[i + 1];
    J?.set(
      [x * w, y * w, w, 0, 0, 0, -u * x * w, -u * y * w, 0, 0, 0, x * w, y * w, w, -v * x * w, -v * y * w],
      8 * i,
    );
  }
}

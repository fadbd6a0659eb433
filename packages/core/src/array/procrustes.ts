import { nearestRotation } from "./rotation.js";

/** target ≈ scale · R · source + t. */
export interface Similarity {
  /** 3×3, det +1. */
  rotation: Float64Array;
  scale: number;
  translation: Float64Array;
}

/**
 * The rotation, translation and, where `scaled`, scale that bring points nearest to others in weighted least squares
 * (Umeyama 1991; without scale, Kabsch 1976). A mirrored target still gets a proper rotation.
 *
 * @param source N×3.
 * @param target N×3. A pair with a NaN is left out.
 * @param weights N, all alike when left out.
 */
export function procrustes(
  source: ArrayLike<number>,
  target: ArrayLike<number>,
  options: { weights?: ArrayLike<number>; scaled?: boolean } = {},
): Similarity {
  const { weights, scaled = true } = options;
  const weightOf = (n: number) => {
    let sum = 0;
    for (let i = 3 * n; i < 3 * n + 3; i++) sum += source[i] + target[i];
    return Number.isNaN(sum) ? 0 : (weights?.[n] ?? 1);
  };
  const w = Float64Array.from({ length: Math.floor(source.length / 3) }, (_, n) => weightOf(n));
  const [a, b] = [centroid(source, w), centroid(target, w)];
  const H = new Float64Array(9);
  let spread = 0;
  for (let n = 0; n < w.length; n++) {
    if (w[n] === 0) continue;
    for (let r = 0; r < 3; r++)
      for (let c = 0; c < 3; c++)
        H[3 * r + c] += w[n] * (target[3 * n + r] - b[r]) * (source[3 * n + c] - a[c]);
    for (let c = 0; c < 3; c++) spread += w[n] * (source[3 * n + c] - a[c]) ** 2;
  }
  const rotation = nearestRotation(H);
  const scale = scaled ? H.reduce((sum, value, i) => sum + value * rotation[i], 0) / spread : 1;
  const translation = b.map(
    (value, r) =>
      value - scale * (rotation[3 * r] * a[0] + rotation[3 * r + 1] * a[1] + rotation[3 * r + 2] * a[2]),
  );
  return { rotation, scale, translation };
}

/** Weighted mean of N×3 points; those of weight 0 are not looked at. */
export function centroid(points: ArrayLike<number>, weights?: ArrayLike<number>): Float64Array {
  const sum = new Float64Array(3);
  let total = 0;
  for (let n = 0; n < points.length / 3; n++) {
    const w = weights?.[n] ?? 1;
    if (!(w > 0)) continue;
    total += w;
    for (let c = 0; c < 3; c++) sum[c] += w * points[3 * n + c];
  }
  return sum.map((value) => value / total);
}

/** Applies a similarity to N×3 points. */
export function transformPoints(
  { rotation: R, scale, translation: t }: Similarity,
  points: ArrayLike<number>,
): Float64Array {
  const out = new Float64Array(points.length);
  for (let i = 0; i < out.length; i += 3)
    for (let r = 0; r < 3; r++)
      out[i + r] =
        scale * (R[3 * r] * points[i] + R[3 * r + 1] * points[i + 1] + R[3 * r + 2] * points[i + 2]) + t[r];
  return out;
}

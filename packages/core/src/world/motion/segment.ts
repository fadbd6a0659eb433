/** The least distance between two segments (Ericson, Real-Time Collision Detection, 5.1.9). */
export function segmentGap(
  p: ArrayLike<number>,
  p2: ArrayLike<number>,
  q: ArrayLike<number>,
  q2: ArrayLike<number>,
): number {
  const axes = [0, 1, 2];
  const d = axes.map((k) => p2[k] - p[k]);
  const e = axes.map((k) => q2[k] - q[k]);
  const r = axes.map((k) => p[k] - q[k]);
  const dot = (a: number[], b: number[]) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
  const clamp = (value: number) => Math.min(1, Math.max(0, value));
  const [dd, ee, de, dr, er] = [dot(d, d), dot(e, e), dot(d, e), dot(d, r), dot(e, r)];
  const bottom = dd * ee - de * de;
  let s = bottom > 1e-12 ? clamp((de * er - dr * ee) / bottom) : 0;
  let t = ee > 1e-12 ? (de * s + er) / ee : 0;
  if (t < 0 || t > 1) {
    t = clamp(t);
    s = dd > 1e-12 ? clamp((de * t - dr) / dd) : 0;
  }
  return Math.hypot(...axes.map((k) => r[k] + s * d[k] - t * e[k]));
}

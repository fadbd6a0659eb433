/**
 * OpenCV's fisheye model of one point on the plane z = 1: θ_d = θ (1 + k1 θ² + k2 θ⁴ + k3 θ⁶ + k4 θ⁸), θ = atan r.
 *
 * @param k four coefficients.
 * @param out receives x', y' at `offset`.
 */
export function distortFisheye(
  x: number,
  y: number,
  k: ArrayLike<number>,
  out: Float64Array,
  offset = 0,
): void {
  const r = Math.hypot(x, y);
  const scale = r > 0 ? bend(Math.atan(r), k) / r : 1;
  out[offset] = x * scale;
  out[offset + 1] = y * scale;
}

function bend(theta: number, k: ArrayLike<number>): number {
  const t2 = theta * theta;
  return theta * (1 + t2 * (k[0] + t2 * (k[1] + t2 * (k[2] + t2 * k[3]))));
}

/**
 * Undoes `distortFisheye` by Newton's method on the angle. A point beyond the model's largest angle, or at 90° and
 * more from the axis, has no place on the plane z = 1 and gives NaN.
 */
export function undistortFisheye(
  u: number,
  v: number,
  k: ArrayLike<number>,
  out: Float64Array,
  offset = 0,
): void {
  const goal = Math.hypot(u, v);
  let theta = Math.min(goal, 1.5);
  for (let step = 0; step < 50; step++) {
    const t2 = theta * theta;
    const slope = 1 + t2 * (3 * k[0] + t2 * (5 * k[1] + t2 * (7 * k[2] + t2 * 9 * k[3])));
    const next = theta - (bend(theta, k) - goal) / slope;
    const moved = Math.abs(next - theta);
    theta = next;
    if (!(moved > 1e-16)) break;
  }
  const found = Math.abs(bend(theta, k) - goal) < 1e-12 && theta >= 0 && theta < Math.PI / 2;
  const scale = !found ? NaN : goal > 0 ? Math.tan(theta) / goal : 1;
  out[offset] = u * scale;
  out[offset + 1] = v * scale;
}

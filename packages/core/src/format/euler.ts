/** The order in which a file lists rotation channels, first to last: `ZXY` means R = R_z·R_x·R_y (intrinsic). */
export type RotationOrder = "XYZ" | "XZY" | "YXZ" | "YZX" | "ZXY" | "ZYX";

/** Multiplies the 3×3 row-major matrix at R[o…] from the right by a rotation about axis 0, 1 or 2, in place. */
export function rotateAbout(R: Float64Array, o: number, axis: number, radians: number): void {
  const c = Math.cos(radians);
  const s = Math.sin(radians);
  const j = (axis + 1) % 3;
  const k = (axis + 2) % 3;
  for (let row = o; row < o + 9; row += 3) {
    const u = R[row + j];
    const v = R[row + k];
    R[row + j] = c * u + s * v;
    R[row + k] = c * v - s * u;
  }
}

/**
 * Moves three angles (radians, in the order's own order) on to those of a rotation matrix: of the two sets and their
 * full turns the nearest to the angles before, so that curves over time don't jump. At gimbal lock the third angle
 * stays. Runs once per joint and frame, so it allocates nothing.
 *
 * @param R 3×3, row-major.
 * @param angles The angles before; the new ones are written here.
 */
export function followEuler(R: ArrayLike<number>, order: RotationOrder, angles: Float64Array): void {
  const i = order.charCodeAt(0) - 88;
  const j = order.charCodeAt(1) - 88;
  const k = 3 - i - j;
  // A left-handed order of axes turns every angle round.
  const hand = (j - i + 3) % 3 === 1 ? 1 : -1;
  const cosine = Math.hypot(R[4 * i], R[3 * i + j]);
  const b = Math.atan2(hand * R[3 * i + k], cosine);
  if (cosine < 1e-6) {
    // Only a + c or a − c is determined.
    const turn = Math.atan2(hand * R[3 * k + j], R[4 * j]);
    angles[0] = nearest(turn - hand * Math.sign(b) * angles[2], angles[0]);
    angles[1] = nearest(b, angles[1]);
    return;
  }
  const a = Math.atan2(-hand * R[3 * j + k], R[4 * k]);
  const c = Math.atan2(-hand * R[3 * i + j], R[4 * i]);
  const straight = distance(a, b, c, angles) <= distance(a + Math.PI, Math.PI - b, c + Math.PI, angles);
  angles[0] = nearest(straight ? a : a + Math.PI, angles[0]);
  angles[1] = nearest(straight ? b : Math.PI - b, angles[1]);
  angles[2] = nearest(straight ? c : c + Math.PI, angles[2]);
}

const distance = (a: number, b: number, c: number, to: Float64Array) =>
  Math.abs(nearest(a, to[0]) - to[0]) +
  Math.abs(nearest(b, to[1]) - to[1]) +
  Math.abs(nearest(c, to[2]) - to[2]);

const nearest = (angle: number, to: number) => angle + 2 * Math.PI * Math.round((to - angle) / (2 * Math.PI));

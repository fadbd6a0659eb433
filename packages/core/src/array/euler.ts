/** Three of x, y, z without equal neighbours, in the order of the angles. */
export type EulerOrder =
  | "xyz" | "xzy" | "yxz" | "yzx" | "zxy" | "zyx"
  | "xyx" | "xzx" | "yxy" | "yzy" | "zxz" | "zyz"; // biome-ignore format: a table

/**
 * `extrinsic`: about fixed axes, the first angle applied first (xyz means R = Rz Ry Rx). `intrinsic`: about axes that
 * move along (xyz means R = Rx Ry Rz); a BVH file's channels are intrinsic.
 */
export type EulerFrame = "extrinsic" | "intrinsic";

const axesOf = (order: EulerOrder, frame: EulerFrame) => {
  const axes = Array.from(order, (axis) => "xyz".indexOf(axis));
  return frame === "intrinsic" ? axes : axes.reverse();
};

/** The rotation matrix, 3×3 row-major, of three angles in radians. */
export function eulerToMatrix(angles: ArrayLike<number>, order: EulerOrder, frame: EulerFrame): Float64Array {
  const axes = axesOf(order, frame);
  let R: Float64Array = Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);
  for (let n = 0; n < 3; n++) R = turned(R, axes[n], angles[frame === "intrinsic" ? n : 2 - n]);
  return R;
}

/** R times the rotation about one axis: mixes two columns. */
function turned(R: Float64Array, axis: number, angle: number): Float64Array {
  const [j, k] = [(axis + 1) % 3, (axis + 2) % 3];
  const [s, c] = [Math.sin(angle), Math.cos(angle)];
  const out = Float64Array.from(R);
  for (let row = 0; row < 9; row += 3) {
    out[row + j] = c * R[row + j] + s * R[row + k];
    out[row + k] = c * R[row + k] - s * R[row + j];
  }
  return out;
}

/**
 * The three angles of a rotation matrix, radians: the first and the last in (−π, π], the middle one in [−π/2, π/2] for
 * three different axes and in [0, π] where the first axis comes again.
 *
 * The last angle is read from what remains once the first is undone, so the matrix comes out again in gimbal lock too.
 */
export function matrixToEuler(R: ArrayLike<number>, order: EulerOrder, frame: EulerFrame): Float64Array {
  const [i, j, last] = axesOf(order, frame);
  const k = 3 - i - j;
  // In the frame (i, j, k) this is the order xyz or xyx; a left-handed frame turns every angle round.
  const hand = (j - i + 3) % 3 === 1 ? 1 : -1;
  const axes = [i, j, k];
  const M = (row: number, column: number) => R[3 * axes[row] + axes[column]];
  let a: number;
  let b: number;
  if (last === i) {
    b = hand * Math.atan2(Math.hypot(M(0, 1), M(0, 2)), M(0, 0));
    a = Math.atan2(hand * M(1, 0), -hand * M(2, 0));
  } else {
    b = Math.atan2(M(0, 2), Math.hypot(M(0, 0), M(0, 1)));
    a = Math.atan2(-M(1, 2), M(2, 2));
  }
  const [s, c] = [Math.sin(a), Math.cos(a)];
  const rest =
    last === i
      ? Math.atan2(-(c * M(1, 2) + s * M(2, 2)), c * M(1, 1) + s * M(2, 1))
      : Math.atan2(c * M(1, 0) + s * M(2, 0), c * M(1, 1) + s * M(2, 1));
  const angles = [a, b, rest].map((angle) => (hand * angle <= -Math.PI ? Math.PI : hand * angle));
  return Float64Array.from(frame === "intrinsic" ? angles : angles.reverse());
}

import { type EulerOrder, matrixToEuler } from "../array/euler.js";

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
 * The three angles (radians, in the order's own order) of a rotation matrix: of the two sets and their full turns the
 * one nearest to `previous`, so that curves over time don't jump. At gimbal lock the third angle keeps its previous
 * value.
 */
export function followEuler(
  R: ArrayLike<number>,
  order: RotationOrder,
  previous: ArrayLike<number>,
): [number, number, number] {
  const [a, b, c] = matrixToEuler(R, order.toLowerCase() as EulerOrder, "intrinsic");
  if (Math.abs(Math.cos(b)) < 1e-6) {
    // Only a + c or a − c is determined.
    const hand = (order.charCodeAt(1) - order.charCodeAt(0) + 3) % 3 === 1 ? 1 : -1;
    const turn = hand * Math.sign(b) * (c - previous[2]);
    return [nearest(a + turn, previous[0]), nearest(b, previous[1]), previous[2]];
  }
  const one = near(a, b, c, previous);
  const other = near(a + Math.PI, Math.PI - b, c + Math.PI, previous);
  return distance(one, previous) <= distance(other, previous) ? one : other;
}

const near = (a: number, b: number, c: number, to: ArrayLike<number>): [number, number, number] => [
  nearest(a, to[0]),
  nearest(b, to[1]),
  nearest(c, to[2]),
];

const distance = (angles: ArrayLike<number>, to: ArrayLike<number>) =>
  Math.abs(angles[0] - to[0]) + Math.abs(angles[1] - to[1]) + Math.abs(angles[2] - to[2]);

const nearest = (angle: number, to: number) => angle + 2 * Math.PI * Math.round((to - angle) / (2 * Math.PI));

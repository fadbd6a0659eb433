import type { Sighting } from "./sighting.js";

/**
 * Weighted least squares for the place of one joint, in metres.
 *
 * A ray (u, v) of a camera with x_cam = R X + t demands u Z − X = 0 and v Z − Y = 0 of the point in the camera's frame:
 * two rows that are linear in the world's point, and whose residual is its distance from the ray, measured across the
 * viewing direction at the point's own depth. A metre therefore means the same in every camera.
 */
export interface JointSystem {
  /** Upper triangle of the 3×3 normal matrix: xx, xy, xz, yy, yz, zz, in 1/m²; then its inverse. */
  readonly matrix: Float64Array;
  readonly right: Float64Array;
  /** The solution, metres. */
  readonly point: Float64Array;
}

export function jointSystem(): JointSystem {
  return { matrix: new Float64Array(6), right: new Float64Array(3), point: new Float64Array(3) };
}

/** Begins anew with a prior of `weight` (1/σ²) at `x, y, z`; a weight of 0 is none. */
export function resetSystem({ matrix, right }: JointSystem, weight = 0, x = 0, y = 0, z = 0): void {
  matrix.fill(0);
  matrix[0] = matrix[3] = matrix[5] = weight;
  right[0] = weight === 0 ? 0 : weight * x;
  right[1] = weight === 0 ? 0 : weight * y;
  right[2] = weight === 0 ? 0 : weight * z;
}

/** Adds the two rows of a sighting's joint with weight 1/σ². */
export function addRay(
  { matrix: A, right: b }: JointSystem,
  seen: Sighting,
  joint: number,
  weight: number,
): void {
  const { rotation: R, translation: t } = seen.camera;
  for (let axis = 0; axis < 2; axis++) {
    const ray = seen.rays[3 * joint + axis];
    const x = ray * R[6] - R[3 * axis];
    const y = ray * R[7] - R[3 * axis + 1];
    const z = ray * R[8] - R[3 * axis + 2];
    const r = (t[axis] - ray * t[2]) * weight;
    A[0] += weight * x * x;
    A[1] += weight * x * y;
    A[2] += weight * x * z;
    A[3] += weight * y * y;
    A[4] += weight * y * z;
    A[5] += weight * z * z;
    b[0] += r * x;
    b[1] += r * y;
    b[2] += r * z;
  }
}

/**
 * Solves the system into `point`, and turns `matrix` into its inverse, the covariance.
 *
 * @returns The standard deviation of the point (root mean square of the axes), metres; Infinity, and no point, when the
 *   rays don't fix one (fewer than two, or nearly parallel).
 */
export function solveSystem({ matrix: A, right: b, point }: JointSystem): number {
  const [xx, xy, xz, yy, yz, zz] = A;
  const cxx = yy * zz - yz * yz;
  const cxy = xz * yz - xy * zz;
  const cxz = xy * yz - xz * yy;
  const determinant = xx * cxx + xy * cxy + xz * cxz;
  const scale = (xx + yy + zz) / 3;
  // Two rays at an angle α leave an eigenvalue of about sin²α/2 of the others: 1e-4 is less than a degree.
  if (!(determinant > 1e-4 * scale * scale * scale)) return Infinity;
  A[0] = cxx / determinant;
  A[1] = cxy / determinant;
  A[2] = cxz / determinant;
  A[3] = (xx * zz - xz * xz) / determinant;
  A[4] = (xy * xz - xx * yz) / determinant;
  A[5] = (xx * yy - xy * xy) / determinant;
  point[0] = A[0] * b[0] + A[1] * b[1] + A[2] * b[2];
  point[1] = A[1] * b[0] + A[3] * b[1] + A[4] * b[2];
  point[2] = A[2] * b[0] + A[4] * b[1] + A[5] * b[2];
  return Math.sqrt((A[0] + A[3] + A[5]) / 3);
}

/**
 * Distance of a point (three numbers from `offset` on) from a sighting's ray, metres across the viewing direction;
 * Infinity behind the camera, NaN where either is unknown.
 */
export function rayOffset(
  { camera: { rotation: R, translation: t }, rays }: Sighting,
  joint: number,
  points: Float64Array,
  offset: number,
): number {
  const x = points[offset];
  const y = points[offset + 1];
  const z = points[offset + 2];
  const depth = R[6] * x + R[7] * y + R[8] * z + t[2];
  if (depth <= 0) return Infinity;
  const dx = rays[3 * joint] * depth - (R[0] * x + R[1] * y + R[2] * z + t[0]);
  const dy = rays[3 * joint + 1] * depth - (R[3] * x + R[4] * y + R[5] * z + t[1]);
  return Math.sqrt(dx * dx + dy * dy);
}

import { svd, symmetricEigen } from "./svd.js";

/**
 * Rotations: matrices are 9 numbers, row-major, acting on column vectors; a rotation vector is axis times angle,
 * radians; quaternions are (x, y, z, w), and q and −q are the same rotation. `out` receives the result where given.
 */

/** sin θ / θ and (1 − cos θ) / θ², exact at 0. */
function rodrigues(angle: number): [number, number] {
  if (angle < 1e-8) return [1, 0.5];
  const half = Math.sin(angle / 2) / (angle / 2);
  return [Math.sin(angle) / angle, 0.5 * half * half];
}

/** Rodrigues' formula: I + (sin θ / θ) [v]× + ((1 − cos θ) / θ²) [v]×². */
export function rotationVectorToMatrix(
  v: ArrayLike<number>,
  out: Float64Array = new Float64Array(9),
): Float64Array {
  const [x, y, z] = [v[0], v[1], v[2]];
  const angle = Math.hypot(x, y, z);
  const [s, c] = rodrigues(angle);
  const diagonal = 1 - c * angle * angle;
  out[0] = diagonal + c * x * x;
  out[1] = c * x * y - s * z;
  out[2] = c * x * z + s * y;
  out[3] = c * x * y + s * z;
  out[4] = diagonal + c * y * y;
  out[5] = c * y * z - s * x;
  out[6] = c * x * z - s * y;
  out[7] = c * y * z + s * x;
  out[8] = diagonal + c * z * z;
  return out;
}

/**
 * The derivative of `rotationVectorToMatrix` by the vector's components, 3×3×3: ∂R[r][c] / ∂v[k] at (3 r + c)·3 + k.
 */
export function rotationVectorToMatrixJacobian(v: ArrayLike<number>): Float64Array {
  const a2 = v[0] * v[0] + v[1] * v[1] + v[2] * v[2];
  const [s, c] = rodrigues(Math.sqrt(a2));
  // ds/dθ / θ and dc/dθ / θ; their closed forms cancel near 0.
  const near = a2 < 0.01;
  const ds = near ? -1 / 3 + a2 * (1 / 30 - a2 * (1 / 840 - a2 / 45360)) : (Math.cos(Math.sqrt(a2)) - s) / a2;
  const dc = near ? -1 / 12 + a2 * (1 / 180 - a2 * (1 / 6720 - a2 / 453600)) : (s - 2 * c) / a2;
  const K = [0, -v[2], v[1], v[2], 0, -v[0], -v[1], v[0], 0];
  const J = new Float64Array(27);
  for (let row = 0; row < 3; row++)
    for (let column = 0; column < 3; column++) {
      const at = 3 * row + column;
      const square = v[row] * v[column] - (row === column ? a2 : 0); // [v]×²
      for (let k = 0; k < 3; k++) {
        const skew = row === column || row === k || column === k ? 0 : (column - row + 3) % 3 === 1 ? -1 : 1;
        const turned =
          (row === k ? v[column] : 0) + (column === k ? v[row] : 0) - (row === column ? 2 * v[k] : 0);
        J[3 * at + k] = s * skew + c * turned + v[k] * (ds * K[at] + dc * square);
      }
    }
  return J;
}

/** The rotation vector of a rotation matrix; angle in [0, π]. */
export function matrixToRotationVector(
  R: ArrayLike<number>,
  out: Float64Array = new Float64Array(3),
): Float64Array {
  return quaternionToRotationVector(matrixToQuaternion(R), out);
}

/** A matrix from a quaternion of any length but 0. */
export function quaternionToMatrix(
  q: ArrayLike<number>,
  out: Float64Array = new Float64Array(9),
): Float64Array {
  const [x, y, z, w] = [q[0], q[1], q[2], q[3]];
  const s = 2 / (x * x + y * y + z * z + w * w);
  out[0] = 1 - s * (y * y + z * z);
  out[1] = s * (x * y - z * w);
  out[2] = s * (x * z + y * w);
  out[3] = s * (x * y + z * w);
  out[4] = 1 - s * (x * x + z * z);
  out[5] = s * (y * z - x * w);
  out[6] = s * (x * z - y * w);
  out[7] = s * (y * z + x * w);
  out[8] = 1 - s * (x * x + y * y);
  return out;
}

/** The unit quaternion of a rotation matrix, w ≥ 0 (Shepperd 1978: divides by the largest component only). */
export function matrixToQuaternion(
  R: ArrayLike<number>,
  out: Float64Array = new Float64Array(4),
): Float64Array {
  const trace = R[0] + R[4] + R[8];
  const largest = Math.max(R[0], R[4], R[8], trace);
  if (largest === trace) {
    out[0] = R[7] - R[5];
    out[1] = R[2] - R[6];
    out[2] = R[3] - R[1];
    out[3] = 1 + trace;
  } else {
    const i = R[0] === largest ? 0 : R[4] === largest ? 1 : 2;
    const j = (i + 1) % 3;
    const k = (i + 2) % 3;
    out[i] = 1 + R[4 * i] - R[4 * j] - R[4 * k];
    out[j] = R[3 * j + i] + R[3 * i + j];
    out[k] = R[3 * k + i] + R[3 * i + k];
    out[3] = R[3 * k + j] - R[3 * j + k];
  }
  const length = Math.hypot(out[0], out[1], out[2], out[3]);
  const scale = out[3] < 0 ? -1 / length : 1 / length;
  for (let i = 0; i < 4; i++) out[i] *= scale;
  return out;
}

/** The rotation vector of a quaternion of any length; angle in [0, π]. */
export function quaternionToRotationVector(
  q: ArrayLike<number>,
  out: Float64Array = new Float64Array(3),
): Float64Array {
  const sine = Math.hypot(q[0], q[1], q[2]);
  const angle = 2 * Math.atan2(sine, Math.abs(q[3]));
  const sign = q[3] < 0 ? -1 : 1;
  const scale = sine > 1e-150 ? (sign * angle) / sine : 2 / q[3];
  for (let i = 0; i < 3; i++) out[i] = q[i] * scale;
  return out;
}

/** The unit quaternion of a rotation vector. */
export function rotationVectorToQuaternion(
  v: ArrayLike<number>,
  out: Float64Array = new Float64Array(4),
): Float64Array {
  const angle = Math.hypot(v[0], v[1], v[2]);
  const scale = angle < 1e-8 ? 0.5 : Math.sin(angle / 2) / angle;
  for (let i = 0; i < 3; i++) out[i] = v[i] * scale;
  out[3] = Math.cos(angle / 2);
  return out;
}

/** a·b: the rotation b, then a. */
export function quaternionMultiply(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  out: Float64Array = new Float64Array(4),
): Float64Array {
  const [x, y, z, w] = [a[0], a[1], a[2], a[3]];
  const [X, Y, Z, W] = [b[0], b[1], b[2], b[3]];
  out[0] = w * X + x * W + y * Z - z * Y;
  out[1] = w * Y - x * Z + y * W + z * X;
  out[2] = w * Z + x * Y - y * X + z * W;
  out[3] = w * W - x * X - y * Y - z * Z;
  return out;
}

/** The inverse rotation of a unit quaternion. */
export function quaternionConjugate(
  q: ArrayLike<number>,
  out: Float64Array = new Float64Array(4),
): Float64Array {
  for (let i = 0; i < 3; i++) out[i] = -q[i];
  out[3] = q[3];
  return out;
}

/** Rotates v by a unit quaternion: v + 2 w (u × v) + 2 u × (u × v). */
export function quaternionRotate(
  q: ArrayLike<number>,
  v: ArrayLike<number>,
  out: Float64Array = new Float64Array(3),
): Float64Array {
  const [x, y, z, w] = [q[0], q[1], q[2], q[3]];
  const [a, b, c] = [v[0], v[1], v[2]];
  const tx = 2 * (y * c - z * b);
  const ty = 2 * (z * a - x * c);
  const tz = 2 * (x * b - y * a);
  out[0] = a + w * tx + y * tz - z * ty;
  out[1] = b + w * ty + z * tx - x * tz;
  out[2] = c + w * tz + x * ty - y * tx;
  return out;
}

/** Spherical interpolation between unit quaternions along the shorter arc; t in [0, 1]. */
export function slerp(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  t: number,
  out: Float64Array = new Float64Array(4),
): Float64Array {
  const cosine = a[0] * b[0] + a[1] * b[1] + a[2] * b[2] + a[3] * b[3];
  const side = cosine < 0 ? -1 : 1;
  // The angle from both half-chords is exact near 0 and π, where acos isn't.
  let apart = 0;
  let along = 0;
  for (let i = 0; i < 4; i++) {
    apart += (a[i] - side * b[i]) ** 2;
    along += (a[i] + side * b[i]) ** 2;
  }
  const angle = 2 * Math.atan2(Math.sqrt(apart), Math.sqrt(along));
  const sine = Math.sin(angle);
  const from = sine < 1e-9 ? 1 - t : Math.sin((1 - t) * angle) / sine;
  const to = side * (sine < 1e-9 ? t : Math.sin(t * angle) / sine);
  for (let i = 0; i < 4; i++) out[i] = from * a[i] + to * b[i];
  const scale = 1 / Math.hypot(out[0], out[1], out[2], out[3]);
  for (let i = 0; i < 4; i++) out[i] *= scale;
  return out;
}

/**
 * The rotation nearest to a 3×3 matrix in the Frobenius norm, det +1 (Kabsch 1976): the R with the largest tr(RᵀM).
 * Of several for a matrix of rank 1, or none for 0, one is returned.
 */
export function nearestRotation(M: ArrayLike<number>): Float64Array {
  const { U, s, V } = svd(M, 3, 3);
  if (!(s[0] > 0)) return Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);
  const u0 = column(U, 0);
  const v0 = column(V, 0);
  const u1 = s[1] > 1e-14 * s[0] ? column(U, 1) : perpendicular(u0);
  const v1 = s[1] > 1e-14 * s[0] ? column(V, 1) : perpendicular(v0);
  return matrixFromFrames(u0, u1, v0, v1);
}

const column = (M: Float64Array, c: number) => Float64Array.of(M[c], M[3 + c], M[6 + c]);

function perpendicular(a: Float64Array): Float64Array {
  const least = [0, 1, 2].reduce((best, i) => (Math.abs(a[i]) < Math.abs(a[best]) ? i : best));
  const b = Float64Array.from(a, (value, i) => (i === least ? 1 : 0) - a[least] * value);
  const length = Math.hypot(b[0], b[1], b[2]);
  return b.map((value) => value / length);
}

/** The rotation that takes v0, v1 and their cross product to u0, u1 and theirs. */
function matrixFromFrames(
  u0: Float64Array,
  u1: Float64Array,
  v0: Float64Array,
  v1: Float64Array,
): Float64Array {
  const R = new Float64Array(9);
  for (let i = 0; i < 3; i++) {
    const [j, k] = [(i + 1) % 3, (i + 2) % 3];
    const u2 = u0[j] * u1[k] - u0[k] * u1[j];
    for (let c = 0; c < 3; c++) {
      const [d, e] = [(c + 1) % 3, (c + 2) % 3];
      R[3 * i + c] = u0[i] * v0[c] + u1[i] * v1[c] + u2 * (v0[d] * v1[e] - v0[e] * v1[d]);
    }
  }
  return R;
}

/** The smallest rotation that takes the direction a to the direction b (any lengths but 0). */
export function rotationBetween(a: ArrayLike<number>, b: ArrayLike<number>): Float64Array {
  const scale = 1 / (Math.hypot(a[0], a[1], a[2]) * Math.hypot(b[0], b[1], b[2]));
  const axis = [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
  const sine = Math.hypot(axis[0], axis[1], axis[2]) * scale;
  const cosine = (a[0] * b[0] + a[1] * b[1] + a[2] * b[2]) * scale;
  if (sine < 1e-12 && cosine < 0) {
    const turn = perpendicular(Float64Array.from(a, (value) => value / Math.hypot(a[0], a[1], a[2])));
    return rotationVectorToMatrix(turn.map((value) => value * Math.PI));
  }
  const angle = Math.atan2(sine, cosine);
  const length = sine > 0 ? (angle * scale) / sine : 0;
  return rotationVectorToMatrix(axis.map((value) => value * length));
}

/**
 * The weighted chordal mean of rotations: the largest eigenvector of Σ w q qᵀ (Markley et al. 2007).
 *
 * @param matrices N×3×3.
 * @param weights N; all alike when left out.
 */
export function rotationMean(matrices: ArrayLike<number>, weights?: ArrayLike<number>): Float64Array {
  const sum = new Float64Array(16);
  const R = new Float64Array(9);
  for (let n = 0; n < matrices.length / 9; n++) {
    for (let i = 0; i < 9; i++) R[i] = matrices[9 * n + i];
    const q = matrixToQuaternion(R);
    for (let i = 0; i < 16; i++) sum[i] += (weights?.[n] ?? 1) * q[i >> 2] * q[i & 3];
  }
  const { vectors } = symmetricEigen(sum, 4);
  return quaternionToMatrix([vectors[0], vectors[4], vectors[8], vectors[12]]);
}

/** The rotation of the 6D representation (Zhou et al. 2019): two columns, made orthonormal in order. */
export function rotationFrom6d(x: ArrayLike<number>): Float64Array {
  const a = Float64Array.of(x[0], x[1], x[2]);
  const b = Float64Array.of(x[3], x[4], x[5]);
  const u = a.map((value) => value / Math.hypot(a[0], a[1], a[2]));
  const along = u[0] * b[0] + u[1] * b[1] + u[2] * b[2];
  const rest = b.map((value, i) => value - along * u[i]);
  const v = rest.map((value) => value / Math.hypot(rest[0], rest[1], rest[2]));
  return matrixFromFrames(u, v, Float64Array.of(1, 0, 0), Float64Array.of(0, 1, 0));
}

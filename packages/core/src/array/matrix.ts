/** Small dense matrices: row-major typed arrays. `out` receives the result where it is given and must not be an input. */

/** A·B for A m×k, B k×n. */
export function multiply(
  A: ArrayLike<number>,
  B: ArrayLike<number>,
  m: number,
  k: number,
  n: number,
  out: Float64Array = new Float64Array(m * n),
): Float64Array {
  for (let i = 0; i < m; i++)
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let l = 0; l < k; l++) sum += A[i * k + l] * B[l * n + j];
      out[i * n + j] = sum;
    }
  return out;
}

/** Aᵀ for A m×n. */
export function transpose(
  A: ArrayLike<number>,
  m: number,
  n: number,
  out: Float64Array = new Float64Array(m * n),
): Float64Array {
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) out[j * m + i] = A[i * n + j];
  return out;
}

/** A·B for two 3×3 matrices, without a loop: for hot paths. */
export function multiply3(
  A: ArrayLike<number>,
  B: ArrayLike<number>,
  out: Float64Array = new Float64Array(9),
): Float64Array {
  for (let i = 0; i < 9; i += 3) {
    const a = A[i];
    const b = A[i + 1];
    const c = A[i + 2];
    out[i] = a * B[0] + b * B[3] + c * B[6];
    out[i + 1] = a * B[1] + b * B[4] + c * B[7];
    out[i + 2] = a * B[2] + b * B[5] + c * B[8];
  }
  return out;
}

/** M·v for a 3×3 matrix. */
export function transform3(
  M: ArrayLike<number>,
  v: ArrayLike<number>,
  out: Float64Array = new Float64Array(3),
): Float64Array {
  const x = v[0];
  const y = v[1];
  const z = v[2];
  out[0] = M[0] * x + M[1] * y + M[2] * z;
  out[1] = M[3] * x + M[4] * y + M[5] * z;
  out[2] = M[6] * x + M[7] * y + M[8] * z;
  return out;
}

/** Determinant of a 3×3 matrix. */
export function determinant3(M: ArrayLike<number>): number {
  return (
    M[0] * (M[4] * M[8] - M[5] * M[7]) -
    M[1] * (M[3] * M[8] - M[5] * M[6]) +
    M[2] * (M[3] * M[7] - M[4] * M[6])
  );
}

/** Inverse of a 3×3 matrix by cofactors; not finite for a singular one. */
export function invert3(M: ArrayLike<number>, out: Float64Array = new Float64Array(9)): Float64Array {
  const scale = 1 / determinant3(M);
  out[0] = (M[4] * M[8] - M[5] * M[7]) * scale;
  out[1] = (M[2] * M[7] - M[1] * M[8]) * scale;
  out[2] = (M[1] * M[5] - M[2] * M[4]) * scale;
  out[3] = (M[5] * M[6] - M[3] * M[8]) * scale;
  out[4] = (M[0] * M[8] - M[2] * M[6]) * scale;
  out[5] = (M[2] * M[3] - M[0] * M[5]) * scale;
  out[6] = (M[3] * M[7] - M[4] * M[6]) * scale;
  out[7] = (M[1] * M[6] - M[0] * M[7]) * scale;
  out[8] = (M[0] * M[4] - M[1] * M[3]) * scale;
  return out;
}

/** a × b. */
export function cross(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  out: Float64Array = new Float64Array(3),
): Float64Array {
  out[0] = a[1] * b[2] - a[2] * b[1];
  out[1] = a[2] * b[0] - a[0] * b[2];
  out[2] = a[0] * b[1] - a[1] * b[0];
  return out;
}

/** [v]×, the matrix with [v]×·w = v × w. */
export function crossMatrix(v: ArrayLike<number>): Float64Array {
  return Float64Array.of(0, -v[2], v[1], v[2], 0, -v[0], -v[1], v[0], 0);
}

/** aᵀb over all entries. */
export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** v divided by its length; NaN for a vector of zeros. */
export function unit(v: ArrayLike<number>): Float64Array {
  const scale = 1 / Math.sqrt(dot(v, v));
  return Float64Array.from(v, (value) => value * scale);
}

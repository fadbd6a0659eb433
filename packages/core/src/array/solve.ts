/**
 * Solves A·x = b for a symmetric positive definite A by Cholesky's method, in place.
 *
 * @param A n×n row-major; only the lower triangle is read; its factor replaces it.
 * @param b n numbers; becomes x.
 * @returns false when A is not positive definite to rounding; b is then unchanged.
 */
export function solveCholesky(A: Float64Array, b: Float64Array, n = b.length): boolean {
  for (let j = 0; j < n; j++) {
    let pivot = A[j * n + j];
    for (let k = 0; k < j; k++) pivot -= A[j * n + k] * A[j * n + k];
    if (!(pivot > 0)) return false;
    const root = Math.sqrt(pivot);
    A[j * n + j] = root;
    for (let i = j + 1; i < n; i++) {
      let sum = A[i * n + j];
      for (let k = 0; k < j; k++) sum -= A[i * n + k] * A[j * n + k];
      A[i * n + j] = sum / root;
    }
  }
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) b[i] -= A[i * n + k] * b[k];
    b[i] /= A[i * n + i];
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) b[i] -= A[k * n + i] * b[k];
    b[i] /= A[i * n + i];
  }
  return true;
}

/**
 * The x with the least |A·x − b| by Householder QR, so that the condition number of A isn't squared.
 *
 * @param A m×n row-major with m ≥ n.
 * @param b m numbers.
 * @returns n numbers; not finite where the columns of A depend on each other.
 */
export function leastSquares(A: ArrayLike<number>, b: ArrayLike<number>, m: number, n: number): Float64Array {
  const Q = Float64Array.from(A);
  const y = Float64Array.from(b);
  for (let k = 0; k < n; k++) {
    let norm = 0;
    for (let i = k; i < m; i++) norm += Q[i * n + k] * Q[i * n + k];
    const alpha = Q[k * n + k] > 0 ? -Math.sqrt(norm) : Math.sqrt(norm);
    const head = Q[k * n + k] - alpha;
    const beta = alpha === 0 ? 0 : 1 / (-alpha * head);
    Q[k * n + k] = head;
    for (let c = k + 1; c <= n; c++) {
      const at = (i: number) => (c < n ? Q[i * n + c] : y[i]);
      let sum = 0;
      for (let i = k; i < m; i++) sum += Q[i * n + k] * at(i);
      for (let i = k; i < m; i++)
        if (c < n) Q[i * n + c] -= beta * sum * Q[i * n + k];
        else y[i] -= beta * sum * Q[i * n + k];
    }
    Q[k * n + k] = alpha;
  }
  const x = new Float64Array(n);
  for (let i = n - 1; i >= 0; i--) {
    let sum = y[i];
    for (let c = i + 1; c < n; c++) sum -= Q[i * n + c] * x[c];
    x[i] = sum / Q[i * n + i];
  }
  return x;
}

/**
 * Symmetric banded matrices, lower half, by rows: entry (i, j), i − band ≤ j ≤ i, stands at i·(band + 1) + i − j.
 * Nothing here allocates.
 */

/** Replaces A (n×n) by its Cholesky factor L, A = L·Lᵀ, with the inverses of L's diagonal in its place. @returns false where A isn't positive definite. */
export function factorBanded(A: Float64Array, n: number, band: number, at = 0): boolean {
  const width = band + 1;
  for (let i = 0; i < n; i++) {
    const row = at + i * width;
    const first = Math.max(0, i - band);
    for (let j = first; j <= i; j++) {
      const other = at + j * width;
      let sum = A[row + i - j];
      for (let k = Math.max(first, j - band); k < j; k++) sum -= A[row + i - k] * A[other + j - k];
      if (j < i) A[row + i - j] = sum * A[other];
      else {
        if (!(sum > 0)) return false;
        A[row] = 1 / Math.sqrt(sum);
      }
    }
  }
  return true;
}

/** Solves L·Lᵀ·x = b in place: `x` holds b from `offset` on and receives the solution. */
export function solveBanded(
  L: Float64Array,
  n: number,
  band: number,
  at: number,
  x: Float64Array,
  offset: number,
): void {
  const width = band + 1;
  for (let i = 0; i < n; i++) {
    const row = at + i * width;
    let sum = x[offset + i];
    for (let k = Math.max(0, i - band); k < i; k++) sum -= L[row + i - k] * x[offset + k];
    x[offset + i] = sum * L[row];
  }
  for (let i = n - 1; i >= 0; i--) {
    const value = x[offset + i] * L[at + i * width];
    x[offset + i] = value;
    const first = Math.max(0, i - band);
    for (let k = first; k < i; k++) x[offset + k] -= L[at + i * width + i - k] * value;
  }
}

/**
 * The entries of A⁻¹ within the band, from A's factor (Takahashi, Fagan & Chin 1973).
 *
 * @param inverse receives them, stored as the factor is, from 0 on.
 */
export function invertBanded(
  L: Float64Array,
  n: number,
  band: number,
  at: number,
  inverse: Float64Array,
): void {
  const width = band + 1;
  for (let j = n - 1; j >= 0; j--) {
    const last = Math.min(n - 1, j + band);
    const pivot = L[at + j * width];
    for (let i = last; i >= j; i--) {
      let sum = i === j ? pivot : 0;
      for (let k = j + 1; k <= last; k++)
        sum -= L[at + k * width + k - j] * (k >= i ? inverse[k * width + k - i] : inverse[i * width + i - k]);
      inverse[i * width + i - j] = sum * pivot;
    }
  }
}

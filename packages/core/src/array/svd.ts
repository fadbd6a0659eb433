/** A = U·diag(s)·Vᵀ, row-major; singular values descending. */
export interface Svd {
  /** m×n; a column whose singular value is 0 is 0. */
  U: Float64Array;
  /** n. */
  s: Float64Array;
  /** n×n. */
  V: Float64Array;
}

/**
 * Singular value decomposition of a small matrix by one-sided Jacobi rotations (Hestenes 1958; Demmel & Veselić 1992):
 * small singular values keep their relative accuracy.
 *
 * @param A m×n row-major; m may be smaller than n, the missing rows count as 0.
 */
export function svd(A: ArrayLike<number>, m: number, n: number): Svd {
  const columns = Math.max(m, n);
  const W = new Float64Array(columns * n);
  for (let i = 0; i < m * n; i++) W[i] = A[i];
  const V = new Float64Array(n * n);
  jacobiSvd(W, columns, n, V);
  const size = Float64Array.from({ length: n }, (_, j) => Math.sqrt(dotColumns(W, columns, n, j, j)));
  const order = Array.from(size.keys()).sort((a, b) => size[b] - size[a]);
  const sorted: Svd = { U: new Float64Array(m * n), s: new Float64Array(n), V: new Float64Array(n * n) };
  order.forEach((from, to) => {
    sorted.s[to] = size[from];
    for (let i = 0; i < m; i++) sorted.U[i * n + to] = size[from] > 0 ? W[i * n + from] / size[from] : 0;
    for (let i = 0; i < n; i++) sorted.V[i * n + to] = V[i * n + from];
  });
  return sorted;
}

/**
 * The in-place core of `svd`, which allocates nothing: W (m×n, m ≥ n) becomes U·diag(s) with orthogonal columns in no
 * order, V (n×n, any content) the right singular vectors in the same order.
 */
export function jacobiSvd(W: Float64Array, m: number, n: number, V: Float64Array): void {
  V.fill(0);
  for (let i = 0; i < n; i++) V[i * n + i] = 1;
  // Six to ten sweeps are usual; the bound only ends a matrix that isn't finite.
  for (let sweep = 0, turned = true; sweep < 60 && turned; sweep++) {
    turned = false;
    for (let p = 0; p < n - 1; p++)
      for (let q = p + 1; q < n; q++) turned = orthogonalise(W, m, n, V, p, q) || turned;
  }
}

function dotColumns(W: Float64Array, m: number, n: number, p: number, q: number): number {
  let sum = 0;
  for (let i = 0; i < m * n; i += n) sum += W[i + p] * W[i + q];
  return sum;
}

/** Turns columns p and q until they are orthogonal; false when they were. */
function orthogonalise(
  W: Float64Array,
  m: number,
  n: number,
  V: Float64Array,
  p: number,
  q: number,
): boolean {
  const pq = dotColumns(W, m, n, p, q);
  const pp = dotColumns(W, m, n, p, p);
  const qq = dotColumns(W, m, n, q, q);
  if (!(Math.abs(pq) > 2e-16 * Math.sqrt(pp * qq)) || Math.abs(pq) < 1e-300) return false;
  const zeta = (qq - pp) / (2 * pq);
  const tangent = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
  const cosine = 1 / Math.sqrt(1 + tangent * tangent);
  const sine = cosine * tangent;
  turnColumns(W, m, n, p, q, cosine, sine);
  turnColumns(V, n, n, p, q, cosine, sine);
  return true;
}

function turnColumns(
  W: Float64Array,
  m: number,
  n: number,
  p: number,
  q: number,
  cosine: number,
  sine: number,
): void {
  for (let i = 0; i < m * n; i += n) {
    const w = W[i + p];
    W[i + p] = cosine * w - sine * W[i + q];
    W[i + q] = sine * w + cosine * W[i + q];
  }
}

/** The right singular vector of the smallest singular value of A, m×n: the x of unit length with the least |A·x|. */
export function nullVector(A: ArrayLike<number>, m: number, n: number): Float64Array {
  const { V } = svd(A, m, n);
  return Float64Array.from({ length: n }, (_, i) => V[i * n + n - 1]);
}

/**
 * Eigenvalues, descending, and eigenvectors (columns, row-major n×n) of a symmetric positive semi-definite matrix: its
 * singular value decomposition.
 */
export function symmetricEigen(
  A: ArrayLike<number>,
  n: number,
): { values: Float64Array; vectors: Float64Array } {
  const { s, V } = svd(A, n, n);
  return { values: s, vectors: V };
}

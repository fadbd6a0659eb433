/** A symmetric positive definite matrix with two bands beside its diagonal, in place of which its LDLᵀ factors come. */
export interface Pentadiagonal {
  /** N: diagonal, then D. */
  d: Float64Array;
  /** N: entry i is (i, i + 1), then that of Lᵀ; the last is unused. */
  e: Float64Array;
  /** N: entry i is (i, i + 2), then that of Lᵀ; the last two are unused. */
  f: Float64Array;
}

/** Factorises in place, linear in N. */
export function factorise({ d, e, f }: Pentadiagonal): void {
  const n = d.length;
  for (let i = 0; i < n; i++) {
    if (i >= 1) d[i] -= d[i - 1] * e[i - 1] * e[i - 1];
    if (i >= 2) d[i] -= d[i - 2] * f[i - 2] * f[i - 2];
    if (i >= 1 && i + 1 < n) e[i] -= d[i - 1] * e[i - 1] * f[i - 1];
    if (i + 1 < n) e[i] /= d[i];
    if (i + 2 < n) f[i] /= d[i];
  }
}

/** Solves with the factors; `r` becomes the solution. */
export function solveFactorised({ d, e, f }: Pentadiagonal, r: Float64Array): void {
  const n = d.length;
  for (let i = 1; i < n; i++) r[i] -= e[i - 1] * r[i - 1] + (i >= 2 ? f[i - 2] * r[i - 2] : 0);
  for (let i = 0; i < n; i++) r[i] /= d[i];
  for (let i = n - 2; i >= 0; i--) r[i] -= e[i] * r[i + 1] + (i + 2 < n ? f[i] * r[i + 2] : 0);
}

/** The five bands of the inverse from the factors (Hutchinson & de Hoog 1985), for traces; a new matrix. */
export function inverseBands({ d, e, f }: Pentadiagonal): Pentadiagonal {
  const n = d.length;
  const s = { d: new Float64Array(n), e: new Float64Array(n), f: new Float64Array(n) };
  for (let i = n - 1; i >= 0; i--) {
    const near = i + 1 < n ? e[i] : 0;
    const far = i + 2 < n ? f[i] : 0;
    if (i + 2 < n) s.f[i] = -near * s.e[i + 1] - far * s.d[i + 2];
    if (i + 1 < n) s.e[i] = -near * s.d[i + 1] - far * s.e[i + 1];
    s.d[i] = 1 / d[i] - near * s.e[i] - far * s.f[i];
  }
  return s;
}

/** A complex root: real and imaginary part. */
export type Root = [real: number, imaginary: number];

/**
 * All complex roots of a real polynomial by Aberth's and Ehrlich's simultaneous iteration.
 *
 * @param coefficients c₀ + c₁x + c₂x² …; leading zeros lower the degree.
 */
export function polynomialRoots(coefficients: ArrayLike<number>): Root[] {
  const c = Array.from(coefficients);
  while (c.length > 1 && c[c.length - 1] === 0) c.pop();
  const n = c.length - 1;
  // Starts on a circle of the geometric mean of the roots' sizes, turned off the real axis.
  const radius = Math.abs(c[0] / c[n]) ** (1 / n) || 1;
  const roots = Array.from({ length: n }, (_, i): Root => {
    const angle = (2 * Math.PI * i) / n + 0.4;
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  });
  for (let sweep = 0; sweep < 200; sweep++) {
    let largestMove = 0;
    for (let i = 0; i < n; i++) largestMove = Math.max(largestMove, improve(c, roots, i));
    if (!(largestMove > 1e-15)) break;
  }
  return roots;
}

/** One step of root i, x ← x − q / (1 − q Σ 1/(x − xⱼ)) with q = p/p′; returns its size relative to the root. */
function improve(c: number[], roots: Root[], i: number): number {
  const [x, y] = roots[i];
  let [p, pi, d, di] = [0, 0, 0, 0];
  for (let k = c.length - 1; k >= 0; k--) {
    [d, di] = [d * x - di * y + p, d * y + di * x + pi];
    [p, pi] = [p * x - pi * y + c[k], p * y + pi * x];
  }
  const [q, qi] = divide(p, pi, d, di);
  let [s, si] = [0, 0];
  roots.forEach(([a, b], j) => {
    if (j === i) return;
    const [t, ti] = divide(1, 0, x - a, y - b);
    s += t;
    si += ti;
  });
  const [step, stepI] = divide(q, qi, 1 - (q * s - qi * si), -(q * si + qi * s));
  if (!Number.isFinite(step) || !Number.isFinite(stepI)) return 0;
  roots[i] = [x - step, y - stepI];
  return Math.hypot(step, stepI) / (Math.hypot(x, y) + 1e-300);
}

function divide(a: number, b: number, c: number, d: number): Root {
  const size = c * c + d * d;
  return [(a * c + b * d) / size, (b * c - a * d) / size];
}

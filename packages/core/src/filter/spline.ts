import { MareyError } from "../error.js";

/**
 * Interpolants through knots: `linear`; the C² cubics `cubicNotAKnot` (SciPy's "cubic") and `cubicNatural`; `pchip`
 * (Fritsch & Carlson 1980, with the three-point edge rule: no overshoot); `akima` (Akima 1970).
 */
export type Interpolation = "linear" | "cubicNotAKnot" | "cubicNatural" | "pchip" | "akima";

/**
 * The derivatives at the knots that make a piecewise cubic Hermite curve the wanted interpolant. With two knots every
 * kind is a line, with three `cubicNotAKnot` is a parabola. Not for `linear`, whose derivative jumps.
 *
 * @param t N strictly ascending knots.
 * @param v N values.
 */
export function splineSlopes(
  kind: Exclude<Interpolation, "linear">,
  t: Float64Array,
  v: Float64Array,
): Float64Array {
  const n = t.length;
  const h = new Float64Array(Math.max(0, n - 1));
  const m = new Float64Array(h.length);
  for (let i = 0; i < h.length; i++) {
    h[i] = t[i + 1] - t[i];
    m[i] = (v[i + 1] - v[i]) / h[i];
  }
  if (n < 3) return new Float64Array(n).fill(n === 2 ? m[0] : 0);
  if (kind === "pchip") return pchipSlopes(h, m);
  if (kind === "akima") return akimaSlopes(m);
  if (kind === "cubicNotAKnot" && n === 3) return parabolaSlopes(h, m);
  return cubicSlopes(h, m, kind === "cubicNatural");
}

/**
 * Evaluates an interpolant at any times. Outside the knots `linear` holds the end values, as NumPy does; the others
 * continue their end pieces.
 *
 * @param t N strictly ascending knots, N ≥ 1.
 * @param v N values.
 * @param q Q times.
 * @param derivative 0 (values) or 1.
 * @returns Q values in `out`.
 * @throws MareyError `SPLINE_KNOTS` for no knots or knots that don't ascend.
 */
export function splineAt(
  kind: Interpolation,
  t: Float64Array,
  v: Float64Array,
  q: Float64Array,
  derivative: 0 | 1 = 0,
  out: Float64Array = new Float64Array(q.length),
): Float64Array {
  requireKnots(t);
  const slopes = kind === "linear" ? undefined : splineSlopes(kind, t, v);
  let k = 0;
  for (let i = 0; i < q.length; i++) {
    k = interval(t, q[i], k);
    out[i] = slopes ? hermiteAt(t, v, slopes, k, q[i], derivative) : linearAt(t, v, k, q[i], derivative);
  }
  return out;
}

/** The piece k (0…N−2, for knots k and k + 1) of a cubic Hermite curve at time q. */
export function hermiteAt(
  t: Float64Array,
  v: Float64Array,
  slopes: Float64Array,
  k: number,
  q: number,
  derivative: 0 | 1 = 0,
): number {
  if (t.length === 1) return derivative ? 0 : v[0];
  const h = t[k + 1] - t[k];
  const m = (v[k + 1] - v[k]) / h;
  const s = q - t[k];
  const c = (3 * m - 2 * slopes[k] - slopes[k + 1]) / h;
  const d = (slopes[k] + slopes[k + 1] - 2 * m) / (h * h);
  return derivative ? slopes[k] + s * (2 * c + s * 3 * d) : v[k] + s * (slopes[k] + s * (c + s * d));
}

function linearAt(t: Float64Array, v: Float64Array, k: number, q: number, derivative: 0 | 1): number {
  const n = t.length;
  if (n === 1 || q < t[0] || q > t[n - 1]) return derivative ? 0 : v[q > t[0] ? n - 1 : 0];
  const m = (v[k + 1] - v[k]) / (t[k + 1] - t[k]);
  return derivative ? m : v[k] + m * (q - t[k]);
}

/** The piece that holds q, searched from the last one: constant time for ascending queries. */
function interval(t: Float64Array, q: number, from: number): number {
  const last = t.length - 2;
  let k = from;
  if (k < last && q >= t[k + 1]) {
    if (q < t[k + 2]) return k + 1;
  } else if (q >= t[k] || k === 0) return Math.max(0, Math.min(k, last));
  let low = 0;
  let high = Math.max(0, last);
  while (low < high) {
    k = (low + high + 1) >> 1;
    if (q >= t[k]) low = k;
    else high = k - 1;
  }
  return low;
}

function requireKnots(t: Float64Array) {
  const wrong = (what: string) =>
    new MareyError("SPLINE_KNOTS", "spline", what, "Give at least one knot, in strictly ascending order");
  if (t.length === 0) throw wrong("there are no knots");
  for (let i = 1; i < t.length; i++)
    if (!(t[i] > t[i - 1])) throw wrong(`knot ${i} (${t[i]}) doesn't follow ${t[i - 1]}`);
}

/** Continuity of the second derivative is a tridiagonal system in the slopes; its end rows tell the kinds apart. */
function cubicSlopes(h: Float64Array, m: Float64Array, natural: boolean): Float64Array {
  const n = h.length + 1;
  const diagonal = new Float64Array(n);
  const upper = new Float64Array(n);
  const s = new Float64Array(n);
  const e = n - 2;
  if (natural) {
    diagonal[0] = 2;
    upper[0] = 1;
    s[0] = 3 * m[0];
  } else {
    const d = h[0] + h[1];
    diagonal[0] = h[1];
    upper[0] = d;
    s[0] = ((h[0] + 2 * d) * h[1] * m[0] + h[0] * h[0] * m[1]) / d;
  }
  for (let i = 1; i < n; i++) {
    const inner = i <= e;
    const d = inner ? 0 : h[e] + h[e - 1];
    const lower = inner ? h[i] : natural ? 1 : d;
    const w = lower / diagonal[i - 1];
    const centre = inner ? 2 * (h[i - 1] + h[i]) : natural ? 2 : h[e - 1];
    const right = inner
      ? 3 * (h[i] * m[i - 1] + h[i - 1] * m[i])
      : natural
        ? 3 * m[e]
        : (h[e] * h[e] * m[e - 1] + (2 * d + h[e]) * h[e - 1] * m[e]) / d;
    if (inner) upper[i] = h[i - 1];
    diagonal[i] = centre - w * upper[i - 1];
    s[i] = right - w * s[i - 1];
  }
  s[n - 1] /= diagonal[n - 1];
  for (let i = n - 2; i >= 0; i--) s[i] = (s[i] - upper[i] * s[i + 1]) / diagonal[i];
  return s;
}

function parabolaSlopes(h: Float64Array, m: Float64Array): Float64Array {
  const bend = (m[1] - m[0]) / (h[0] + h[1]);
  return Float64Array.of(m[0] - bend * h[0], m[0] + bend * h[0], m[1] + bend * h[1]);
}

function pchipSlopes(h: Float64Array, m: Float64Array): Float64Array {
  const n = h.length + 1;
  const s = new Float64Array(n);
  for (let k = 1; k < n - 1; k++) {
    if (!(m[k - 1] * m[k] > 0)) continue; // an extremum, or flat
    const w1 = 2 * h[k] + h[k - 1];
    const w2 = h[k] + 2 * h[k - 1];
    s[k] = (w1 + w2) / (w1 / m[k - 1] + w2 / m[k]);
  }
  s[0] = pchipEdge(h[0], h[1], m[0], m[1]);
  s[n - 1] = pchipEdge(h[n - 2], h[n - 3], m[n - 2], m[n - 3]);
  return s;
}

function pchipEdge(h0: number, h1: number, m0: number, m1: number): number {
  const s = ((2 * h0 + h1) * m0 - h0 * m1) / (h0 + h1);
  if (Math.sign(s) !== Math.sign(m0)) return 0;
  return Math.sign(m0) !== Math.sign(m1) && Math.abs(s) > 3 * Math.abs(m0) ? 3 * m0 : s;
}

function akimaSlopes(m: Float64Array): Float64Array {
  const n = m.length + 1;
  const e = new Float64Array(n + 3); // the differences, continued by two at each end
  e.set(m, 2);
  e[1] = 2 * e[2] - e[3];
  e[0] = 2 * e[1] - e[2];
  e[n + 1] = 2 * e[n] - e[n - 1];
  e[n + 2] = 2 * e[n + 1] - e[n];
  let largest = 0;
  const weight = (i: number) => Math.abs(e[i + 1] - e[i]);
  for (let i = 0; i < n; i++) largest = Math.max(largest, weight(i) + weight(i + 2));
  return Float64Array.from({ length: n }, (_, i) => {
    const before = weight(i);
    const after = weight(i + 2);
    // Where the neighbours lie on two lines the weights vanish and Akima leaves the choice open.
    if (before + after <= 1e-9 * largest) return (e[i] + e[i + 3]) / 2;
    return (after * e[i + 1] + before * e[i + 2]) / (before + after);
  });
}

/** How far two points in two views are from being images of one point, in each of the usual measures. */
export interface EpipolarDistance {
  /** Lines a, b, c of `a x + b y + c = 0` with a² + b² = 1: of the point of A in B and the reverse. */
  lineInB: Float64Array;
  lineInA: Float64Array;
  /** Distance of each point from the other's line, pixels. */
  inB: number;
  inA: number;
  /** First-order distance to the nearest exact pair, squared (Sampson). */
  sampsonSquared: number;
  /** bᵀ F a. */
  algebraic: number;
}

/**
 * The epipolar distances of the points (xa, ya) and (xb, yb).
 *
 * @param F fundamental matrix, 9 numbers row-major, with bᵀ F a = 0 for images of one point.
 * Source: Hartley and Zisserman 2004, sections 9.2 and 11.4.3.
 */
export function epipolarDistance(
  F: ArrayLike<number>,
  xa: number,
  ya: number,
  xb: number,
  yb: number,
): EpipolarDistance {
  const lineInB = Float64Array.of(
    F[0] * xa + F[1] * ya + F[2],
    F[3] * xa + F[4] * ya + F[5],
    F[6] * xa + F[7] * ya + F[8],
  );
  const lineInA = Float64Array.of(
    F[0] * xb + F[3] * yb + F[6],
    F[1] * xb + F[4] * yb + F[7],
    F[2] * xb + F[5] * yb + F[8],
  );
  const algebraic = xb * lineInB[0] + yb * lineInB[1] + lineInB[2];
  const normalB = Math.hypot(lineInB[0], lineInB[1]);
  const normalA = Math.hypot(lineInA[0], lineInA[1]);
  return {
    lineInB: lineInB.map((value) => value / normalB),
    lineInA: lineInA.map((value) => value / normalA),
    inB: Math.abs(algebraic) / normalB,
    inA: Math.abs(algebraic) / normalA,
    sampsonSquared: (algebraic * algebraic) / (normalB * normalB + normalA * normalA),
    algebraic,
  };
}

/**
 * Shortest distance between two lines in space, metres.
 *
 * @param centreA a point on the first line, `a` its direction of unit length; likewise the second. The numbers are read
 *   from `offsetA` and `offsetB` of the directions on.
 * Parallel lines give the distance between them.
 */
export function rayDistance(
  centreA: ArrayLike<number>,
  a: ArrayLike<number>,
  centreB: ArrayLike<number>,
  b: ArrayLike<number>,
  offsetA = 0,
  offsetB = 0,
): number {
  const ax = a[offsetA];
  const ay = a[offsetA + 1];
  const az = a[offsetA + 2];
  const nx = ay * b[offsetB + 2] - az * b[offsetB + 1];
  const ny = az * b[offsetB] - ax * b[offsetB + 2];
  const nz = ax * b[offsetB + 1] - ay * b[offsetB];
  const dx = centreB[0] - centreA[0];
  const dy = centreB[1] - centreA[1];
  const dz = centreB[2] - centreA[2];
  const sine = Math.sqrt(nx * nx + ny * ny + nz * nz);
  if (sine > 1e-9) return Math.abs(dx * nx + dy * ny + dz * nz) / sine;
  return Math.hypot(dy * az - dz * ay, dz * ax - dx * az, dx * ay - dy * ax);
}

import { centroid } from "./procrustes.js";
import { type Random, random } from "./random.js";
import { nullVector, svd } from "./svd.js";

/** The points x with normal · x + offset = 0. */
export interface Plane {
  /** Unit length. */
  normal: Float64Array;
  offset: number;
  /** Weighted mean of the points it was fitted to. */
  centroid: Float64Array;
}

/**
 * The plane of the least weighted sum of squared distances.
 *
 * @param points N×3.
 * @param up the side to which the normal points.
 * @param weights N, all alike when left out; a point of weight 0 is left out.
 */
export function fitPlane(
  points: ArrayLike<number>,
  up: ArrayLike<number>,
  weights?: ArrayLike<number>,
): Plane {
  const centre = centroid(points, weights);
  const rows: number[] = [];
  for (let n = 0; n < points.length / 3; n++) {
    const root = Math.sqrt(weights?.[n] ?? 1);
    if (root > 0) for (let c = 0; c < 3; c++) rows.push(root * (points[3 * n + c] - centre[c]));
  }
  const { V } = svd(rows, rows.length / 3, 3);
  return facing(Float64Array.of(V[2], V[5], V[8]), centre, up);
}

function facing(normal: Float64Array, centre: Float64Array, up: ArrayLike<number>): Plane {
  const side = normal[0] * up[0] + normal[1] * up[1] + normal[2] * up[2] < 0 ? -1 : 1;
  const n = normal.map((value) => side * value);
  return { normal: n, offset: -(n[0] * centre[0] + n[1] * centre[1] + n[2] * centre[2]), centroid: centre };
}

/** Signed distances of N×3 points to a plane, positive on the side of its normal. */
export function planeDistances({ normal, offset }: Plane, points: ArrayLike<number>): Float64Array {
  return Float64Array.from(
    { length: points.length / 3 },
    (_, n) =>
      normal[0] * points[3 * n] + normal[1] * points[3 * n + 1] + normal[2] * points[3 * n + 2] + offset,
  );
}

/**
 * Fits a plane to the largest set of points within `threshold` of one (RANSAC, then fits until the set stays).
 *
 * @param threshold in the unit of the points.
 */
export function fitPlaneRobustly(
  points: ArrayLike<number>,
  up: ArrayLike<number>,
  threshold: number,
  options: { weights?: ArrayLike<number>; seed?: number; tries?: number } = {},
): Plane & { inlier: Uint8Array } {
  const { weights, seed = 1, tries = 500 } = options;
  const generator = random(seed);
  const inside = (plane: Plane) =>
    Uint8Array.from(planeDistances(plane, points), (d, n) =>
      Math.abs(d) <= threshold && weights?.[n] !== 0 ? 1 : 0,
    );
  const weigh = (inlier: Uint8Array) => inlier.reduce((sum, is, n) => sum + is * (weights?.[n] ?? 1), 0);
  let inlier = new Uint8Array(points.length / 3);
  for (let i = 0; i < tries; i++) {
    const found = inside(planeOfThree(points, up, generator));
    if (weigh(found) > weigh(inlier)) inlier = found;
  }
  let plane = fitPlane(points, up, inlier);
  for (let i = 0; i < 20; i++) {
    plane = fitPlane(
      points,
      up,
      Float64Array.from(inlier, (is, n) => is * (weights?.[n] ?? 1)),
    );
    const next = inside(plane);
    if (next.every((is, n) => is === inlier[n])) break;
    inlier = next;
  }
  return { ...plane, inlier };
}

function planeOfThree(points: ArrayLike<number>, up: ArrayLike<number>, generator: Random): Plane {
  const count = points.length / 3;
  const three = [0, 1, 2].flatMap(() => {
    const n = generator.integer(count);
    return [points[3 * n], points[3 * n + 1], points[3 * n + 2]];
  });
  const centre = centroid(three);
  return facing(
    nullVector(
      three.map((value, i) => value - centre[i % 3]),
      3,
      3,
    ),
    centre,
    up,
  );
}

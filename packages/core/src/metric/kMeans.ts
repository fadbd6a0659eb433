import { type Random, random } from "../array/random.js";
import { MareyError } from "../error.js";

export interface Clusters {
  /** K×D. */
  centres: Float64Array;
  /** Of each point, the nearest centre; the first of equals. */
  labels: Int32Array;
  /** Sum of squared distances to the nearest centres. */
  inertia: number;
}

/**
 * Lloyd's iterations from given centres until no point changes its cluster. A cluster without points keeps its centre.
 *
 * @param points N×D.
 * @param initialCentres K×D.
 * @param dimension D.
 * @param iterations at most so many.
 * @throws MareyError `METRIC_SHAPE` when the lengths are no multiples of D or there is no centre.
 */
export function lloyd(
  points: ArrayLike<number>,
  initialCentres: ArrayLike<number>,
  dimension: number,
  iterations = 300,
): Clusters {
  if (initialCentres.length < dimension || points.length % dimension || initialCentres.length % dimension)
    throw new MareyError(
      "METRIC_SHAPE",
      "lloyd",
      `${points.length} and ${initialCentres.length} numbers are taken as points and centres of ${dimension}`,
      "Pass whole points and at least one centre",
    );
  const centres = Float64Array.from(initialCentres);
  let { labels, inertia } = nearestCentres(points, centres, dimension);
  for (let i = 0; i < iterations; i++) {
    moveCentres(points, labels, centres, dimension);
    const next = nearestCentres(points, centres, dimension);
    const still = next.labels.every((label, n) => label === labels[n]);
    ({ labels, inertia } = next);
    if (still) break;
  }
  return { centres, labels, inertia };
}

/**
 * K-means: the best of several runs of `lloyd`, each from centres drawn as k-means++ does (Arthur & Vassilvitskii
 * 2007).
 *
 * @param points N×D.
 * @param options.restarts runs; 20.
 * @param options.seed of the draws; the same seed gives the same clusters.
 * @throws MareyError `METRIC_SHAPE` when there are fewer points than clusters, or parts of a point.
 */
export function kMeans(
  points: ArrayLike<number>,
  dimension: number,
  clusters: number,
  { restarts = 20, seed = 0 }: { restarts?: number; seed?: number } = {},
): Clusters {
  if (clusters < 1 || points.length < clusters * dimension)
    throw new MareyError(
      "METRIC_SHAPE",
      "kMeans",
      `${clusters} clusters are wanted of ${points.length / dimension} points`,
      "Ask for at least one cluster and at most as many as there are points",
    );
  const source = random(seed);
  const run = () => lloyd(points, spreadCentres(points, dimension, clusters, source), dimension);
  let best = run();
  for (let i = 1; i < restarts; i++) {
    const next = run();
    if (next.inertia < best.inertia) best = next;
  }
  return best;
}

/** The nearest centre of each point (first of equals) and the sum of the squared distances. */
export function nearestCentres(points: ArrayLike<number>, centres: ArrayLike<number>, dimension: number) {
  const labels = new Int32Array(points.length / dimension);
  let inertia = 0;
  for (let n = 0; n < labels.length; n++) {
    let least = Infinity;
    for (let k = 0; k * dimension < centres.length; k++) {
      const squared = squaredDistance(points, n, centres, k, dimension);
      if (squared >= least) continue;
      least = squared;
      labels[n] = k;
    }
    inertia += least;
  }
  return { labels, inertia };
}

function moveCentres(
  points: ArrayLike<number>,
  labels: Int32Array,
  centres: Float64Array,
  dimension: number,
): void {
  const sums = new Float64Array(centres.length);
  const count = new Float64Array(centres.length / dimension);
  labels.forEach((k, n) => {
    count[k]++;
    for (let d = 0; d < dimension; d++) sums[k * dimension + d] += points[n * dimension + d];
  });
  for (let i = 0; i < sums.length; i++) {
    const members = count[Math.floor(i / dimension)];
    if (members > 0) centres[i] = sums[i] / members;
  }
}

/**
 * Points drawn with a chance that grows with the squared distance to those already drawn; each the best of a few, as
 * Arthur & Vassilvitskii suggest.
 */
function spreadCentres(points: ArrayLike<number>, dimension: number, clusters: number, source: Random) {
  const count = points.length / dimension;
  const tries = 2 + Math.floor(Math.log(clusters));
  const centres = new Float64Array(clusters * dimension);
  let squared = new Float64Array(count).fill(1);
  for (let k = 0; k < clusters; k++) {
    const candidates = Array.from({ length: k === 0 ? 1 : tries }, () => {
      const chosen = draw(squared, source);
      const left = squared.map((least, n) => {
        const distance = squaredDistance(points, n, points, chosen, dimension);
        return k === 0 ? distance : Math.min(least, distance);
      });
      return { chosen, left, sum: left.reduce((sum, value) => sum + value, 0) };
    });
    const best = candidates.reduce((a, b) => (b.sum < a.sum ? b : a));
    squared = best.left;
    for (let d = 0; d < dimension; d++) centres[k * dimension + d] = points[best.chosen * dimension + d];
  }
  return centres;
}

function draw(weights: Float64Array, source: Random): number {
  let left = source.uniform(
    0,
    weights.reduce((sum, weight) => sum + weight, 0),
  );
  const chosen = weights.findIndex((weight) => {
    left -= weight;
    return left < 0;
  });
  return chosen < 0 ? weights.length - 1 : chosen;
}

function squaredDistance(
  points: ArrayLike<number>,
  n: number,
  centres: ArrayLike<number>,
  k: number,
  dimension: number,
): number {
  let sum = 0;
  for (let d = 0; d < dimension; d++) {
    const difference = points[n * dimension + d] - centres[k * dimension + d];
    sum += difference * difference;
  }
  return sum;
}

import {
  countPoints,
  countViews,
  reprojectionError,
  solveDlt,
  type Triangulator,
  usableViews,
} from "./triangulation.js";

export interface DropSearchOptions {
  /** Mean reprojection error above which views are dropped and, in the end, the point is given up; pixels. */
  maxError?: number;
  /** Observations below this confidence are left out. */
  minConfidence?: number;
  /** Views that must remain. */
  minViews?: number;
  /** Rounds with more subsets than this are not begun: 20,000 is beyond every round of 16 cameras. */
  maxSubsets?: number;
}

export const DROP_SEARCH_DEFAULTS = { maxError: 15, minConfidence: 0.3, minViews: 2, maxSubsets: 20_000 };

/** Points with what is known of them; everything has N entries (points 3 N). */
export interface TriangulatedPoints {
  /** N×3, metres; NaN where no set of views agrees. */
  points: Float64Array;
  /** Mean reprojection error over the used views, pixels; NaN where no set of views agrees. */
  error: Float64Array;
  /** Bit v is set when view v was used; 0 where no set of views agrees. */
  used: Uint32Array;
  /** How many of the V views were not used by the set that was best, also where it was not good enough. */
  excluded: Uint8Array;
}

/**
 * Triangulates with the fewest cameras dropped that bring the mean reprojection error to `maxError` (Pose2Sim's rule).
 *
 * Round k tries every set of views that lacks k more cameras, in lexicographic order, and keeps the first of the least
 * error; a round's result replaces that of the round before even when it is worse. A camera that didn't see the point
 * may be "dropped" once more, so sets come again; when some set of a round has fewer than `minViews` left, the
 * search ends with the result of the round before.
 *
 * @param observations N×V×3: x, y in pixels without distortion, confidence (which weights the rows of the DLT).
 * Source: Pose2Sim, `triangulation.py`, after v0.10.41.
 */
export function triangulateDroppingViews(
  solver: Triangulator,
  observations: ArrayLike<number>,
  options: DropSearchOptions = {},
): TriangulatedPoints {
  const settings = { ...DROP_SEARCH_DEFAULTS, ...options };
  const count = countPoints(solver, observations);
  const result = {
    points: new Float64Array(count * 3),
    error: new Float64Array(count),
    used: new Uint32Array(count),
    excluded: new Uint8Array(count),
  };
  const search = { error: Infinity, used: 0, x: NaN, y: NaN, z: NaN, dropped: new Int32Array(32) };
  const { views } = solver;
  for (let n = 0, i = 0; n < count; n++, i += 3 * views) {
    const seen = usableViews(observations, i, views, settings.minConfidence);
    searchDrops(solver, observations, i, seen, settings, search);
    const good = search.error <= settings.maxError;
    result.points[3 * n] = good ? search.x : NaN;
    result.points[3 * n + 1] = good ? search.y : NaN;
    result.points[3 * n + 2] = good ? search.z : NaN;
    result.error[n] = good ? search.error : NaN;
    result.used[n] = good ? search.used : 0;
    result.excluded[n] = views - countViews(search.used);
  }
  return result;
}

/** The best set of the last round, and the views that the set at hand drops. */
interface Search {
  error: number;
  used: number;
  x: number;
  y: number;
  z: number;
  readonly dropped: Int32Array;
}

function searchDrops(
  solver: Triangulator,
  observations: ArrayLike<number>,
  offset: number,
  seen: number,
  { maxError, minViews, maxSubsets }: typeof DROP_SEARCH_DEFAULTS,
  search: Search,
): void {
  const { views } = solver;
  const seenCount = countViews(seen);
  search.error = Infinity;
  search.used = seen;
  for (let off = 0, subsets = 1; search.error > maxError && views - off >= minViews; off++) {
    // Some set of the round drops only views that saw the point, and so has the fewest left.
    if (seenCount - off < minViews || subsets > maxSubsets) break;
    tryRound(solver, observations, offset, seen, off, search);
    subsets = (subsets * (views - off)) / (off + 1);
  }
}

/** Replaces the search's result by the best set of the round that drops `off` views. */
function tryRound(
  solver: Triangulator,
  observations: ArrayLike<number>,
  offset: number,
  seen: number,
  off: number,
  search: Search,
): void {
  const { views, point } = solver;
  const { dropped } = search;
  for (let i = 0; i < off; i++) dropped[i] = i;
  let best = NaN; // a round begins anew: even a worse result replaces that of the round before
  do {
    let drop = 0;
    for (let i = 0; i < off; i++) drop |= 1 << dropped[i];
    if (comesAgain(drop, ~seen)) continue;
    const mask = (seen & ~drop) >>> 0;
    solveDlt(solver, observations, offset, mask);
    const error = reprojectionError(solver, observations, offset, mask);
    if (error >= best) continue;
    best = error;
    search.used = mask;
    search.x = point[0];
    search.y = point[1];
    search.z = point[2];
  } while (nextSubset(dropped, off, views));
  search.error = best;
}

/**
 * Sets that differ only in which of the missing views they drop are the same set; the first in lexicographic order
 * drops the lowest ones.
 */
function comesAgain(drop: number, missing: number): boolean {
  const kept = missing & ~drop;
  return (drop & missing) >>> 0 > (kept & -kept) >>> 0 && kept !== 0;
}

/** The next combination of `size` of the numbers below `n`, in lexicographic order; false after the last. */
function nextSubset(subset: Int32Array, size: number, n: number): boolean {
  let i = size - 1;
  while (i >= 0 && subset[i] === n - size + i) i--;
  if (i < 0) return false;
  subset[i]++;
  for (let j = i + 1; j < size; j++) subset[j] = subset[j - 1] + 1;
  return true;
}

import { triangulateDroppingViews } from "../camera/dropSearch.js";
import { triangulator } from "../camera/triangulation.js";
import { fillGaps, fillRest } from "../filter/gaps.js";
import { localMedian, medianOf } from "../filter/median.js";
import { type BodyProblem, lengthAt } from "./bodyProblem.js";

/** How an adjustment begins; durations in frames. */
export interface StartOptions {
  /** On each side, in which a sample must be like the others. */
  radius: number;
  /** Longest gap that is bridged, and how far a joint is carried on at the ends. */
  longestGap: number;
  reach: number;
  /** Of the camera-drop search, pixels. */
  maxError: number;
  minConfidence: number;
}

/**
 * Where an adjustment begins: each joint triangulated by itself, samples far from the median around them thrown away,
 * gaps bridged by straight lines; bone lengths are medians. Sets positions, `active`, `known`, and the lengths with
 * what is known of them, unless an earlier stretch of the clip left them.
 */
export function startBody(problem: BodyProblem, options: StartOptions): void {
  const { frames, joints, views, observations, projections, x, active, known } = problem;
  const { radius, maxError, minConfidence } = options;
  const solver = triangulator(projections);
  const column = new Float64Array(frames);
  const measured = new Float64Array(3 * frames * joints);
  x.fill(0, 0, lengthAt(problem));
  known.fill(0);
  for (let j = 0; j < joints; j++) {
    const size = frames * views * 3;
    const views3 = observations.subarray(j * size, (j + 1) * size);
    const { points } = triangulateDroppingViews(solver, views3, { maxError, minConfidence });
    const count = rejectOutliers(points, radius);
    measured.set(points, 3 * frames * j);
    active[j] = count >= Math.min(fewest, frames) ? 1 : 0;
    if (!active[j]) continue;
    for (let axis = 0; axis < 3; axis++) {
      for (let t = 0; t < frames; t++) column[t] = points[3 * t + axis];
      fillRest(fillGaps(column, { longestGap: frames }, column), "last_value");
      for (let t = 0; t < frames; t++) x[3 * (j * frames + t) + axis] = column[t];
    }
    markKnown(
      frames,
      (t) => !Number.isNaN(points[3 * t]),
      options,
      (t) => {
        known[j * frames + t] = 1;
      },
    );
  }
  startLengths(problem, measured);
}

/** Visits the frames that are measured, in gaps of up to `longestGap` between such, or within `reach` of one. */
export function markKnown(
  frames: number,
  isMeasured: (t: number) => boolean,
  { longestGap, reach }: { longestGap: number; reach: number },
  mark: (t: number) => void,
): void {
  const markAll = (from: number, to: number) => {
    for (let t = from; t <= to; t++) mark(t);
  };
  let last = -1;
  for (let t = 0; t < frames; t++) {
    if (!isMeasured(t)) continue;
    if (last >= 0 && t - last - 1 <= longestGap) markAll(last + 1, t);
    else {
      if (last >= 0) markAll(last + 1, Math.min(last + reach, t - 1));
      markAll(Math.max(0, t - reach), t);
    }
    last = t;
  }
  if (last >= 0) markAll(last + 1, Math.min(frames - 1, last + reach));
}

/** Samples of a joint below which it is left out, and of a bone below which its length isn't known. */
const fewest = 5;
/** Metres: distances from the median that are never suspicious. */
const harmless = 0.02;

/** Sets samples far from the median around them to NaN; returns how many are left. */
function rejectOutliers(points: Float64Array, radius: number): number {
  const frames = points.length / 3;
  const distance = new Float64Array(frames);
  const median = new Float64Array(frames);
  for (let axis = 0; axis < 3; axis++) {
    localMedian(points, radius, 3, axis, median);
    for (let t = 0; t < frames; t++) distance[t] += (points[3 * t + axis] - median[t]) ** 2;
  }
  const limit = 20 * medianOf(distance.filter((value) => !Number.isNaN(value)));
  let count = 0;
  for (let t = 0; t < frames; t++)
    if (distance[t] > Math.max(limit, harmless ** 2)) points.fill(NaN, 3 * t, 3 * t + 3);
    else if (!Number.isNaN(distance[t])) count++;
  return count;
}

/** Lengths must be constant to this share for a bone to be used, as a robust standard deviation of single frames. */
const loosest = 0.35;

function startLengths(problem: BodyProblem, measured: Float64Array): void {
  const { frames, bones, x, lengthPrior, lengthPrecision } = problem;
  const lengths = lengthAt(problem);
  const column = new Float64Array(frames);
  bones.forEach(({ a, b }, n) => {
    if (lengthPrecision[n] > 0) return;
    let count = 0;
    for (let t = 0; t < frames; t++) {
      const i = 3 * (a * frames + t);
      const k = 3 * (b * frames + t);
      const length = Math.hypot(
        measured[i] - measured[k],
        measured[i + 1] - measured[k + 1],
        measured[i + 2] - measured[k + 2],
      );
      if (!Number.isNaN(length)) column[count++] = length;
    }
    const known = column.subarray(0, count);
    const length = medianOf(known);
    const spread = 1.4826 * medianOf(known.map((value) => Math.abs(value - length)));
    const fine = count >= fewest && spread < loosest * length && length > 0;
    x[lengths + n] = fine ? length : 0;
    lengthPrior[n] = x[lengths + n];
    lengthPrecision[n] = fine ? 1 / Math.max(0.02, 0.2 * length) ** 2 : 0;
  });
}

import { reprojectionError, solveDlt, type Triangulator } from "../camera/triangulation.js";
import type { Detection } from "../motion/keypoints.js";

export interface SingleAssociationOptions {
  /** Index of the joint that stands for the person; Pose2Sim takes its `Neck`. */
  joint: number;
  /** Mean reprojection error below which a choice is taken at once, pixels (default 20). */
  maxError?: number;
  /** Views in which the joint has less confidence are switched off (default 0.3). */
  minConfidence?: number;
  /** Views that must remain (default 2). */
  minViews?: number;
}

/**
 * Chooses one person's detection in each view of a frame, exactly as Pose2Sim's single-person association: choices
 * are gone through with the first view slowest, and the first whose joint triangulates with a smaller error than
 * `maxError` is taken, not the best; when none is, one more view is left out, and so on.
 *
 * @param frame the detections of each view. Joints in pixels without distortion.
 * @returns The index of the detection in each view, −1 for none; the best choice seen when none is good enough.
 * Source: Pose2Sim, `personAssociation.py`, after v0.10.41.
 */
export function associateSinglePerson(
  solver: Triangulator,
  frame: readonly (readonly Detection[])[],
  { joint, maxError = 20, minConfidence = 0.3, minViews = 2 }: SingleAssociationOptions,
): Int16Array {
  const candidates = frame.map(countedPeople);
  const missing = candidates.filter((list) => list.length === 0).length;
  const points = new Float64Array(frame.length * 3);
  const best = { error: Infinity, views: new Int16Array(frame.length).fill(-1) };
  let error = Infinity;
  for (let extra = 0; error > maxError && frame.length - missing - extra >= minViews; extra++) {
    for (const choice of combinations(candidates)) {
      const active = readPoints(frame, choice, joint, minConfidence, points);
      if (active.length < minViews) continue;
      const least = leastError(solver, points, active, extra);
      error = least.error;
      if (error < best.error) {
        best.error = error;
        best.views = choice.map((person, v) => ((least.mask >>> v) & 1 ? person : -1));
      }
      if (error < maxError) break;
    }
  }
  return best.views;
}

/** Indices of the detections that Pose2Sim counts: those that have a joint at all. */
export function countedPeople(detections: readonly Detection[]): number[] {
  return detections.flatMap(({ joints }, i) => {
    for (let j = 0; j < joints.length; j += 3) if (!Number.isNaN(joints[j])) return [i];
    return [];
  });
}

/** The smallest error over the sets that leave out `extra` of the active views, and the first such set as a mask. */
function leastError(solver: Triangulator, points: Float64Array, active: readonly number[], extra: number) {
  const all = active.reduce((mask, v) => mask | (1 << v), 0) >>> 0;
  const least = { error: Infinity, mask: 0 };
  for (const dropped of subsets(active, extra)) {
    const mask = dropped.reduce((left, v) => left & ~(1 << v), all) >>> 0;
    solveDlt(solver, points, 0, mask);
    const error = reprojectionError(solver, points, 0, mask);
    if (error < least.error) Object.assign(least, { error, mask });
  }
  return least;
}

/** Fills `points` (V×3) with the joint of the chosen people; returns the views that are confident enough. */
function readPoints(
  frame: readonly (readonly Detection[])[],
  choice: Int16Array,
  joint: number,
  minConfidence: number,
  points: Float64Array,
): number[] {
  const active: number[] = [];
  choice.forEach((person, v) => {
    if (person < 0) return;
    const { joints } = frame[v][person];
    for (let c = 0; c < 3; c++) points[3 * v + c] = joints[3 * joint + c];
    if (points[3 * v + 2] >= minConfidence && !Number.isNaN(points[3 * v])) active.push(v);
  });
  return active;
}

/** One candidate of each view in every combination, the first view slowest; a view without candidates gives −1. */
function* combinations(candidates: readonly (readonly number[])[]): Generator<Int16Array> {
  const digits = new Int32Array(candidates.length);
  const choice = new Int16Array(candidates.length);
  for (;;) {
    for (let v = 0; v < choice.length; v++) choice[v] = candidates[v][digits[v]] ?? -1;
    yield choice;
    let v = choice.length - 1;
    while (v >= 0 && digits[v] + 1 >= candidates[v].length) digits[v--] = 0;
    if (v < 0) return;
    digits[v]++;
  }
}

/** Subsets of `size` items in lexicographic order. */
function* subsets(items: readonly number[], size: number, from = 0): Generator<number[]> {
  if (size === 0) yield [];
  else
    for (let i = from; i + size <= items.length; i++)
      for (const rest of subsets(items, size - 1, i + 1)) yield [items[i], ...rest];
}

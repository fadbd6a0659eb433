import type { Candidate } from "../codec/anchors.js";
import { boxIou } from "../metric/box.js";

/**
 * Joins candidates that overlap: the best one takes the mean, weighted by score, of all that overlap it by more than
 * `overlap`, and those go. MediaPipe's weighted non-maximum suppression: steadier over time than picking a winner.
 *
 * @returns Best first.
 */
export function joinOverlapping(candidates: readonly Candidate[], overlap: number): Candidate[] {
  let rest = [...candidates].sort((a, b) => b.score - a.score);
  const joined: Candidate[] = [];
  while (rest.length > 0) {
    const [best] = rest;
    const belongs = (other: Candidate) => other === best || boxIou(best.box, other.box) > overlap;
    joined.push(weightedMean(rest.filter(belongs), best.score));
    rest = rest.filter((other) => !belongs(other));
  }
  return joined;
}

function weightedMean(group: readonly Candidate[], score: number): Candidate {
  const box: [number, number, number, number] = [0, 0, 0, 0];
  const points = new Float32Array(group[0].points.length);
  const total = group.reduce((sum, one) => sum + one.score, 0);
  for (const one of group) {
    const weight = one.score / total;
    for (let i = 0; i < 4; i++) box[i] += weight * one.box[i];
    for (let i = 0; i < points.length; i++) points[i] += weight * one.points[i];
  }
  return { score, box, points };
}

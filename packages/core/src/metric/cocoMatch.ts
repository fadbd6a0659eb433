/** What is compared in one image (and category): detections by falling score, and annotations. */
export interface Candidates {
  /** Of the detections, falling. */
  scores: readonly number[];
  /** Square pixels of the detections: those outside the range of areas don't count unless matched. */
  areas: readonly number[];
  truths: readonly Truth[];
  /** detections × truths. */
  similarity: Float64Array;
}

interface Truth {
  id: number;
  area: number;
  crowd: boolean;
  /** Matches with it count neither for nor against. */
  ignored: boolean;
}

/** The outcome for one image. */
export interface Matches {
  scores: readonly number[];
  /** thresholds × detections: 1 for a detection with a true object. */
  matched: Uint8Array;
  /** thresholds × detections: 1 for a detection that doesn't count. */
  ignored: Uint8Array;
  /** True objects that count. */
  counted: number;
}

/**
 * Matches detections with true objects at each threshold, as pycocotools' `evaluateImg`: by falling score each takes
 * the most similar object that is still free, the later of two alike, and one that doesn't count only if there is no
 * other.
 *
 * @param area least and greatest area of the objects that count, both included.
 */
export function matchDetections(
  { scores, areas, truths, similarity }: Candidates,
  thresholds: readonly number[],
  [least, greatest]: readonly [number, number],
): Matches {
  const outside = (area: number) => area < least || area > greatest;
  const left = truths.map(({ ignored, area }) => ignored || outside(area));
  const order = [...truths.keys()].sort((a, b) => Number(left[a]) - Number(left[b]));
  const matched = new Uint8Array(thresholds.length * scores.length);
  const ignored = new Uint8Array(matched.length);
  const taken = new Uint8Array(truths.length);
  thresholds.forEach((threshold, t) => {
    taken.fill(0);
    for (let d = 0; d < scores.length; d++) {
      const at = t * scores.length + d;
      const g = best(similarity, d * truths.length, threshold, order, left, (i) => taken[i] > 0);
      if (g >= 0) {
        if (!truths[g].crowd) taken[g] = 1;
        // The reference notes a match by the object's id, so that id 0 reads as none; its figures are the standard.
        matched[at] = truths[g].id === 0 ? 0 : 1;
        ignored[at] = left[g] ? 1 : 0;
      }
      if (!matched[at] && outside(areas[d])) ignored[at] = 1;
    }
  });
  return { scores, matched, ignored, counted: left.filter((out) => !out).length };
}

/** The most similar of the free objects, in `order`, those that count first; −1 if none reaches the threshold. */
function best(
  similarity: Float64Array,
  row: number,
  threshold: number,
  order: readonly number[],
  left: readonly boolean[],
  isTaken: (truth: number) => boolean,
): number {
  let found = -1;
  let most = Math.min(threshold, 1 - 1e-10);
  for (const g of order) {
    if (isTaken(g)) continue;
    if (found >= 0 && !left[found] && left[g]) break;
    if (similarity[row + g] < most) continue;
    most = similarity[row + g];
    found = g;
  }
  return found;
}

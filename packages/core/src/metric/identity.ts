import { assign } from "../array/assignment.js";

/** How well people keep their identity. */
export interface IdentityScores {
  /** Share of the labelled detections that carry the label mapped to their true person. */
  precision: number;
  /** Share of the true detections that carry the label mapped to their person. */
  recall: number;
  /** Harmonic mean of the two. */
  f1: number;
}

/**
 * Identity precision, recall and F1 (Ristani et al. 2016) of labelled detections, after the one-to-one mapping of
 * labels to people under which most detections agree.
 *
 * @param truth the person of each detection; negative for a false detection.
 * @param labels the label given to each detection; negative for none.
 */
export function identityScores(truth: ArrayLike<number>, labels: ArrayLike<number>): IdentityScores {
  const people = new Map<number, number>();
  const names = new Map<number, number>();
  const pairs: [number, number][] = [];
  let real = 0;
  let labelled = 0;
  for (let i = 0; i < truth.length; i++) {
    if (truth[i] >= 0) real++;
    if (labels[i] >= 0) labelled++;
    if (truth[i] < 0 || labels[i] < 0) continue;
    pairs.push([number(people, truth[i]), number(names, labels[i])]);
  }
  const shared = new Float64Array(people.size * names.size);
  for (const [person, name] of pairs) shared[person * names.size + name]++;
  const right = assign(shared, people.size, names.size, { maximise: true }).total;
  return {
    precision: labelled === 0 ? 1 : right / labelled,
    recall: real === 0 ? 1 : right / real,
    f1: real + labelled === 0 ? 1 : (2 * right) / (real + labelled),
  };
}

/** Numbers keys 0, 1 … as they come. */
function number(known: Map<number, number>, key: number): number {
  const found = known.get(key) ?? known.size;
  known.set(key, found);
  return found;
}

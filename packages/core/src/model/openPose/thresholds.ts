import type { PartModel } from "./parts.js";

/** When OpenPose takes a peak for a part, a pair for a limb and parts for a person. */
export interface Thresholds {
  /** Value of a map above which a peak counts. */
  readonly peak: number;
  /** A sample of a field counts when its part along the pair exceeds this (`interThreshold`). */
  readonly sample: number;
  /** More than this share of samples must count (`interMinAbove`). */
  readonly share: number;
  /** A person needs as many parts (`minSubsetCnt`). */
  readonly parts: number;
  /** And this score for each part on average (`minSubsetScore`). */
  readonly score: number;
}

const DEFAULTS: Thresholds = { peak: 0.05, sample: 0.05, share: 0.95, parts: 3, score: 0.4 };
const POSITIVES: Thresholds = { peak: 0.02, sample: 0.01, share: 0.75, parts: 2, score: 0.05 };

/**
 * OpenPose's thresholds for a model.
 *
 * @param maximizePositives As the flag of this name: more is found, and more that isn't there.
 * @param fast The network is that of four stages (MPI only).
 */
export function thresholdsOf({ name }: PartModel, maximizePositives = false, fast = false): Thresholds {
  if (maximizePositives) return POSITIVES;
  return name === "MPI_15" ? { ...DEFAULTS, peak: fast ? 0.3 : 0.6, sample: 0.01 } : DEFAULTS;
}

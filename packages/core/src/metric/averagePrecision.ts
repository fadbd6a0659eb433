import { type Candidates, type Matches, matchDetections } from "./cocoMatch.js";

/** Over what precision and recall are taken. */
export interface PrecisionGrid {
  /** Similarities from which a detection is right, rising. */
  thresholds: readonly number[];
  /** Recalls at which precision is read, rising. */
  recalls: readonly number[];
  /** Least and greatest area of the objects that count, square pixels. */
  areas: readonly (readonly [number, number])[];
  /** How many detections of an image count, rising. */
  limits: readonly number[];
}

/** Precision and recall; −1 where there is nothing to find. */
export interface PrecisionRecall {
  /** thresholds × recalls × categories × areas × limits. */
  precision: Float64Array;
  /** As `precision`: the score of the detection at which it is read. */
  scores: Float64Array;
  /** thresholds × categories × areas × limits: the greatest recall. */
  recall: Float64Array;
}

/** COCO's: similarities 0.5, 0.55 … 0.95 and recalls 0, 0.01 … 1, rounded as numpy's linspace rounds them. */
export const COCO_THRESHOLDS = linspace(0.5, 0.95, 10);
export const COCO_RECALLS = linspace(0, 1, 101);

/**
 * Precision and recall of detections, as pycocotools accumulates them.
 *
 * @param images by category, the images in the order in which equal scores are to be sorted.
 */
export function precisionRecall(
  images: readonly (readonly Candidates[])[],
  grid: PrecisionGrid,
): PrecisionRecall {
  const { thresholds, recalls, areas, limits } = grid;
  const cells = images.length * areas.length * limits.length;
  const precision = new Float64Array(thresholds.length * recalls.length * cells).fill(-1);
  const scores = precision.slice();
  const recall = new Float64Array(thresholds.length * cells).fill(-1);
  images.forEach((category, k) => {
    areas.forEach((area, a) => {
      const matches = category.map((candidates) => matchDetections(candidates, thresholds, area));
      const counted = matches.reduce((sum, image) => sum + image.counted, 0);
      if (counted === 0) return;
      limits.forEach((limit, m) => {
        const cell = (k * areas.length + a) * limits.length + m;
        const ranked = rank(matches, limit);
        thresholds.forEach((_, t) => {
          const curve = precisionCurve(ranked, t, counted, recalls);
          recall[t * cells + cell] = curve.recall;
          recalls.forEach((_, r) => {
            const at = (t * recalls.length + r) * cells + cell;
            precision[at] = curve.precision[r];
            scores[at] = curve.scores[r];
          });
        });
      });
    });
  });
  return { precision, scores, recall };
}

/** A detection among those of all images. */
interface Ranked {
  image: Matches;
  index: number;
  score: number;
}

/** The best `limit` detections of each image by falling score; equal ones in the order of the images. */
function rank(images: readonly Matches[], limit: number): Ranked[] {
  const all = images.flatMap((image) =>
    image.scores.slice(0, limit).map((score, index) => ({ image, index, score })),
  );
  return all.sort((a, b) => b.score - a.score);
}

function precisionCurve(
  ranked: readonly Ranked[],
  threshold: number,
  counted: number,
  at: readonly number[],
) {
  const precisions = new Float64Array(ranked.length);
  const recalls = new Float64Array(ranked.length);
  let right = 0;
  let wrong = 0;
  ranked.forEach(({ image, index }, i) => {
    const place = threshold * image.scores.length + index;
    if (!image.ignored[place]) {
      if (image.matched[place]) right++;
      else wrong++;
    }
    precisions[i] = right / (wrong + right + Number.EPSILON);
    recalls[i] = right / counted;
  });
  for (let i = ranked.length - 1; i > 0; i--) precisions[i - 1] = Math.max(precisions[i - 1], precisions[i]);
  const precision = new Float64Array(at.length);
  const scores = new Float64Array(at.length);
  for (let r = 0, i = 0; r < at.length; r++) {
    while (i < ranked.length && recalls[i] < at[r]) i++;
    if (i === ranked.length) break;
    precision[r] = precisions[i];
    scores[r] = ranked[i].score;
  }
  return { precision, scores, recall: ranked.length > 0 ? recalls[ranked.length - 1] : 0 };
}

function linspace(start: number, stop: number, count: number): number[] {
  const step = (stop - start) / (count - 1);
  return Array.from({ length: count }, (_, i) => (i === count - 1 ? stop : i * step + start));
}

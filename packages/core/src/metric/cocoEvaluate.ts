import { MareyError } from "../error.js";
import {
  COCO_RECALLS,
  COCO_THRESHOLDS,
  type PrecisionGrid,
  type PrecisionRecall,
  precisionRecall,
} from "./averagePrecision.js";
import type { Candidates } from "./cocoMatch.js";
import {
  annotatedArea,
  boxOf,
  boxSimilarities,
  type CocoAnnotation,
  type CocoDetection,
  labelledKeypoints,
  objectKeypointSimilarity,
} from "./cocoSimilarity.js";

/** An annotation file in COCO's JSON format: what evaluation reads of it. */
export interface CocoTruth {
  images: readonly { id: number; crowdIndex?: number }[];
  annotations: readonly CocoAnnotation[];
  categories: readonly { id: number }[];
}

export interface CocoOptions {
  /** J constants relative to √area: keypoints are compared. Without them, boxes are. */
  sigmas?: readonly number[];
  /** Evaluate only these images; by default all. */
  imageIds?: readonly number[];
  /** Evaluate only these categories; by default all. */
  categoryIds?: readonly number[];
  /** Match only within a category; true by default. */
  useCategories?: boolean;
  /** Square pixels of an annotation; by default its own `area`. */
  area?: (annotation: CocoAnnotation) => number;
}

/** Named figures in the order in which pycocotools prints them; −1 where there is nothing to find. */
export type CocoStats = Record<string, number>;

export interface CocoEvaluation extends PrecisionRecall {
  /** Average precision and recall over thresholds 0.5 … 0.95, at 0.5 and 0.75, and by size of the objects. */
  stats: CocoStats;
}

const ALL = [0, 1e10] as const;
const SMALL = [0, 32 ** 2] as const;
const MEDIUM = [32 ** 2, 96 ** 2] as const;
const LARGE = [96 ** 2, 1e10] as const;

const scales = { thresholds: COCO_THRESHOLDS, recalls: COCO_RECALLS };
const keypointGrid: PrecisionGrid = { ...scales, areas: [ALL, MEDIUM, LARGE], limits: [20] };
const boxGrid: PrecisionGrid = { ...scales, areas: [ALL, SMALL, MEDIUM, LARGE], limits: [1, 10, 100] };

/**
 * Average precision and recall of keypoints (by OKS) or boxes (by IoU), with the numbers of pycocotools' `COCOeval`.
 *
 * @returns `precision`, `scores` and `recall` with their axes as in `PrecisionRecall`: areas are all, medium, large and
 *   the limit 20 for keypoints; all, small, medium, large and 1, 10, 100 for boxes.
 * @throws MareyError `METRIC_IMAGE` for a detection in an image that the annotations don't know; `METRIC_KEYPOINTS`,
 *   `METRIC_BOX` and `METRIC_AREA` for entries that lack what is compared.
 */
export function cocoEvaluate(
  truth: CocoTruth,
  detections: readonly CocoDetection[],
  options: CocoOptions = {},
): CocoEvaluation {
  const grid = options.sigmas ? keypointGrid : boxGrid;
  const curves = precisionRecall(cocoCandidates(truth, detections, options, grid), grid);
  return { ...curves, stats: options.sigmas ? keypointStats(curves, grid) : boxStats(curves, grid) };
}

/** Per category and image what is to be matched, images by rising id. */
function cocoCandidates(
  truth: CocoTruth,
  detections: readonly CocoDetection[],
  options: CocoOptions,
  grid: PrecisionGrid,
): Candidates[][] {
  requireImages(truth, detections);
  const { useCategories = true } = options;
  const images = sortedIds(options.imageIds ?? truth.images.map(({ id }) => id));
  const categories = sortedIds(options.categoryIds ?? truth.categories.map(({ id }) => id));
  const truths = group(truth.annotations);
  const found = group(detections);
  // A result file whose first entry has a box holds boxes throughout, for pycocotools; else the keypoints' extent is it.
  const boxed = (detections[0]?.bbox?.length ?? 0) > 0;
  return (useCategories ? categories.map((id) => [id]) : [categories]).map((ids) =>
    images.map((image) => {
      const of = <T>(groups: Map<string, T[]>) => ids.flatMap((id) => groups.get(`${image} ${id}`) ?? []);
      return candidates(of(truths), of(found), options, grid, boxed);
    }),
  );
}

function candidates(
  annotations: CocoAnnotation[],
  detections: CocoDetection[],
  { sigmas, area = annotatedArea }: CocoOptions,
  { limits }: PrecisionGrid,
  boxed: boolean,
): Candidates {
  const sorted = byScore(detections).slice(0, limits.at(-1));
  return {
    scores: sorted.map(({ score }) => score),
    areas: sorted.map((detection) => detectedArea(detection, boxed)),
    truths: annotations.map((annotation) => ({
      id: annotation.id,
      area: area(annotation),
      crowd: !!annotation.iscrowd,
      ignored: !!annotation.iscrowd || (sigmas !== undefined && keypointCount(annotation) === 0),
    })),
    similarity: sigmas
      ? objectKeypointSimilarity(sorted, annotations, sigmas, area)
      : boxSimilarities(sorted, annotations),
  };
}

/** Detections by falling score, equal ones in their order. */
export function byScore(detections: readonly CocoDetection[]): CocoDetection[] {
  return [...detections].sort((a, b) => b.score - a.score);
}

const keypointCount = ({ num_keypoints, keypoints = [] }: CocoAnnotation) =>
  num_keypoints ?? labelledKeypoints(keypoints);

function detectedArea(detection: CocoDetection, boxed: boolean): number {
  const { keypoints = [] } = detection;
  if (boxed || keypoints.length === 0) {
    const [, , width, height] = boxOf(detection);
    return width * height;
  }
  const size = (axis: number) => {
    const values = keypoints.filter((_, i) => i % 3 === axis);
    return Math.max(...values) - Math.min(...values);
  };
  return size(0) * size(1);
}

function group<T extends { image_id: number; category_id: number }>(entries: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const entry of entries) {
    const key = `${entry.image_id} ${entry.category_id}`;
    const members = groups.get(key);
    if (members) members.push(entry);
    else groups.set(key, [entry]);
  }
  return groups;
}

const sortedIds = (ids: readonly number[]) => [...new Set(ids)].sort((a, b) => a - b);

function requireImages({ images }: CocoTruth, detections: readonly CocoDetection[]): void {
  const known = new Set(images.map(({ id }) => id));
  const stranger = detections.find(({ image_id }) => !known.has(image_id));
  if (!stranger) return;
  throw new MareyError(
    "METRIC_IMAGE",
    "detections",
    `one is in image ${stranger.image_id}, which the annotations don't have`,
    "Pass the annotation file of the images that were searched",
  );
}

function keypointStats(curves: PrecisionRecall, grid: PrecisionGrid): CocoStats {
  const figures = (name: string, values: Float64Array) => ({
    [name]: average(values, grid),
    [`${name}50`]: average(values, grid, { threshold: 0 }),
    [`${name}75`]: average(values, grid, { threshold: 5 }),
    [`${name}m`]: average(values, grid, { area: 1 }),
    [`${name}l`]: average(values, grid, { area: 2 }),
  });
  return { ...figures("AP", curves.precision), ...figures("AR", curves.recall) };
}

function boxStats({ precision, recall }: PrecisionRecall, grid: PrecisionGrid): CocoStats {
  const sizes = (name: string, values: Float64Array) => ({
    [`${name}s`]: average(values, grid, { area: 1, limit: 2 }),
    [`${name}m`]: average(values, grid, { area: 2, limit: 2 }),
    [`${name}l`]: average(values, grid, { area: 3, limit: 2 }),
  });
  return {
    AP: average(precision, grid, { limit: 2 }),
    AP50: average(precision, grid, { threshold: 0, limit: 2 }),
    AP75: average(precision, grid, { threshold: 5, limit: 2 }),
    ...sizes("AP", precision),
    AR1: average(recall, grid, { limit: 0 }),
    AR10: average(recall, grid, { limit: 1 }),
    AR100: average(recall, grid, { limit: 2 }),
    ...sizes("AR", recall),
  };
}

/** Mean of the cells that have something to find, −1 without any; thresholds are the first axis, areas and limits the last. */
function average(
  values: Float64Array,
  { thresholds, areas, limits }: PrecisionGrid,
  { threshold, area = 0, limit = 0 }: { threshold?: number; area?: number; limit?: number } = {},
): number {
  const width = values.length / thresholds.length;
  const chosen = values.filter(
    (value, i) =>
      value > -1 &&
      (threshold === undefined || Math.floor(i / width) === threshold) &&
      Math.floor(i / limits.length) % areas.length === area &&
      i % limits.length === limit,
  );
  return chosen.length > 0 ? chosen.reduce((sum, value) => sum + value, 0) / chosen.length : -1;
}

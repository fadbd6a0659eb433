import { MareyError } from "../error.js";

/** An object of an annotation file in COCO's JSON format, under the file's own names; lengths in pixels. */
export interface CocoAnnotation {
  id: number;
  image_id: number;
  category_id: number;
  /** 1: a region of many; it may be matched any number of times, and its matches don't count. */
  iscrowd?: number;
  /** Left, top, width, height. */
  bbox: readonly number[];
  /** Of the segment, square pixels. CrowdPose has none. */
  area?: number;
  /** Keypoints with v > 0; counted when absent. */
  num_keypoints?: number;
  /** J × (x, y, v): v is 0 where nothing is labelled. */
  keypoints?: readonly number[];
}

/** An entry of a result file in COCO's JSON format. */
export interface CocoDetection {
  image_id: number;
  category_id: number;
  score: number;
  /** Left, top, width, height. */
  bbox?: readonly number[];
  /** J × (x, y, anything). */
  keypoints?: readonly number[];
}

/**
 * Object keypoint similarity of every detection with every annotation, as pycocotools' `computeOks`: per labelled
 * keypoint exp(−d² / (2σ)² / area / 2), averaged. For an annotation without labelled keypoints, d is the distance to
 * its box enlarged to three times its width and height.
 *
 * @param sigmas J constants relative to √area (`Skeleton.sigmas`).
 * @param area square pixels of an annotation; by default its own `area`.
 * @returns detections × annotations, row by row.
 * @throws MareyError `METRIC_KEYPOINTS` for an entry without exactly J keypoints, `METRIC_AREA` for an annotation
 *   without an area.
 */
export function objectKeypointSimilarity(
  detections: readonly CocoDetection[],
  annotations: readonly CocoAnnotation[],
  sigmas: readonly number[],
  area: (annotation: CocoAnnotation) => number = annotatedArea,
): Float64Array {
  const found = detections.map((detection) => keypointsOf("detection", detection, sigmas.length));
  const similarity = new Float64Array(detections.length * annotations.length);
  annotations.forEach((annotation, g) => {
    const truth = keypointsOf("annotation", annotation, sigmas.length);
    const scale = area(annotation) + Number.EPSILON;
    const labelled = labelledKeypoints(truth) > 0;
    found.forEach((keypoints, d) => {
      similarity[d * annotations.length + g] = labelled
        ? labelledSimilarity(keypoints, truth, sigmas, scale)
        : boxSimilarity(keypoints, annotation.bbox, sigmas, scale);
    });
  });
  return similarity;
}

/**
 * Intersection over union of every detection's box with every annotation's; for a crowd region intersection over the
 * detection's own area, so that being inside is enough (pycocotools' `iou`).
 *
 * @returns detections × annotations, row by row.
 * @throws MareyError `METRIC_BOX` for a detection without a box.
 */
export function boxSimilarities(
  detections: readonly CocoDetection[],
  annotations: readonly CocoAnnotation[],
): Float64Array {
  const similarity = new Float64Array(detections.length * annotations.length);
  detections.forEach((detection, d) => {
    const [x, y, w, h] = boxOf(detection);
    annotations.forEach(({ bbox, iscrowd }, g) => {
      const width = Math.min(x + w, bbox[0] + bbox[2]) - Math.max(x, bbox[0]);
      const height = Math.min(y + h, bbox[1] + bbox[3]) - Math.max(y, bbox[1]);
      if (!(width > 0 && height > 0)) return;
      const shared = width * height;
      const union = iscrowd ? w * h : w * h + bbox[2] * bbox[3] - shared;
      similarity[d * annotations.length + g] = shared / union;
    });
  });
  return similarity;
}

/** An annotation's own area. */
export function annotatedArea({ id, area }: CocoAnnotation): number {
  if (area !== undefined) return area;
  throw new MareyError(
    "METRIC_AREA",
    `annotation ${id}`,
    "it has no area, by which distances are judged",
    "Give each annotation its area, or evaluate by CrowdPose's rules, which take it from the box",
  );
}

/** Left, top, width and height of a detection. */
export function boxOf({ bbox, image_id }: CocoDetection): readonly number[] {
  if (bbox?.length === 4) return bbox;
  throw new MareyError(
    "METRIC_BOX",
    `detection in image ${image_id}`,
    `its box has ${bbox?.length ?? 0} numbers`,
    "Give each detection a box of left, top, width and height",
  );
}

/** Keypoints with v > 0. */
export function labelledKeypoints(keypoints: readonly number[]): number {
  let count = 0;
  for (let i = 2; i < keypoints.length; i += 3) if (keypoints[i] > 0) count++;
  return count;
}

function keypointsOf(
  kind: string,
  { keypoints, image_id }: CocoDetection | CocoAnnotation,
  joints: number,
): readonly number[] {
  if (keypoints?.length === 3 * joints) return keypoints;
  throw new MareyError(
    "METRIC_KEYPOINTS",
    `${kind} in image ${image_id}`,
    `it has ${(keypoints?.length ?? 0) / 3} keypoints, and there are ${joints} sigmas`,
    "Evaluate with the sigmas of the skeleton that annotations and detections have",
  );
}

function labelledSimilarity(
  found: readonly number[],
  truth: readonly number[],
  sigmas: readonly number[],
  area: number,
): number {
  let sum = 0;
  let count = 0;
  for (let j = 0, i = 0; j < sigmas.length; j++, i += 3) {
    if (!(truth[i + 2] > 0)) continue;
    sum += nearness(found[i] - truth[i], found[i + 1] - truth[i + 1], sigmas[j], area);
    count++;
  }
  return sum / count;
}

function boxSimilarity(
  found: readonly number[],
  [x, y, w, h]: readonly number[],
  sigmas: readonly number[],
  area: number,
): number {
  const outside = (value: number, start: number, size: number) =>
    Math.max(0, start - size - value) + Math.max(0, value - (start + 2 * size));
  let sum = 0;
  for (let j = 0, i = 0; j < sigmas.length; j++, i += 3)
    sum += nearness(outside(found[i], x, w), outside(found[i + 1], y, h), sigmas[j], area);
  return sum / sigmas.length;
}

// The divisions stand in pycocotools' order: a similarity on a threshold must round to the same side.
const nearness = (dx: number, dy: number, sigma: number, area: number) =>
  Math.exp(-((dx * dx + dy * dy) / (sigma * 2) ** 2 / area / 2));

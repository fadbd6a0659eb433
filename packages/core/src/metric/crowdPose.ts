import { type CocoEvaluation, type CocoTruth, cocoEvaluate } from "./cocoEvaluate.js";
import type { CocoAnnotation, CocoDetection } from "./cocoSimilarity.js";

/** CrowdPose's 14 keypoints: shoulders, elbows, wrists, hips, knees, ankles (left, right), head, neck. */
export const CROWD_POSE_SIGMAS: readonly number[] = [
  0.79, 0.79, 0.72, 0.72, 0.62, 0.62, 1.07, 1.07, 0.87, 0.87, 0.89, 0.89, 0.79, 0.79,
].map((sigma) => sigma / 10);

export interface CrowdPoseOptions {
  sigmas?: readonly number[];
  /** Images whose crowd index is below are easy; 0.2. */
  easyBelow?: number;
  /** Images whose crowd index is at least this are hard; 0.8. */
  hardFrom?: number;
}

/**
 * CrowdPose's accuracy (Li et al. 2019): COCO's, but an object's area is 0.53 of its box, and precision is also given
 * for easy, medium and hard images. Numbers as those of crowdposetools, whose classes count categories without any
 * object as −1 and are rounded to 4 decimals.
 *
 * @param truth each image with its `crowdIndex` (0 when absent).
 * @returns `stats`: AP, AP50, AP75, AR, AR50, AR75, APeasy, APmedium, APhard; −1 where there is nothing to find.
 * @throws MareyError as `cocoEvaluate`.
 */
export function crowdPoseEvaluate(
  truth: CocoTruth,
  detections: readonly CocoDetection[],
  { sigmas = CROWD_POSE_SIGMAS, easyBelow = 0.2, hardFrom = 0.8 }: CrowdPoseOptions = {},
): CocoEvaluation {
  const options = { sigmas, area: boxShare };
  const whole = cocoEvaluate(truth, detections, options);
  const { AP, AP50, AP75, AR, AR50, AR75 } = whole.stats;
  const within = (belongs: (crowdIndex: number) => boolean) => {
    const images = truth.images.filter(({ crowdIndex = 0 }) => belongs(crowdIndex));
    const imageIds = images.map(({ id }) => id);
    return meanPrecision(cocoEvaluate(truth, detections, { ...options, imageIds }).precision);
  };
  const APeasy = within((index) => index < easyBelow);
  const APmedium = within((index) => index >= easyBelow && index < hardFrom);
  const APhard = within((index) => index >= easyBelow && index >= hardFrom);
  return { ...whole, stats: { AP, AP50, AP75, AR, AR50, AR75, APeasy, APmedium, APhard } };
}

const boxShare = ({ bbox }: CocoAnnotation) => bbox[3] * bbox[2] * 0.53;

/** Over the first of the three ranges of areas, to 4 decimals. */
function meanPrecision(precision: Float64Array): number {
  const all = precision.filter((_, i) => i % 3 === 0);
  if (all.length === 0) return -1;
  return Math.round((all.reduce((sum, value) => sum + value, 0) / all.length) * 1e4) / 1e4;
}

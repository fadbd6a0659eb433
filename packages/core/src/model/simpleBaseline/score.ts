import type { Image } from "../../image/image.js";
import { type CocoTruth, cocoEvaluate } from "../../metric/cocoEvaluate.js";
import type { CocoDetection } from "../../metric/cocoSimilarity.js";
import { pck } from "../../metric/pck.js";
import { convertPose, convertSkeleton } from "../../skeleton/convert.js";
import type { Skeleton } from "../../skeleton/skeleton.js";
import type { Poser } from "./infer.js";

/** Annotated pictures, as `readTrainingSet` of `@marey/core/model/openPose` gives them. */
export interface ScoredSet {
  /** The layout of the file, in which AP is measured. */
  readonly layout: Skeleton;
  readonly pictures: readonly {
    readonly id: number;
    readonly people: readonly {
      /** J×3 in the network's layout, confidence 0 where nothing is labelled. */
      readonly joints: Float32Array;
      /** Left, top, right, bottom. */
      readonly box: readonly [number, number, number, number];
    }[];
  }[];
  readonly truth: CocoTruth;
}

/** What a network reaches on people whose boxes it is told. */
export interface PoserScore {
  /** As pycocotools computes them, 0..1, from the annotations' boxes. */
  readonly AP: number;
  readonly AP50: number;
  /** Share of labelled joints nearer than a tenth and a fifth of the longer side of the person's box. */
  readonly PCK10: number;
  readonly PCK20: number;
  readonly people: number;
}

/** A joint whose peak is lower than this has no say in a person's score (`IN_VIS_THRE` of the published code). */
const SURE = 0.2;

/** An annotated person as a network sees them. */
export interface Placing {
  /** Index of the picture in its set. */
  readonly picture: number;
  /** J×3: x, y in pixels of the picture, and the map's peak. */
  readonly joints: Float32Array;
  /** J×3, as annotated. */
  readonly truth: Float32Array;
  /** The longer side of the person's box, pixels. */
  readonly side: number;
}

/**
 * Lets a network look at crops around the annotated people.
 *
 * @param read Gives the picture at an index of the set, RGB.
 */
export async function placeAnnotated(
  poser: Poser,
  { pictures }: ScoredSet,
  read: (index: number) => Promise<Image>,
): Promise<Placing[]> {
  const placings: Placing[] = [];
  for (const [picture, { people }] of pictures.entries()) {
    if (people.length === 0) continue;
    const image = await read(picture);
    for (const { joints: truth, box } of people) {
      const [left, top, right, bottom] = box;
      const [width, height] = [right - left, bottom - top];
      const joints = await poser.place(image, [left, top, width, height]);
      placings.push({ picture, joints, truth, side: Math.max(width, height) });
    }
  }
  return placings;
}

/**
 * Measures what a network placed.
 *
 * @param skeleton The network's layout.
 * @param indices Which pictures of the set count; all when absent.
 */
export function scorePlacings(
  placings: readonly Placing[],
  skeleton: Skeleton,
  { layout, pictures, truth }: ScoredSet,
  indices: readonly number[] = [...pictures.keys()],
): PoserScore {
  const sources = convertSkeleton(skeleton, layout);
  const counted = placings.filter(({ picture }) => indices.includes(picture));
  const detections = counted.map(({ picture, joints }): CocoDetection => {
    const keypoints = new Float32Array(3 * layout.joints.length);
    convertPose(sources, joints, 3, true, keypoints);
    return {
      image_id: pictures[picture].id,
      category_id: 1,
      score: meanOfSure(joints),
      keypoints: Array.from(keypoints, (value) => (Number.isNaN(value) ? 0 : value)),
    };
  });
  const imageIds = indices.map((index) => pictures[index].id);
  const { stats } = cocoEvaluate(truth, detections, { sigmas: layout.sigmas, imageIds });
  const share = (threshold: number) => shareWithin(counted, skeleton.joints.length, threshold);
  return { AP: stats.AP, AP50: stats.AP50, PCK10: share(0.1), PCK20: share(0.2), people: counted.length };
}

function meanOfSure(joints: Float32Array): number {
  const sure = joints.filter((value, i) => i % 3 === 2 && value > SURE);
  return sure.reduce((sum, value) => sum + value, 0) / Math.max(1, sure.length);
}

function shareWithin(placings: readonly Placing[], joints: number, threshold: number): number {
  const points = (poses: readonly Float32Array[]) =>
    Float64Array.from(poses.flatMap((pose) => [...pose.filter((_, i) => i % 3 < 2)]));
  const truth = placings.map((one) => one.truth);
  const visible = Float64Array.from(truth.flatMap((pose) => [...pose.filter((_, i) => i % 3 === 2)]));
  const pairs = {
    predicted: points(placings.map((one) => one.joints)),
    truth: points(truth),
    visible,
    joints,
  };
  const sides = placings.flatMap(({ side }) => [side, side]);
  return pck(pairs, sides, threshold).average;
}

/**
 * Which half of a set a picture belongs to, by a hash (FNV-1a) of its id's digits: settings are chosen on one, the other
 * decides.
 */
export function halfOf(id: number): 0 | 1 {
  let hash = 2166136261;
  for (const digit of String(id)) hash = Math.imul(hash ^ digit.charCodeAt(0), 16777619);
  return ((hash >>> 8) & 1) as 0 | 1;
}

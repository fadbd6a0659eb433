import {
  aflw19,
  aic14,
  coco17,
  cofw29,
  crowdPose14,
  face68,
  halpe136,
  hand21,
  humanArt21,
  jhmdb15,
  poseTrack17,
  recogniseSkeleton,
  wflw98,
} from "../../skeleton/layouts.js";
import type { Skeleton } from "../../skeleton/skeleton.js";
import { wholeBody133 } from "../../skeleton/wholeBody.js";
import { type AnnotatedImage, type Fields, numbersOf } from "./annotations.js";
import { type CocoFile, type CocoVariant, jointNames, plainKeypoints } from "./cocoAnnotations.js";
import { isCocoWholeBody, wholeBodyKeypoints } from "./cocoWholeBody.js";

/** A data set in COCO's format and how its files are told. */
interface KnownVariant extends CocoVariant {
  isOf(file: CocoFile): boolean;
}

/** Files whose joints' names are those of a layout. */
const named = (layout: Skeleton) => (file: CocoFile) => {
  const names = jointNames(file);
  return names !== undefined && recogniseSkeleton(names.length, names) === layout;
};

/** Files without joints' names whose annotations have as many keypoints as a layout. */
const counted = (layout: Skeleton) => (file: CocoFile) => {
  const first = file.annotations.find(({ keypoints }) => Array.isArray(keypoints));
  return !jointNames(file) && (first?.keypoints as unknown[])?.length === 3 * layout.joints.length;
};

const has = (key: string) => (file: CocoFile) =>
  file.annotations.some((annotation) => annotation[key] !== undefined);

const positive = (value: unknown): number | undefined =>
  typeof value === "number" && value > 0 ? value : undefined;

/** 0.6 of the diagonal of a head's box (left, top, width, height). */
function headSize({ bbox_head }: Fields): number | undefined {
  const box = numbersOf(bbox_head);
  return box?.length === 4 ? 0.6 * Math.hypot(box[2], box[3]) : undefined;
}

/** A frame of a video: which, and where nobody is annotated. */
function videoFrame({
  vid_id,
  file_name,
  id,
  ignore_regions_x,
  ignore_regions_y,
}: Fields): Partial<AnnotatedImage> {
  const number = /(\d+)\.\w+$/.exec(String(file_name))?.[1] ?? String(id);
  const across = Array.isArray(ignore_regions_x) ? ignore_regions_x.map(numbersOf) : [];
  const down = Array.isArray(ignore_regions_y) ? ignore_regions_y.map(numbersOf) : [];
  const ignored = across.flatMap((xs, r) => {
    const ys = down[r];
    if (!xs || xs.length !== ys?.length) return [];
    return [Float64Array.from({ length: 2 * xs.length }, (_, i) => (i % 2 === 0 ? xs : ys)[i >> 1])];
  });
  return {
    ...(vid_id !== undefined && { video: String(vid_id) }),
    frame: Number(number),
    ...(ignored.length > 0 && { ignored }),
  };
}

const crowdIndex = ({ crowdIndex: index }: Fields): Partial<AnnotatedImage> =>
  typeof index === "number" ? { crowdIndex: index } : {};

/** What differs from COCO, in the order in which files are tried; COCO itself comes last. */
export const cocoVariants: readonly KnownVariant[] = [
  { dataset: "wholebody", isOf: isCocoWholeBody, skeleton: wholeBody133, keypoints: wholeBodyKeypoints },
  { dataset: "halpe", isOf: counted(halpe136), skeleton: halpe136 },
  {
    dataset: "humanart",
    isOf: has("keypoints_21"),
    skeleton: humanArt21,
    keypoints: ({ keypoints_21 }, where) => plainKeypoints({ keypoints: keypoints_21 }, where),
  },
  {
    dataset: "posetrack",
    isOf: named(poseTrack17),
    skeleton: poseTrack17,
    size: headSize,
    image: videoFrame,
  },
  { dataset: "jhmdb", isOf: named(jhmdb15), skeleton: jhmdb15, image: videoFrame, origin: 1 },
  { dataset: "crowdpose", isOf: named(crowdPose14), skeleton: crowdPose14, image: crowdIndex },
  { dataset: "aic", isOf: named(aic14), skeleton: aic14 },
  {
    dataset: "hand",
    isOf: named(hand21),
    skeleton: hand21,
    // Of Panoptic's hands: 0.7 of the head's size.
    size: ({ head_size }) => 0.7 * (positive(head_size) ?? 0),
  },
  { dataset: "300w", isOf: counted(face68), skeleton: face68 },
  { dataset: "aflw", isOf: counted(aflw19), skeleton: aflw19, size: ({ box_size }) => positive(box_size) },
  { dataset: "cofw", isOf: counted(cofw29), skeleton: cofw29 },
  { dataset: "wflw", isOf: counted(wflw98), skeleton: wflw98 },
  { dataset: "coco", isOf: counted(coco17), skeleton: coco17 },
  { dataset: "coco", isOf: () => true },
];

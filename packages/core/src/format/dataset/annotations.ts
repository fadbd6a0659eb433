import { MareyError } from "../../error.js";
import type { Skeleton } from "../../skeleton/skeleton.js";

/** A picture of an annotated data set. */
export interface AnnotatedImage {
  id: number;
  /** As the data set writes it, a path below its own folder. */
  file: string;
  /** Pixels; 0 when the file doesn't say. */
  width: number;
  height: number;
  /** CrowdPose's measure of crowding, 0..1. */
  crowdIndex?: number;
  /** The video that it is a frame of, and the frame's number there. */
  video?: string;
  frame?: number;
  /** Regions in which nobody is annotated: polygons, x and y by turns, pixels. */
  ignored?: Float64Array[];
}

/** A person, hand, face or thing annotated in a picture. */
export interface AnnotatedPerson {
  id: number;
  /** Index into `images`. */
  image: number;
  /**
   * J×3: x, y in pixels (the centre of the top-left pixel is 0, 0), and visibility: 0 not labelled, 1 labelled but
   * hidden (in faces and hands: labelled), 2 visible. NaN, NaN, 0 where not labelled.
   */
  joints: Float64Array;
  /** Left, top, right, bottom in pixels. */
  box?: readonly [number, number, number, number];
  /** Of the segment, square pixels, where the data set has one. */
  area?: number;
  /** A region of many, of whom nobody is annotated. */
  crowd: boolean;
  /**
   * Outline of a crowd, or of somebody of whom no joint is labelled, as COCO's files write it, unchecked: polygons or run
   * lengths.
   */
  segmentation?: unknown;
  /** Who it is in a video. */
  track?: number;
  /** Pixels to which the data set relates errors: the head's size (MPII, PoseTrack, Panoptic's hands), AFLW's box. */
  size?: number;
}

/** Pictures and who is in them: what training and evaluation need of any 2D data set. */
export interface Annotations {
  /** Which data set's file it is, as in `dataSets`; `coco` for any other in COCO's format. */
  dataset: string;
  skeleton: Skeleton;
  images: AnnotatedImage[];
  people: AnnotatedPerson[];
}

/** JSON as parsed. */
export type Fields = Record<string, unknown>;

/** Whether a JSON value is an object. */
export const isRecord = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What is said when an annotation file is not as it should be. */
export const invalidAnnotations = (
  where: string,
  what: string,
  remedy = "Get the file again from its source",
) => new MareyError("ANNOTATIONS_INVALID", where, what, remedy);

/** The numbers of a JSON list, or undefined when it is none. */
export const numbersOf = (value: unknown): number[] | undefined =>
  Array.isArray(value) && value.every((entry) => typeof entry === "number") ? value : undefined;

/** COCO's left, top, width, height as corners; undefined when it isn't such a list. */
export function cornersOf(value: unknown): AnnotatedPerson["box"] {
  const list = numbersOf(value);
  if (list?.length !== 4 || !list.every(Number.isFinite)) return undefined;
  const [left, top, width, height] = list;
  return [left, top, left + width, top + height];
}

/** Joints from flat x, y, v as files hold them; `origin` is the coordinate of the first pixel there, 0 or 1. */
export function jointsOf(flat: ArrayLike<number>, origin = 0): Float64Array {
  const joints = new Float64Array(flat.length);
  for (let i = 0; i < joints.length; i += 3) {
    const labelled = flat[i + 2] > 0 && Number.isFinite(flat[i] + flat[i + 1]);
    if (labelled) joints.set([flat[i] - origin, flat[i + 1] - origin, flat[i + 2]], i);
    else joints.set([NaN, NaN, 0], i);
  }
  return joints;
}

/** Pixels between two joints of a person; NaN where one isn't labelled. */
export const jointDistance = (joints: Float64Array, a: number, b: number): number =>
  Math.hypot(joints[3 * a] - joints[3 * b], joints[3 * a + 1] - joints[3 * b + 1]);

/** Left, top, right, bottom of a person's labelled joints; undefined without any. */
export function jointExtent(joints: Float64Array): AnnotatedPerson["box"] {
  const box: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < joints.length; i += 3) {
    if (joints[i + 2] === 0) continue;
    box[0] = Math.min(box[0], joints[i]);
    box[1] = Math.min(box[1], joints[i + 1]);
    box[2] = Math.max(box[2], joints[i]);
    box[3] = Math.max(box[3], joints[i + 1]);
  }
  return box[0] <= box[2] ? box : undefined;
}

/** Numbers images by their files' names, for data sets whose entries are people. */
export function imagesByName() {
  const images: AnnotatedImage[] = [];
  const places = new Map<string, number>();
  return {
    images,
    indexOf(file: string): number {
      const known = places.get(file);
      if (known !== undefined) return known;
      places.set(file, images.length);
      images.push({ id: images.length + 1, file, width: 0, height: 0 });
      return images.length - 1;
    },
  };
}

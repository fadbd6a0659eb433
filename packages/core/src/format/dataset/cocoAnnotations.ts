import type { Skeleton } from "../../skeleton/skeleton.js";
import { categoryJoints, cocoLayout } from "../cocoLayout.js";
import {
  type AnnotatedImage,
  type AnnotatedPerson,
  type Annotations,
  cornersOf,
  type Fields,
  invalidAnnotations,
  isRecord,
  jointExtent,
  jointsOf,
  numbersOf,
} from "./annotations.js";

/** A file in COCO's format, its lists checked. */
export interface CocoFile {
  images: Fields[];
  annotations: Fields[];
  categories: Fields[];
}

/** In what a data set differs from COCO. */
export interface CocoVariant {
  dataset: string;
  /** The joints' layout; from the categories' names, else the number of keypoints, when absent. */
  skeleton?: Skeleton;
  /** An annotation's keypoints, x, y, v; its `keypoints` when absent. Undefined: it has none. */
  keypoints?(annotation: Fields, where: string): readonly number[] | undefined;
  /** Pixels to which errors relate. */
  size?(annotation: Fields): number | undefined;
  /** More about a picture. */
  image?(image: Fields): Partial<AnnotatedImage>;
  /** The coordinate of the first pixel: 1 in data sets made with MATLAB. */
  origin?: 0 | 1;
}

/** A parsed file's lists, or undefined when it isn't in COCO's format. */
export function cocoFile(content: unknown, name: string): CocoFile | undefined {
  if (!isRecord(content) || !Array.isArray(content.images) || !Array.isArray(content.annotations))
    return undefined;
  const list = (key: string): Fields[] => {
    const entries = content[key] ?? [];
    if (!Array.isArray(entries)) throw invalidAnnotations(name, `its ${key} are no list`);
    return entries.map((entry: unknown, i) => {
      if (isRecord(entry)) return entry;
      throw invalidAnnotations(`${name}, ${key} ${i}`, "it is no object");
    });
  };
  return { images: list("images"), annotations: list("annotations"), categories: list("categories") };
}

/** The joints' names that a file states. */
export const jointNames = ({ categories }: CocoFile): string[] | undefined =>
  categories.map(categoryJoints).find((names) => names !== undefined);

/** Whether an annotation is of a category without joints, such as cars beside people, in a file that names some's joints. */
function thingsOf({ categories }: CocoFile): (annotation: Fields) => boolean {
  const isPosed = (category: Fields) => categoryJoints(category) !== undefined;
  if (!categories.some(isPosed)) return () => false;
  const things = new Set(categories.filter((category) => !isPosed(category)).map(({ id }) => id));
  return ({ category_id }) => category_id !== undefined && things.has(category_id);
}

/**
 * Reads annotations in COCO's format; those of categories that have no joints are left out where others have.
 *
 * @throws MareyError `ANNOTATIONS_INVALID` naming the entry: no such picture, keypoints of another number.
 */
export function readCocoAnnotations(file: CocoFile, name: string, variant: CocoVariant): Annotations {
  const { keypoints = plainKeypoints, origin = 0 } = variant;
  const images = file.images.map((image, i) => readImage(image, `${name}, image ${i}`, variant));
  const places = new Map(images.map(({ id }, i) => [id, i]));
  const isThing = thingsOf(file);
  const rows = file.annotations.flatMap((annotation, i) => {
    const where = `${name}, annotation ${i}`;
    return isThing(annotation) ? [] : [{ annotation, i, where, flat: keypoints(annotation, where) }];
  });
  const count = (rows.find(({ flat }) => flat)?.flat?.length ?? 0) / 3;
  const layout = variant.skeleton ?? layoutOf(file, count, name);
  const missing = new Array<number>(3 * layout.joints.length).fill(0);
  const people = rows.map(({ annotation, i, where, flat = missing }): AnnotatedPerson => {
    const image = places.get(annotation.image_id as number);
    if (image === undefined)
      throw invalidAnnotations(
        where,
        `its picture ${JSON.stringify(annotation.image_id)} is not in the file`,
      );
    if (flat.length !== missing.length)
      throw invalidAnnotations(
        where,
        `it has ${flat.length / 3} keypoints, ${layout.name} has ${layout.joints.length}`,
        "Keep annotations of different layouts in files of their own",
      );
    const person = readPerson(annotation, i, origin);
    const joints = jointsOf(flat, origin);
    return {
      ...person,
      image,
      joints,
      ...((person.crowd || !jointExtent(joints)) && outlineOf(annotation)),
      ...sizeOf(annotation, variant),
    };
  });
  return { dataset: variant.dataset, skeleton: layout, images, people };
}

function readImage(image: Fields, where: string, { image: more }: CocoVariant): AnnotatedImage {
  const { id, file_name, width, height } = image;
  if (typeof id !== "number") throw invalidAnnotations(where, "it has no number (id)");
  const size = (value: unknown) => (typeof value === "number" && value > 0 ? value : 0);
  return {
    id,
    file: typeof file_name === "string" ? file_name : "",
    width: size(width),
    height: size(height),
    ...more?.(image),
  };
}

function readPerson(annotation: Fields, i: number, origin: number) {
  const { id, bbox, area, iscrowd, track_id } = annotation;
  const corners = cornersOf(bbox);
  const [left, top, right, bottom] = corners ?? [0, 0, 0, 0];
  return {
    id: typeof id === "number" ? id : i + 1,
    crowd: iscrowd === 1 || iscrowd === true,
    ...(corners && { box: [left - origin, top - origin, right - origin, bottom - origin] as const }),
    ...(typeof area === "number" && { area }),
    ...(typeof track_id === "number" && { track: track_id }),
  };
}

function outlineOf({ segmentation }: Fields): { segmentation?: unknown } {
  const isDrawn = Array.isArray(segmentation) ? segmentation.length > 0 : isRecord(segmentation);
  return isDrawn ? { segmentation } : {};
}

function sizeOf(annotation: Fields, variant: CocoVariant): { size?: number } {
  const size = variant.size?.(annotation);
  return size !== undefined && size > 0 ? { size } : {};
}

/** `keypoints` as a flat list; undefined for annotations without any, such as crowds. */
export function plainKeypoints({ keypoints }: Fields, where: string): readonly number[] | undefined {
  if (keypoints === undefined) return undefined;
  const flat = numbersOf(keypoints);
  if (!flat || flat.length % 3 !== 0)
    throw invalidAnnotations(where, "its keypoints are no list of x, y, v for each joint");
  return flat.length > 0 ? flat : undefined;
}

/** The layout that the file's categories name, or the usual one of that number of joints. */
function layoutOf({ categories }: CocoFile, count: number, name: string): Skeleton {
  const found = cocoLayout(categories, count);
  if (found) return found;
  throw invalidAnnotations(
    name,
    count === 0
      ? "it has no keypoints"
      : `${count} keypoints a person, whose names it doesn't say, are no known layout`,
    "Name the joints in the file's categories",
  );
}

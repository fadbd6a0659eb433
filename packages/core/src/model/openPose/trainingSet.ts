import { MareyError } from "../../error.js";
import { readJson } from "../../format/lines.js";
import type { CocoTruth } from "../../metric/cocoEvaluate.js";
import type { CocoAnnotation } from "../../metric/cocoSimilarity.js";
import { extent } from "../../metric/oks.js";
import { convertPose, convertSkeleton, type JointSource } from "../../skeleton/convert.js";
import { body25, coco17, recogniseSkeleton } from "../../skeleton/layouts.js";
import { type Skeleton, skeleton } from "../../skeleton/skeleton.js";
import { boxRegion, type Region, readRegion } from "./mask.js";

/** A person with labels, in the network's layout of J joints. */
export interface LabelledPerson {
  /** J×3: x, y in pixels and 1; NaN, NaN, 0 where nothing is labelled. */
  readonly joints: Float32Array;
  /** Keypoints that the file labels. */
  readonly labelled: number;
  /** Left, top, right, bottom. */
  readonly box: readonly [number, number, number, number];
}

/** What is known of a picture. */
export interface LabelledPicture {
  readonly id: number;
  /** As the file names it. */
  readonly file: string;
  readonly width: number;
  readonly height: number;
  readonly people: readonly LabelledPerson[];
  /** Where people are whom nobody labelled: crowds, and those without keypoints. */
  readonly unlabelled: readonly Region[];
  /** J: whether the joint would be labelled in this picture, if it were to be seen. */
  readonly known: readonly boolean[];
}

/** Annotations as a network is trained on them and judged by them. */
export interface TrainingSet {
  /** The file's own layout. */
  readonly layout: Skeleton;
  /** In the file's order, those without people too. */
  readonly pictures: readonly LabelledPicture[];
  /** For `cocoEvaluate` with the layout's sigmas. */
  readonly truth: CocoTruth;
}

/** The six points of the feet, in the order of COCO's foot annotations, which follow the 17 of the body. */
const FEET = [
  "left_big_toe",
  "left_small_toe",
  "left_heel",
  "right_big_toe",
  "right_small_toe",
  "right_heel",
];

/** Share of a person's box that COCO's outlines fill, for annotations without an area. */
const FILLED = 0.53;

type Fields = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function invalid(where: string, what: string, remedy = "Export the annotations again in COCO's format") {
  return new MareyError("COCO_INVALID", where, what, remedy);
}

/**
 * Reads annotations in COCO's format (`person_keypoints_train2017.json`, also with feet) as a network of another layout is
 * trained on them. Joints come by their names; the neck lies half-way between the shoulders, the pelvis between the hips,
 * where both ends are labelled. Joints that the file doesn't have are not `known`; neither are the feet in a picture of a
 * layout with feet where an ankle is labelled but no foot, as in COCO's pictures that nobody has gone through for them.
 *
 * @throws MareyError `COCO_INVALID` naming the entry at fault, or when nobody has keypoints; `JSON_INVALID`.
 */
export function readTrainingSet(bytes: Uint8Array, to: Skeleton, name = "coco.json"): TrainingSet {
  const content = readJson(bytes, name);
  if (!isRecord(content) || !Array.isArray(content.images) || !Array.isArray(content.annotations))
    throw invalid(name, "it has no images and annotations", "Give annotations, not results");
  const { names, ids } = keypointCategories(content.categories);
  const annotations = listAnnotations(content.annotations, ids, name);
  const layout = layoutOf(names, annotations, name);
  const sources = sourcesOf(layout, to);
  if (sources.every(({ kind }) => kind === "absent"))
    throw invalid(name, `none of its keypoints (${layout.joints.join(", ")}) is a joint of ${to.name}`);
  const byPicture = new Map<unknown, Annotation[]>();
  for (const annotation of annotations) {
    const group = byPicture.get(annotation.fields.image_id);
    if (group) group.push(annotation);
    else byPicture.set(annotation.fields.image_id, [annotation]);
  }
  const pictures = content.images.map((image: unknown, i) => {
    const where = `${name}, image ${i}`;
    if (!isRecord(image) || typeof image.file_name !== "string") throw invalid(where, "it names no file");
    const found = byPicture.get(image.id) ?? [];
    byPicture.delete(image.id);
    return labelledPicture(image, found, layout, to, sources, where);
  });
  for (const [id, [first]] of byPicture)
    throw invalid(first.where, `its picture ${String(id)} is not among the images`);
  if (pictures.every(({ people }) => people.length === 0))
    throw invalid(name, "nobody has keypoints", "Give person_keypoints annotations, not those of objects");
  return { layout, pictures, truth: truthOf(pictures, annotations, layout) };
}

/** Joints that no file labels are made of others only where OpenPose does so. */
const MIDPOINTS = ["neck", "thorax", "pelvis"];

const sourcesOf = (from: Skeleton, to: Skeleton): JointSource[] =>
  convertSkeleton(from, to).map((source, j) =>
    source.kind !== "interpolated" || MIDPOINTS.includes(to.joints[j])
      ? source
      : { kind: "absent", terms: [] },
  );

function truthOf(
  pictures: readonly LabelledPicture[],
  annotations: readonly Annotation[],
  { joints }: Skeleton,
): CocoTruth {
  return {
    images: pictures.map(({ id }) => ({ id })),
    categories: [{ id: 1 }],
    annotations: annotations.map(({ fields }, i): CocoAnnotation => {
      const { image_id, iscrowd, area, num_keypoints } = fields;
      const given = fields.keypoints as number[] | undefined;
      const keypoints = given && given.length > 0 ? given : new Array<number>(joints.length * 3).fill(0);
      const [left, top, right, bottom] = boxOf(fields) ?? extent(keypoints);
      const bbox = [left, top, right - left, bottom - top];
      return {
        id: i + 1,
        image_id: image_id as number,
        category_id: 1,
        iscrowd: iscrowd ? 1 : 0,
        bbox,
        area: typeof area === "number" && area > 0 ? area : FILLED * bbox[2] * bbox[3],
        keypoints,
        ...(typeof num_keypoints === "number" && { num_keypoints }),
      };
    }),
  };
}

interface Annotation {
  readonly fields: Fields;
  readonly where: string;
}

/** Names of keypoints, where a category says them, and which categories have keypoints. */
function keypointCategories(given: unknown): { names?: readonly string[]; ids?: Set<unknown> } {
  const named = (Array.isArray(given) ? given : []).filter(
    (category): category is Fields => isRecord(category) && Array.isArray(category.keypoints),
  );
  if (named.length === 0) return {};
  return { names: (named[0].keypoints as unknown[]).map(String), ids: new Set(named.map(({ id }) => id)) };
}

/** The annotations of categories with keypoints, or all where no category says so. */
function listAnnotations(
  rows: readonly unknown[],
  ids: Set<unknown> | undefined,
  name: string,
): Annotation[] {
  return rows.flatMap((fields, i) => {
    const where = `${name}, annotation ${i}`;
    if (!isRecord(fields)) throw invalid(where, "it is no object");
    return !ids || fields.category_id === undefined || ids.has(fields.category_id) ? [{ fields, where }] : [];
  });
}

/** Sigmas by joints' names. */
const sigmas = new Map(
  [coco17, body25].flatMap(({ joints, sigmas: of }) => joints.map((joint, j) => [joint, of[j]])),
);

const named = (joints: readonly string[]): Skeleton =>
  skeleton(
    "annotated",
    joints.map((joint) => [joint, null, sigmas.get(joint) ?? 0.079]),
  );

function layoutOf(names: readonly string[] | undefined, rows: readonly Annotation[], name: string): Skeleton {
  const first = rows.find(({ fields: { keypoints } }) => Array.isArray(keypoints) && keypoints.length > 0);
  const count = first ? (first.fields.keypoints as unknown[]).length / 3 : 0;
  if (names && (count === 0 || names.length === count))
    return recogniseSkeleton(names.length, names) ?? named(names);
  if (count === 23) return named([...coco17.joints, ...FEET]);
  const known = recogniseSkeleton(count);
  if (known) return known;
  throw invalid(
    name,
    count === 0 ? "nobody has keypoints" : `${count} keypoints a person, and no category names them`,
    "Give person_keypoints annotations whose category has the names of the keypoints",
  );
}

function labelledPicture(
  image: Fields,
  annotations: readonly Annotation[],
  from: Skeleton,
  to: Skeleton,
  sources: readonly JointSource[],
  where: string,
): LabelledPicture {
  const { id, file_name: file, width, height } = image;
  if (![width, height].every((n) => Number.isSafeInteger(n) && (n as number) > 0))
    throw invalid(where, "its width and height are no positive whole numbers");
  const people: LabelledPerson[] = [];
  const unlabelled: Region[] = [];
  for (const annotation of annotations) {
    const person = annotation.fields.iscrowd ? undefined : labelledPerson(annotation, from, to, sources);
    if (person) people.push(person);
    else unlabelled.push(regionOf(annotation));
  }
  const known = knownJoints(to, sources, people);
  return { id: id as number, file: file as string, width: width as number, height: height as number, people, unlabelled, known }; // biome-ignore format: one record
}

/** Nobody when no keypoint is labelled. */
function labelledPerson(
  { fields, where }: Annotation,
  from: Skeleton,
  to: Skeleton,
  sources: readonly JointSource[],
): LabelledPerson | undefined {
  const { keypoints } = fields;
  if (!Array.isArray(keypoints) || keypoints.length === 0) return undefined;
  const isRight = keypoints.length === 3 * from.joints.length && keypoints.every(Number.isFinite);
  if (!isRight) throw invalid(where, `its keypoints are not ${from.joints.length} × (x, y, v)`);
  const given = new Float32Array(keypoints.length).fill(NaN);
  let labelled = 0;
  for (let i = 0; i < given.length; i += 3) {
    given[i + 2] = keypoints[i + 2] > 0 ? 1 : 0;
    if (given[i + 2] === 0) continue;
    labelled++;
    given[i] = keypoints[i];
    given[i + 1] = keypoints[i + 1];
  }
  if (labelled === 0) return undefined;
  const joints = new Float32Array(to.joints.length * 3);
  convertPose(sources, given, 3, true, joints);
  return { joints, labelled, box: boxOf(fields) ?? extent(given) };
}

/** Left, top, right, bottom of COCO's left, top, width, height. */
function boxOf({ bbox }: Fields): [number, number, number, number] | undefined {
  if (!Array.isArray(bbox) || bbox.length !== 4 || !bbox.every(Number.isFinite)) return undefined;
  const [left, top, width, height] = bbox as number[];
  return [left, top, left + width, top + height];
}

function regionOf({ fields, where }: Annotation): Region {
  const { segmentation } = fields;
  const isDrawn = Array.isArray(segmentation) ? segmentation.length > 0 : isRecord(segmentation);
  if (isDrawn) return readRegion(segmentation, where);
  const box = boxOf(fields);
  if (box) return boxRegion(box);
  throw invalid(where, "it has neither keypoints nor an outline nor a box");
}

function knownJoints(
  to: Skeleton,
  sources: readonly JointSource[],
  people: readonly LabelledPerson[],
): boolean[] {
  const has = (wanted: (joint: string) => boolean) =>
    people.some(({ joints }) => to.joints.some((joint, j) => wanted(joint) && joints[j * 3 + 2] > 0));
  const ignoresFeet = has((joint) => joint.endsWith("_ankle")) && !has((joint) => FEET.includes(joint));
  return to.joints.map((joint, j) => sources[j].kind !== "absent" && !(ignoresFeet && FEET.includes(joint)));
}

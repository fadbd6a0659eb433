import { MareyError } from "../../error.js";
import type { AnnotatedImage, AnnotatedPerson, Annotations } from "../../format/dataset/annotations.js";
import { readAnnotations } from "../../format/dataset/readAnnotations.js";
import type { CocoTruth } from "../../metric/cocoEvaluate.js";
import { extent, poseArea } from "../../metric/oks.js";
import { convertPose, convertSkeleton, type JointSource } from "../../skeleton/convert.js";
import type { Skeleton } from "../../skeleton/skeleton.js";
import { boxRegion, polygonRegion, type Region, readRegion } from "./mask.js";

/** A person with labels, in the network's layout of J joints. */
export interface LabelledPerson {
  /** J×3: x, y in pixels and 1; NaN, NaN, 0 where nothing is labelled. */
  readonly joints: Float32Array;
  /** J, as the file has it: 0 not labelled, 1 hidden, 2 visible; of a joint made of others, the least of theirs. */
  readonly visibility?: Uint8Array;
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

const isOfFoot = (joint: string) => /_(big_toe|small_toe|heel)$/.test(joint);

function invalid(where: string, what: string, remedy = "Correct the annotations, or export them again") {
  return new MareyError("ANNOTATIONS_INVALID", where, what, remedy);
}

/**
 * Reads the annotations of a data set that `readAnnotations` knows (`person_keypoints_train2017.json`, also with feet) as a
 * network of another layout is trained on them. Joints come by their names; the neck lies half-way between the shoulders, the pelvis between the hips,
 * where both ends are labelled. Joints that the file doesn't have are not `known`; neither are the feet in a picture of a
 * layout with feet where an ankle is labelled but no foot, as in COCO's pictures that nobody has gone through for them.
 *
 * @throws MareyError `ANNOTATIONS_INVALID` naming the entry at fault, or when nobody has keypoints; the others of
 *   `readAnnotations`.
 */
export function readTrainingSet(bytes: Uint8Array, to: Skeleton, name = "coco.json"): TrainingSet {
  const annotations = readAnnotations(bytes, name);
  const { skeleton: layout, images } = annotations;
  const sources = sourcesOf(layout, to);
  if (sources.every(({ kind }) => kind === "absent"))
    throw invalid(name, `none of its keypoints (${layout.joints.join(", ")}) is a joint of ${to.name}`);
  const members = images.map((): AnnotatedPerson[] => []);
  for (const person of annotations.people) members[person.image].push(person);
  const pictures = images.map((image, i) => {
    requireFile(image, `${name}, image ${i}`);
    return labelledPicture(image, members[i], to, sources, name);
  });
  if (pictures.every(({ people }) => people.length === 0))
    throw invalid(name, "nobody has keypoints", "Give person_keypoints annotations, not those of objects");
  return { layout, pictures, truth: truthOf(annotations) };
}

function requireFile({ file, width, height }: AnnotatedImage, where: string): void {
  if (file === "") throw invalid(where, "it names no file");
  if (![width, height].every((n) => Number.isSafeInteger(n) && n > 0))
    throw invalid(where, "it has no width and height in whole pixels");
}

/** Joints that no file labels are made of others only where OpenPose does so. */
const MIDPOINTS = ["neck", "thorax", "pelvis"];

const sourcesOf = (from: Skeleton, to: Skeleton): JointSource[] =>
  convertSkeleton(from, to).map((source, j) =>
    source.kind !== "interpolated" || MIDPOINTS.includes(to.joints[j])
      ? source
      : { kind: "absent", terms: [] },
  );

function truthOf({ images, people }: Annotations): CocoTruth {
  return {
    images: images.map(({ id }) => ({ id })),
    categories: [{ id: 1 }],
    annotations: people.map(({ image, crowd, joints, box = extent(joints), area = 0 }, i) => {
      const [left, top, right, bottom] = box;
      return {
        id: i + 1,
        image_id: images[image].id,
        category_id: 1,
        iscrowd: crowd ? 1 : 0,
        bbox: [left, top, right - left, bottom - top],
        area: area > 0 ? area : poseArea(joints, box),
        keypoints: Array.from(joints, (value) => (Number.isNaN(value) ? 0 : value)),
      };
    }),
  };
}

function labelledPicture(
  { id, file, width, height, ignored = [] }: AnnotatedImage,
  annotated: readonly AnnotatedPerson[],
  to: Skeleton,
  sources: readonly JointSource[],
  name: string,
): LabelledPicture {
  const people: LabelledPerson[] = [];
  const unlabelled: Region[] = ignored.map((corners) => polygonRegion([corners]));
  for (const one of annotated) {
    const person = one.crowd ? undefined : labelledPerson(one, to, sources);
    if (person) people.push(person);
    else unlabelled.push(regionOf(one, `${name}, annotation with id ${one.id}`));
  }
  return { id, file, width, height, people, unlabelled, known: knownJoints(to, sources, people) };
}

/** Nobody when no keypoint is labelled. */
function labelledPerson(
  { joints: given, box }: AnnotatedPerson,
  to: Skeleton,
  sources: readonly JointSource[],
): LabelledPerson | undefined {
  const labelled = given.filter((value, i) => i % 3 === 2 && value > 0).length;
  if (labelled === 0) return undefined;
  const joints = new Float32Array(to.joints.length * 3);
  convertPose(sources, given, 3, true, joints);
  const visibility = new Uint8Array(to.joints.length);
  for (let j = 0; j < visibility.length; j++) {
    visibility[j] = joints[3 * j + 2];
    joints[3 * j + 2] = Number(joints[3 * j + 2] > 0);
  }
  return { joints, visibility, labelled, box: box ?? extent(given) };
}

function regionOf({ segmentation, box }: AnnotatedPerson, where: string): Region {
  if (segmentation !== undefined) return readRegion(segmentation, where);
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
  const ignoresFeet = has((joint) => joint.endsWith("_ankle")) && !has(isOfFoot);
  return to.joints.map((joint, j) => sources[j].kind !== "absent" && !(ignoresFeet && isOfFoot(joint)));
}

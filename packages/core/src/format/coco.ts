import { MareyError } from "../error.js";
import type { Detection, Detections } from "../motion/keypoints.js";
import { skeletons } from "../skeleton/layouts.js";
import type { Skeleton } from "../skeleton/skeleton.js";
import { cocoLayout } from "./cocoLayout.js";
import { readJson } from "./lines.js";
import { lastNumber } from "./openPose.js";

export interface CocoOptions {
  /** The joint layout; when absent the one that a data set's joints name, or the usual one of their number. */
  skeleton?: Skeleton;
  /** Hz; 30 when absent: the files don't say. */
  frameRate?: number;
}

/** Frames that so many people may span: identifiers that are no frame numbers must not become millions of empty frames. */
const mostFrames = (entries: number) => 200_000 + 20 * entries;

const REMEDY = "Export the keypoints again, as a list of results or a COCO data set";

type Fields = Record<string, unknown>;

/** One person in one picture, as written. */
interface Entry {
  picture: unknown;
  fields: Fields;
  where: string;
}

/** Whether parsed JSON is of a kind that `readCocoKeypoints` reads. */
export function isCocoKeypoints(content: unknown): boolean {
  if (Array.isArray(content)) return true;
  return isRecord(content) && (Array.isArray(content.annotations) || Array.isArray(content.instance_info));
}

/**
 * Reads keypoints as COCO's tools write them: a list of results `{ image_id, keypoints, score, bbox }`, one per person
 * and picture (AlphaPose writes it with the files' names as `image_id`), a data set `{ images, annotations }`, or the
 * lists of frames with `instances` of MMPose's inferencers. Pictures are frames by their numbers: the last in the
 * file's name where there are names, else `image_id`; numbers that are left out are frames without people.
 *
 * Third values are confidences, but visibilities in data sets: 0, 1 (hidden), 2 become 0, 0.5, 1. A joint at confidence
 * 0 is missing. Who is who is kept where entries say so (`track_id`, AlphaPose's `idx`) and no picture has one twice.
 *
 * @throws MareyError `COCO_INVALID` naming the entry at fault; `JSON_INVALID`, `TEXT_INVALID`.
 */
export function readCocoKeypoints(
  bytes: Uint8Array,
  name = "coco.json",
  options: CocoOptions = {},
): Detections {
  const content = readJson(bytes, name);
  if (!isCocoKeypoints(content)) throw invalid(name, "it has neither results nor annotations");
  const { entries, pictures, categories, visibilities } = listed(content, name);
  const numberOf = pictureNumbers(pictures, entries, name);
  const people = entries.map((entry) => ({
    frame: numberOf(entry.picture, entry.where),
    person: readPerson(entry, visibilities),
    where: entry.where,
  }));
  const numbers = [...pictures.keys()].map((key) => numberOf(key, name));
  const range = rangeOf([...numbers, ...people.map(({ frame }) => frame)], name);
  const skeleton = options.skeleton ?? layoutOf(categories, people[0]?.person.joints.length ?? 51, name);
  const frames: Detection[][] = Array.from({ length: range.count }, () => []);
  for (const { frame, person, where } of people) {
    if (person.joints.length !== 3 * skeleton.joints.length)
      throw invalid(
        where,
        `it has ${person.joints.length / 3} keypoints, ${skeleton.name} has ${skeleton.joints.length}`,
        "State the skeleton that the detector used, and keep files of different detectors apart",
      );
    frames[frame - range.first].push(person);
  }
  forgetDoubtfulIds(frames);
  return {
    skeleton,
    frameRate: options.frameRate ?? 30,
    ...sizeOf(pictures),
    firstFrame: range.first,
    frames,
  };
}

const isRecord = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const invalid = (where: string, what: string, remedy = REMEDY) =>
  new MareyError("COCO_INVALID", where, what, remedy);

interface Listed {
  entries: Entry[];
  /** What is said of pictures, by their identifiers, in the file's order. */
  pictures: Map<unknown, Fields>;
  /** What joints there are, where the file says it. */
  categories: Fields[];
  /** Third values are COCO's visibilities. */
  visibilities: boolean;
}

function listed(content: unknown, name: string): Listed {
  const { annotations, instance_info, images, categories } = isRecord(content) ? content : ({} as Fields);
  const rows = (Array.isArray(content) ? content : (annotations ?? instance_info)) as unknown[];
  const entries: Entry[] = [];
  const pictures = new Map<unknown, Fields>();
  for (const [i, fields] of rows.entries()) {
    const where = `${name}, entry ${i}`;
    if (!isRecord(fields)) throw invalid(where, "it is no object");
    if (Array.isArray(fields.instances)) {
      pictures.set(fields.frame_id, {});
      fields.instances.forEach((instance: unknown, p) => {
        if (!isRecord(instance)) throw invalid(where, `instance ${p} is no object`);
        entries.push({ picture: fields.frame_id, fields: instance, where: `${where}, instance ${p}` });
      });
    } else if (annotations === undefined || hasKeypoints(fields))
      entries.push({ picture: fields.image_id ?? fields.frame_id, fields, where });
  }
  for (const [i, image] of (Array.isArray(images) ? images : []).entries()) {
    if (!isRecord(image)) throw invalid(`${name}, image ${i}`, "it is no object");
    pictures.set(image.id, image);
  }
  const named = Array.isArray(categories) ? categories.filter(isRecord) : [];
  return { entries, pictures, categories: named, visibilities: annotations !== undefined };
}

/** Annotations of crowds, and of people too small for joints, have none or only zeros. */
const hasKeypoints = ({ keypoints, num_keypoints }: Fields) => keypoints !== undefined && num_keypoints !== 0;

/** From a picture's identifier to its frame's number. */
function pictureNumbers(
  pictures: ReadonlyMap<unknown, Fields>,
  entries: readonly Entry[],
  name: string,
): (picture: unknown, where: string) => number {
  const byName = new Map<unknown, number | undefined>();
  for (const [id, { file_name }] of pictures)
    if (typeof file_name === "string") byName.set(id, lastNumber(file_name));
  const numbers = [...byName.values()];
  // Names count when they number all pictures, each once, and not too far apart.
  const isNumbered =
    numbers.length === pictures.size &&
    !numbers.includes(undefined) &&
    new Set(numbers).size === numbers.length &&
    entries.every(({ picture }) => byName.has(picture)) &&
    isSpan(numbers as number[], entries.length);
  return (picture, where) => {
    const number = isNumbered
      ? byName.get(picture)
      : typeof picture === "string"
        ? lastNumber(picture)
        : picture;
    if (Number.isSafeInteger(number) && (number as number) >= 0) return number as number;
    throw invalid(
      where === name ? `${name}, image ${JSON.stringify(picture)}` : where,
      picture === undefined ? "it names no picture (image_id)" : `its picture has no number`,
      "Number the pictures as the frames of the video are",
    );
  };
}

/** Least and greatest without spreading a long list over arguments. */
function extremes(numbers: readonly number[]): [least: number, greatest: number] {
  let [least, greatest] = [Infinity, -Infinity];
  for (const number of numbers) {
    if (number < least) least = number;
    if (number > greatest) greatest = number;
  }
  return [least, greatest];
}

function isSpan(numbers: readonly number[], entries: number): boolean {
  const [least, greatest] = extremes(numbers);
  return !(greatest - least >= mostFrames(entries));
}

function rangeOf(numbers: readonly number[], name: string): { first: number; count: number } {
  if (numbers.length === 0) return { first: 0, count: 0 };
  const [first, last] = extremes(numbers);
  if (isSpan(numbers, numbers.length)) return { first, count: last - first + 1 };
  throw invalid(
    name,
    `its pictures are numbered ${first} to ${last}, too far apart for frames of a video`,
    "Check that the last number in each file's name is the number of its frame",
  );
}

function readPerson({ fields, where }: Entry, visibilities: boolean): Detection {
  const values = keypointValues(fields, where);
  const joints = new Float32Array(values.length).fill(NaN);
  let sum = 0;
  for (let i = 0; i < values.length; i += 3) {
    const [x, y, c] = [values[i], values[i + 1], visibilities ? values[i + 2] / 2 : values[i + 2]];
    const isSeen = Number.isFinite(Math.fround(x) + Math.fround(y)) && c > 0;
    if (isSeen) joints.set([x, y], i);
    joints[i + 2] = isSeen ? Math.min(1, c) : 0;
    sum += joints[i + 2];
  }
  const { score: given } = fields;
  const mean = sum / (joints.length / 3);
  const score = typeof given === "number" ? Math.min(1, Math.max(0, given)) : mean;
  const box = boxOf(fields);
  const id = idOf(fields);
  return { score, joints, ...(box && { box }), ...(id !== undefined && { id }) };
}

/** x, y, confidence for each keypoint: flat as COCO has them, or points and scores apart as MMPose's inferencers do. */
function keypointValues({ keypoints, keypoint_scores: scores }: Fields, where: string): number[] {
  if (!Array.isArray(keypoints) || keypoints.length === 0)
    throw invalid(where, "it has no keypoints", "Give results of keypoints, not of boxes");
  const flat = Array.isArray(scores)
    ? keypoints.flatMap((point: unknown, j) =>
        Array.isArray(point) ? [point[0], point[1], scores[j]] : [point],
      )
    : keypoints;
  if (flat.length % 3 !== 0)
    throw invalid(where, `it has ${flat.length} keypoint values, which is no multiple of 3`);
  return flat.map((value: unknown) => {
    if (typeof value === "number") return value;
    if (value === null) return Number.NaN;
    throw invalid(where, "a keypoint value is no number");
  });
}

/** COCO's left, top, width, height (AlphaPose calls it `box`), or MMPose's nested left, top, right, bottom. */
function boxOf({ bbox, box }: Fields): Detection["box"] {
  const given = bbox ?? box;
  if (!Array.isArray(given)) return undefined;
  const corners = Array.isArray(given[0]) ? given[0] : undefined;
  const [x, y, a, b] = (corners ?? given) as unknown[];
  if (![x, y, a, b].every((value) => typeof value === "number" && Number.isFinite(value))) return undefined;
  const [left, top, third, fourth] = [x, y, a, b] as number[];
  return corners ? [left, top, third, fourth] : [left, top, left + third, top + fourth];
}

function idOf({ track_id, idx }: Fields): number | undefined {
  const given = track_id ?? idx;
  const id = Array.isArray(given) ? given[0] : given;
  return Number.isSafeInteger(id) && (id as number) >= 0 ? (id as number) : undefined;
}

/** Without a tracker AlphaPose numbers everybody alike: one number for all, or two of one in a picture, names nobody. */
function forgetDoubtfulIds(frames: readonly Detection[][]): void {
  const everyone = new Set(frames.flatMap((people) => people.map(({ id }) => id)));
  const isTwice = (people: readonly Detection[]) => new Set(people.map(({ id }) => id)).size < people.length;
  const doubtful = everyone.size < 2 || everyone.has(undefined) || frames.some(isTwice);
  if (doubtful) for (const people of frames) for (const person of people) delete person.id;
}

function layoutOf(categories: readonly Fields[], values: number, name: string): Skeleton {
  const count = values / 3;
  const found = cocoLayout(categories, count);
  if (found) return found;
  const known = [...new Set(skeletons.map((layout) => layout.joints.length))]
    .sort((a, b) => a - b)
    .join(", ");
  throw invalid(
    name,
    `${count} keypoints a person, no known layout has so many (known: ${known})`,
    "State the skeleton, or detect with one of the known layouts",
  );
}

/** Of all pictures, where they say it and agree. */
function sizeOf(pictures: ReadonlyMap<unknown, Fields>): { width: number; height: number } {
  const sizes = new Set([...pictures.values()].map(({ width, height }) => `${width}×${height}`));
  const [first] = pictures.values();
  const { width, height } = first ?? {};
  const known =
    sizes.size === 1 && [width, height].every((n) => Number.isSafeInteger(n) && (n as number) > 0);
  return known ? { width: width as number, height: height as number } : { width: 0, height: 0 };
}

import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { MareyError } from "@marey/core";
import { type Annotations, lastNumber, readJson, readOpenPose, readOpenPoseFrame } from "@marey/core/format";
import type { Detections, Keypoints } from "@marey/core/motion";
import { recogniseSkeleton, type Skeleton } from "@marey/core/skeleton";
import { readSource } from "../files/index.js";
import { readWhole } from "../files/whole.js";
import { stemOf } from "../output/index.js";

/** Somebody found in a picture of a data set. */
export interface Found {
  /** Index into the data set's images. */
  image: number;
  /** Higher is surer; any range. */
  score: number;
  /** J×3: x, y in pixels, anything; as the file has them, NaN where it has nothing. */
  joints: Float64Array;
}

/** What a detector found in a data set's pictures. */
export interface FoundPeople {
  skeleton: Skeleton;
  people: Found[];
  /** Entries in pictures that the data set hasn't. */
  strangers: number;
}

const REMEDY =
  "Give COCO results, Marey's detections, or a folder of OpenPose files, of the annotated pictures";

const invalid = (where: string, what: string, remedy = REMEDY) =>
  new MareyError("EVAL_DETECTIONS", where, what, remedy);

export interface FoundOptions {
  /** The detector's layout, where the file doesn't say; the data set's for as many joints, else by number, when absent. */
  skeleton?: Skeleton;
}

/**
 * Reads detections of annotated pictures. Entries of COCO results name their picture by its id or its file; OpenPose's files by
 * their own names; frames of Marey's files by their pictures' names, else by number: of the picture's file, its id, or its place
 * among the files.
 *
 * @throws MareyError `EVAL_DETECTIONS` when no picture can be told, and the errors of the readers.
 */
export async function readFound(
  path: string,
  truth: Annotations,
  { skeleton }: FoundOptions = {},
): Promise<FoundPeople> {
  const isFolder = await stat(path).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
  const read = isFolder ? await readFolder(path, truth, skeleton) : await readFile(path, truth, skeleton);
  if (read.people.length === 0 && read.strangers > 0)
    throw invalid(path, `none of its ${read.strangers} entries is in a picture of the annotations`);
  // What few match may match by chance: numbers of other pictures.
  if (read.strangers > read.people.length)
    throw invalid(
      path,
      `${read.strangers} of its ${read.strangers + read.people.length} entries are in no picture of the annotations`,
      "Number the pictures as the annotations do (marey detect --format coco --annotations FILE), measure the NAME.keypoints.json, which names its pictures, or leave out those of other sets",
    );
  return read;
}

async function readFile(
  path: string,
  truth: Annotations,
  skeleton: Skeleton | undefined,
): Promise<FoundPeople> {
  const bytes = await readWhole(path);
  const start = new TextDecoder("latin1").decode(bytes.subarray(0, 64)).trimStart();
  if (start.startsWith("[")) return cocoResultsOf(readJson(bytes, path), path, truth, skeleton);
  const source = await readSource(path, { ...(skeleton && { skeleton }) });
  if (source.kind === "motion") throw invalid(path, "it holds motion, not people in pictures");
  return fromFrames(
    source.kind === "keypoints" ? framesOf(source.keypoints) : source.detections,
    path,
    truth,
  );
}

/** Images by every name that a file may use for one. */
function pictureIndex({ images }: Annotations) {
  const of = (key: (image: Annotations["images"][number]) => unknown) => {
    const index = new Map<unknown, number>();
    images.forEach((image, i) => {
      const name = key(image);
      if (index.has(name)) index.set(name, -1);
      else index.set(name, i);
    });
    return (name: unknown): number => index.get(name) ?? -1;
  };
  return {
    byId: of(({ id }) => id),
    byFile: of(({ file }) => file),
    byStem: of(({ file }) => stemOf(file)),
    byNumber: of(({ file }) => lastNumber(file)),
  };
}

interface ResultFields {
  image_id?: unknown;
  keypoints?: unknown;
  score?: unknown;
}

/** The numbers of a COCO results file, as they are: official figures come from nothing else. */
function cocoResultsOf(
  content: unknown,
  path: string,
  truth: Annotations,
  given: Skeleton | undefined,
): FoundPeople {
  const { byId, byFile, byStem } = pictureIndex(truth);
  const entries = content as ResultFields[];
  const width = (Array.isArray(entries[0]?.keypoints) ? entries[0].keypoints.length : 0) / 3;
  const skeleton = given ?? layoutOf(width, truth, path);
  let strangers = 0;
  const people = entries.flatMap((entry, i): Found[] => {
    const { image_id: id, keypoints, score } = entry ?? {};
    const where = `${path}, entry ${i}`;
    if (!Array.isArray(keypoints) || keypoints.length !== 3 * skeleton.joints.length)
      throw invalid(
        where,
        `it has no ${skeleton.joints.length} keypoints`,
        "Give results of keypoints, all of one layout",
      );
    if (typeof score !== "number" || !Number.isFinite(score)) throw invalid(where, "it has no score");
    const image = typeof id === "string" ? Math.max(byFile(id), byStem(stemOf(id))) : byId(id);
    if (image >= 0)
      return [{ image, score, joints: Float64Array.from(keypoints, (value) => value ?? Number.NaN) }];
    strangers++;
    return [];
  });
  return { skeleton, people, strangers };
}

function layoutOf(joints: number, { skeleton }: Annotations, path: string): Skeleton {
  // A whole person's 133 points begin with COCO's 17 in the same order, and so on: the number decides.
  const found = joints === skeleton.joints.length || joints === 0 ? skeleton : recogniseSkeleton(joints);
  if (found) return found;
  throw invalid(
    path,
    `its people have ${joints} keypoints, which is no known layout`,
    "State it with --skeleton",
  );
}

const framesOf = ({ skeleton, people, firstFrame, frameCount, ...view }: Keypoints): Detections => {
  const width = 3 * skeleton.joints.length;
  return {
    ...view,
    skeleton,
    firstFrame,
    frames: Array.from({ length: frameCount }, (_, t) =>
      people.flatMap(({ id, data }) => {
        const joints = data.subarray(t * width, (t + 1) * width);
        const score =
          joints.reduce((sum, value, i) => sum + (i % 3 === 2 ? value : 0), 0) / skeleton.joints.length;
        return score > 0 ? [{ id, score, joints }] : [];
      }),
    ),
  };
};

function fromFrames(
  { skeleton, firstFrame, frames, pictures }: Detections,
  path: string,
  truth: Annotations,
): FoundPeople {
  const { byId, byNumber, byStem } = pictureIndex(truth);
  const taken = frames.flatMap((people, t) => (people.length > 0 ? [firstFrame + t] : []));
  const order = new Intl.Collator("en", { numeric: true });
  const sorted = [...truth.images.keys()].sort((a, b) =>
    order.compare(truth.images[a]?.file ?? "", truth.images[b]?.file ?? ""),
  );
  const byPlace = (number: number) => sorted[number - firstFrame] ?? -1;
  const byName = (number: number) => byStem(stemOf(pictures?.[number - firstFrame] ?? ""));
  const ways = [byNumber, byId, ...(frames.length === sorted.length ? [byPlace] : [])];
  // Names are no chance: those that the annotations lack are of other pictures.
  const way = taken.some((number) => byName(number) >= 0)
    ? byName
    : ways.find((imageOf) => taken.every((number) => imageOf(number) >= 0));
  if (!way)
    throw invalid(
      path,
      `its ${frames.length} frames can't be told to be the ${sorted.length} annotated pictures`,
      "Detect in exactly these pictures, or write COCO results or OpenPose files, which name theirs",
    );
  let strangers = 0;
  const people = frames.flatMap((found, t) => {
    const image = way(firstFrame + t);
    if (image < 0) strangers += found.length;
    return image < 0
      ? []
      : found.map(({ score, joints }): Found => ({ image, score, joints: Float64Array.from(joints) }));
  });
  return { skeleton, people, strangers };
}

/** A folder of OpenPose's files, which are called as their pictures are. */
async function readFolder(
  folder: string,
  truth: Annotations,
  skeleton: Skeleton | undefined,
): Promise<FoundPeople> {
  const { byStem, byNumber } = pictureIndex(truth);
  const names = (await readdir(folder)).filter((name) => name.toLowerCase().endsWith(".json")).sort();
  if (names.length === 0) throw invalid(folder, "the folder holds no JSON files");
  const files = [];
  // Readers of a video's frames go by the last number: each file gets one of its own.
  for (const [i, name] of names.entries()) {
    const path = join(folder, name);
    const bytes = await readWhole(path);
    // What is wrong with a file is told under its own name.
    readOpenPoseFrame(bytes, path);
    files.push({ name: join(folder, `${stemOf(name)} ${i}.json`), bytes });
  }
  const read = readOpenPose(files, { where: folder, ...(skeleton && { skeleton }) });
  let strangers = 0;
  const people = read.frames.flatMap((found, i) => {
    const name = names[i] ?? "";
    const stem = stemOf(name).replace(/_keypoints$/, "");
    const image = byStem(stem) >= 0 ? byStem(stem) : byNumber(lastNumber(name));
    if (image < 0) strangers += found.length;
    return image < 0
      ? []
      : found.map(({ score, joints }): Found => ({ image, score, joints: Float64Array.from(joints) }));
  });
  return { skeleton: read.skeleton, people, strangers };
}

import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { basename, isAbsolute, join } from "node:path";
import { MareyError } from "@marey/core";
import type { Image } from "@marey/core/image";
import { readTrainingSet, type TrainingSet } from "@marey/core/model/openPose";
import type { Skeleton } from "@marey/core/skeleton";
import { readIfThere } from "../files/whole.js";
import { isPicture, readImage } from "../video/index.js";

/** So many decoded pictures of a set are kept; those of a larger one are read again when their turn comes. */
const KEPT = 64;

/** Pictures by their places in a list. */
export interface PictureList {
  readonly length: number;
  /** RGB. */
  read(index: number): Promise<Image>;
}

/** Annotated pictures with a way to read them. */
export interface TrainingPictures extends TrainingSet, PictureList {}

/**
 * Pictures with the annotations of a data set that `readAnnotations` knows, for a network of another layout.
 *
 * @param folder Where the pictures are: at the paths that the annotations have, in `images/`, or as COCO is unpacked.
 * @param annotations The file, below the folder or anywhere.
 * @param ends Only pictures whose names end so.
 * @throws MareyError `FILE_READ` for what isn't there, `TRAINING_EMPTY` when no name ends so, and those of
 *   `readTrainingSet`; `read` throws `ANNOTATIONS_INVALID` for a picture of another size than annotated, and as `readImage`.
 */
export async function trainingPictures(
  folder: string,
  annotations: string,
  to: Skeleton,
  ends: readonly string[] = [""],
): Promise<TrainingPictures> {
  const inside = join(folder, annotations);
  const file = !isAbsolute(annotations) && existsSync(inside) ? inside : annotations;
  const bytes = await readIfThere(file);
  if (!bytes) throw noAnnotations(folder, annotations);
  const set = readTrainingSet(bytes, to, file);
  const pictures = set.pictures.filter((picture) => ends.some((end) => picture.file.endsWith(end)));
  if (pictures.length === 0)
    throw new MareyError(
      "TRAINING_EMPTY",
      `pictures=${ends.join()}`,
      `no picture of ${file} ends so`,
      "Correct the setting",
    );
  const paths = pictures.map((picture) => placeOf(picture.file, folder, file));
  const { read } = keeping(paths.length, async (index) => {
    const image = await readImage(paths[index]!);
    const { width, height } = pictures[index]!;
    if (image.width === width && image.height === height) return image;
    throw new MareyError(
      "ANNOTATIONS_INVALID",
      paths[index]!,
      `the picture has ${image.width}×${image.height} pixels, its annotations say ${width}×${height}`,
      "Annotate the picture as it is shown, or give the one that was annotated",
    );
  });
  return { ...set, pictures, length: pictures.length, read };
}

/** Says where annotations were looked for. */
function noAnnotations(data: string, annotations: string): MareyError {
  if (isAbsolute(annotations))
    return new MareyError("FILE_READ", annotations, "there is no such file", "Check the path");
  return new MareyError(
    "FILE_READ",
    `data=${data}`,
    existsSync(data)
      ? `annotations were looked for at ${join(data, annotations)} and at ${annotations}, and neither is there`
      : `there is no folder ${data}, in which ${annotations} and the pictures were looked for`,
    "Unpack COCO there, or pass --set data=FOLDER for the pictures and --set annotations=FILE",
  );
}

/** Where a picture is that a file of annotations names. */
function placeOf(picture: string, folder: string, annotations: string): string {
  // COCO's names are those of files in a folder that the annotations' name tells.
  const split = /(?:train|val|test)\d+/.exec(basename(annotations))?.[0] ?? "";
  const places = [join(folder, picture), join(folder, split, picture), join(folder, "images", picture)];
  const found = places.find((place) => existsSync(place));
  if (found) return found;
  throw new MareyError(
    "FILE_READ",
    picture,
    `${annotations} names this picture, but it is not at ${places.join(", ")}`,
    "Pass --set data=FOLDER with the folder of the pictures",
  );
}

/**
 * All pictures of a folder, by name: such as those without people that a network is to learn to see nobody in.
 *
 * @throws MareyError `FILE_READ` when there is no such folder, `TRAINING_EMPTY` when no picture is in it.
 */
export async function pictureFolder(folder: string): Promise<PictureList> {
  const names = await readdir(folder).catch((cause: NodeJS.ErrnoException) => {
    throw new MareyError("FILE_READ", folder, cause.message, "Pass a folder of pictures", { cause });
  });
  const paths = names
    .filter(isPicture)
    .sort()
    .map((name) => join(folder, name));
  if (paths.length === 0)
    throw new MareyError("TRAINING_EMPTY", folder, "no picture is in it", "Pass a folder of pictures");
  return keeping(paths.length, (index) => readImage(paths[index]!));
}

/** Several lists as one, one after the other. */
export function joinPictures(lists: readonly PictureList[]): PictureList {
  const starts: number[] = [];
  let length = 0;
  for (const list of lists) {
    starts.push(length);
    length += list.length;
  }
  return {
    length,
    read(index) {
      const l = starts.findLastIndex((start) => start <= index);
      return lists[l]!.read(index - starts[l]!);
    },
  };
}

/** A list whose pictures stay in memory when they are few. */
function keeping(length: number, read: (index: number) => Promise<Image>): PictureList {
  const kept = new Map<number, Image>();
  return {
    length,
    async read(index) {
      const image = kept.get(index) ?? (await read(index));
      if (length <= KEPT) kept.set(index, image);
      return image;
    },
  };
}

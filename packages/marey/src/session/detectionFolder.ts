import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { MareyError } from "@marey/core";
import { lastNumber, type NamedBytes, readOpenPose } from "@marey/core/format";
import type { View } from "@marey/core/model/multiCamera";
import type { Detection } from "@marey/core/motion";
import type { Skeleton } from "@marey/core/skeleton";
import { readWhole } from "../files/index.js";
import { readByPieces } from "./pieces.js";
import type { ViewSource } from "./session.js";

export interface DetectionFolderOptions {
  /** Hz; the files don't say. */
  frameRate: number;
  skeleton: Skeleton;
}

/**
 * A folder of OpenPose files, one per frame, as a view. Frames are read when they are asked for; of an hour only the
 * names are kept.
 *
 * @throws MareyError `OPENPOSE_INVALID` or `JSON_INVALID` naming the file, here or when a frame is read.
 */
export async function openDetectionFolder(
  { name, path }: ViewSource,
  { frameRate, skeleton }: DetectionFolderOptions,
): Promise<View> {
  const files = await frameFiles(path);
  const first = (files[0] as { number: number }).number;
  const frameCount = (files.at(-1) as { number: number }).number - first + 1;
  // Captures are of bodies; what else the files hold is left.
  const options = { skeleton, frameRate, where: path, bodyOnly: true };
  const readPiece = async (piece: number) => {
    const start = piece * PIECE;
    const frames: Detection[][] = Array.from({ length: Math.min(PIECE, frameCount - start) }, () => []);
    const inside = files.filter(({ number }) => number - first >= start && number - first < start + PIECE);
    if (inside.length === 0) return frames;
    const names = inside.map(({ file }) => file);
    const found = readOpenPose(await load(path, names), options);
    found.frames.forEach((people, t) => {
      frames[found.firstFrame - first - start + t] = people;
    });
    return frames;
  };
  const read = readByPieces(frameCount, PIECE, readPiece);
  return { name, skeleton, frameRate, width: 0, height: 0, firstFrame: first, frameCount, read };
}

/** Frames that are read together. */
const PIECE = 512;

/** Frames in which a folder is searched for someone, to recognise the joint layout. */
const SEARCHED = 1000;

/** The layout of the first of some folders that shows someone, so that an empty view doesn't decide; else undefined. */
export async function recogniseLayout(folders: readonly ViewSource[]): Promise<Skeleton | undefined> {
  for (const folder of folders) {
    const names = (await frameFiles(folder.path)).slice(0, SEARCHED).map(({ file }) => file);
    for (let start = 0; start < names.length; start += 50) {
      const { frames, skeleton } = readOpenPose(await load(folder.path, names.slice(start, start + 50)), {
        where: folder.path,
        bodyOnly: true,
      });
      if (frames.some((people) => people.length > 0)) return skeleton;
    }
  }
  return undefined;
}

/**
 * The folder's frames in order.
 *
 * @throws MareyError `OPENPOSE_INVALID` when there are none, or when the numbers in the names are no frame numbers.
 */
export async function frameFiles(path: string): Promise<FrameFile[]> {
  const files = (await readdir(path)).flatMap((file) => {
    const number = /^[^.].*\.json$/i.test(file) ? lastNumber(file) : undefined;
    return number === undefined ? [] : [{ file, number }];
  });
  if (files.length === 0)
    throw new MareyError(
      "OPENPOSE_INVALID",
      path,
      "there are no OpenPose files (NAME_000000.json)",
      "Run the detector on this camera, or remove the empty folder",
    );
  files.sort((a, b) => a.number - b.number);
  requireFrameNumbers(files as [FrameFile, ...FrameFile[]], path);
  return files;
}

interface FrameFile {
  file: string;
  number: number;
}

/** Dates or identifiers in names must not become millions of empty frames, nor two files one frame. */
function requireFrameNumbers(files: readonly [FrameFile, ...FrameFile[]], path: string): void {
  const last = files.at(-1) as FrameFile;
  const span = last.number - files[0].number + 1;
  if (span > 1000 + 20 * files.length)
    throw new MareyError(
      "OPENPOSE_INVALID",
      path,
      `its ${files.length} files span ${span} frame numbers (${files[0].file} to ${last.file})`,
      "Check that the last number in each name is the number of its frame",
    );
  const twin = files.find(({ number }, i) => files[i - 1]?.number === number);
  if (twin)
    throw new MareyError(
      "OPENPOSE_INVALID",
      join(path, twin.file),
      `another file has the same frame number, ${twin.number}`,
      "Keep the files of one view only",
    );
}

async function load(path: string, files: readonly string[]): Promise<NamedBytes[]> {
  return Promise.all(
    files.map(async (file) => ({ name: join(path, file), bytes: await readWhole(join(path, file)) })),
  );
}

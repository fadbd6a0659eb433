import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { MareyError } from "@marey/core";
import { type OpenPoseOptions, readOpenPose, writeOpenPose } from "@marey/core/format";
import type { Detections } from "@marey/core/motion";
import { readWhole, type WriteOptions, writeWhole } from "./whole.js";

/**
 * Reads a folder of OpenPose files, one per frame, of one view.
 *
 * @throws MareyError of `readOpenPose`, naming the file, and `FILE_READ`.
 */
export async function readOpenPoseFolder(folder: string, options: OpenPoseOptions = {}): Promise<Detections> {
  const names = (await readdir(folder)).filter((name) => name.toLowerCase().endsWith(".json"));
  const files = [];
  for (const name of names)
    files.push({ name: join(folder, name), bytes: await readWhole(join(folder, name)) });
  return readOpenPose(files, { where: folder, ...options });
}

/**
 * Writes the people of a view as OpenPose files, one per frame.
 *
 * @throws MareyError `FILE_EXISTS` when the folder holds files and `force` isn't given; `FILE_WRITE`.
 */
export async function writeOpenPoseFolder(
  folder: string,
  detections: Detections,
  { force }: WriteOptions = {},
): Promise<void> {
  const there = await readdir(folder).catch(() => []);
  if (there.length > 0 && !force)
    throw new MareyError(
      "FILE_EXISTS",
      folder,
      "the folder holds files already",
      "Choose another name, or pass --force",
    );
  for (const { name, text } of writeOpenPose(detections, basename(folder)))
    await writeWhole(join(folder, name), text, { force });
}

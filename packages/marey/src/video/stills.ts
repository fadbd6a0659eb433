import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { MareyError } from "@marey/core";
import type { FrameSource } from "@marey/core/seam";
import type { SourceOptions } from "./options.js";
import { openSequence } from "./sequence.js";
import { isPicture, pictureEndings } from "./still.js";

/** The picture files of a folder without those that we drew, in the order that people expect: 2 before 10. */
async function listPictures(folder: string): Promise<string[]> {
  const isOurs = (name: string) => /\.overlay\.\w+$/i.test(name);
  const names = (await readdir(folder)).filter(
    (name) => isPicture(name) && !name.startsWith(".") && !isOurs(name),
  );
  if (names.length === 0)
    throw new MareyError(
      "FOLDER_NO_PICTURES",
      folder,
      "it holds no pictures",
      `Give a video, or a folder with files ending in ${pictureEndings.join(", ")}`,
    );
  const order = new Intl.Collator("en", { numeric: true });
  return names.sort(order.compare).map((name) => join(folder, name));
}

/**
 * Opens a picture, or a folder of them in the order of their names, as frames. Pictures of other sizes than the first
 * come in their own.
 *
 * @throws MareyError `FOLDER_NO_PICTURES`, `FRAME_LIMITS`, `FRAME_RANGE`, and as `readImage`, also while iterating.
 */
export async function openStills(
  path: string,
  folder: boolean,
  options: SourceOptions = {},
): Promise<FrameSource> {
  const paths = folder ? await listPictures(path) : [path];
  let at = 0;
  const names = {
    count: paths.length,
    async next() {
      const file = paths[at++];
      return file === undefined ? undefined : { file, where: file };
    },
    close: () => void (at = paths.length),
  };
  return openSequence(path, names, options);
}

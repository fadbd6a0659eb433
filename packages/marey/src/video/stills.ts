import { readdir } from "node:fs/promises";
import { extname, join } from "node:path";
import { MareyError } from "@marey/core";
import type { FrameSource } from "@marey/core/seam";
import { makeAhead } from "./ahead.js";
import { readImage, readImageSize } from "./picture.js";
import { countFrames, fitted, type SourceOptions } from "./video.js";

const endings = new Set([".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".gif", ".avif"]);

/** Whether a path's ending is that of a picture file. */
export const isPicture = (path: string) => endings.has(extname(path).toLowerCase());

/** The picture files of a folder, in the order that people expect: 2 before 10. */
async function listPictures(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => isPicture(name) && !name.startsWith("."));
  if (names.length === 0)
    throw new MareyError(
      "FOLDER_NO_PICTURES",
      folder,
      "it holds no pictures",
      `Give a video, or a folder with files ending in ${[...endings].join(", ")}`,
    );
  const order = new Intl.Collator("en", { numeric: true });
  return names.sort(order.compare).map((name) => join(folder, name));
}

/**
 * Opens a picture, or a folder of them in the order of their names, as frames. Pictures of other sizes than the first
 * come in their own.
 *
 * @throws MareyError `FOLDER_NO_PICTURES`, `FRAME_RANGE`, and as `readImage`, also while iterating.
 */
export async function openStills(
  path: string,
  folder: boolean,
  options: SourceOptions = {},
): Promise<FrameSource> {
  const { start = 0, end = Number.POSITIVE_INFINITY, step = 1, frameRate = 30, longerSide } = options;
  const paths = folder ? await listPictures(path) : [path];
  if (start >= Math.min(paths.length, end))
    throw new MareyError(
      "FRAME_RANGE",
      path,
      `it has ${paths.length} pictures`,
      "Choose a range inside them",
    );
  const size = await readImageSize(paths[start]!);
  const given = fitted(size, longerSide);
  const frames = makeAhead(2, async (order) => {
    const index = start + order * step;
    const file = paths[index];
    if (index >= end || file === undefined) return undefined;
    return { index, time: index / frameRate, image: await readImage(file, { longerSide }) };
  });
  async function* iterate() {
    try {
      for (;;) {
        const frame = await frames.next();
        if (!frame) return;
        yield frame;
      }
    } finally {
      await frames.stop();
    }
  }
  return {
    ...size,
    deliveredWidth: given.width,
    deliveredHeight: given.height,
    frameRate,
    frameCount: countFrames(paths.length, start, end, step),
    close: () => frames.stop(),
    [Symbol.asyncIterator]: iterate,
  };
}

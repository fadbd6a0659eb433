import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { MareyError } from "@marey/core";
import { random } from "@marey/core/array";
import { type Image, resize, type Size } from "@marey/core/image";
import { isPicture, readStill } from "../video/still.js";

/**
 * A photograph of the folder, or of those in it, for each view, cut to its size; the seed decides which.
 *
 * @throws MareyError `WORLD_BACKGROUNDS` for a folder without pictures; those of `readStill`.
 */
export async function readBackgrounds(
  folder: string,
  views: readonly Size[],
  seed: number,
): Promise<Image[]> {
  const names = await readdir(folder, { recursive: true }).catch((cause: NodeJS.ErrnoException) => {
    const what = cause.code === "ENOENT" ? "there is no such folder" : `it can't be read (${cause.code})`;
    throw new MareyError("WORLD_BACKGROUNDS", folder, what, "Give a folder of pictures", { cause });
  });
  const pictures = names.filter((name) => isPicture(name) && !basename(name).startsWith(".")).sort();
  if (pictures.length === 0)
    throw new MareyError(
      "WORLD_BACKGROUNDS",
      folder,
      "there are no pictures in it",
      "Give a folder of JPEG, PNG or WebP files",
    );
  const chance = random(16 * seed + 6);
  return Promise.all(
    views.map(async (size) => {
      const name = pictures[chance.integer(pictures.length)] as string;
      return covering(await readStill(join(folder, name)), size);
    }),
  );
}

/** A picture scaled to cover a size; what stands out on two sides is cut off evenly. */
function covering(image: Image, { width, height }: Size): Image {
  const scale = Math.max(width / image.width, height / image.height);
  const across = Math.min(image.width, Math.round(width / scale));
  const down = Math.min(image.height, Math.round(height / scale));
  const left = (image.width - across) >> 1;
  const top = (image.height - down) >> 1;
  return resize(crop(image, left, top, across, down), { width, height });
}

function crop(image: Image, left: number, top: number, width: number, height: number): Image {
  const data = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y++) {
    const from = 3 * ((top + y) * image.width + left);
    data.set(image.data.subarray(from, from + 3 * width), 3 * y * width);
  }
  return { width, height, channels: 3, data };
}

import { open } from "node:fs/promises";
import { extname } from "node:path";
import type { Image, Size } from "@marey/core/image";
import sharp from "sharp";
import { readImage, readImageSize } from "./picture.js";
import { openVideo } from "./video.js";

/** Formats that sharp reads, or refuses with a reason. */
const bySharp = [".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".gif", ".avif", ".heic", ".heif"];
/** Formats that FFmpeg reads instead. */
const byFfmpeg = [".bmp", ".ppm", ".pgm", ".pnm", ".tga", ".jp2", ".jxl"];
/** Endings of picture files. */
export const pictureEndings: readonly string[] = [...bySharp, ...byFfmpeg];

const endingOf = (path: string) => extname(path).toLowerCase();

/** Whether a path's ending is that of a picture file. */
export const isPicture = (path: string) => pictureEndings.includes(endingOf(path));

/** Reads a picture file of any of the endings; of a moving one the first picture. @throws MareyError as `readImage`. */
export async function readStill(path: string, { longerSide }: { longerSide?: number } = {}): Promise<Image> {
  if (!byFfmpeg.includes(endingOf(path))) return readImage(path, { longerSide });
  for await (const { image } of await openVideo(path, { longerSide, end: 1 }))
    return { ...image, data: image.data.slice() };
  throw new Error(`${path}: openVideo gave no frame`); // it throws instead
}

/** A picture's size as displayed. @throws MareyError as `readStill`. */
export async function readStillSize(path: string): Promise<Size> {
  if (!byFfmpeg.includes(endingOf(path))) return readImageSize(path);
  const source = await openVideo(path, { end: 1 });
  await source.close();
  return { width: source.width, height: source.height };
}

/** Whether a picture file holds several that follow one another: a GIF, WebP or PNG that moves. */
export async function isMoving(path: string): Promise<boolean> {
  const ending = endingOf(path);
  if (ending === ".png") return hasAnimationChunk(path);
  if (ending !== ".gif" && ending !== ".webp") return false;
  const { pages = 1 } = await sharp(path)
    .metadata()
    .catch(() => ({ pages: 1 }));
  return pages > 1;
}

/** A PNG that moves has its chunk `acTL` before its pixels (PNG, third edition, 11.3.6.1). */
async function hasAnimationChunk(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const head = Buffer.alloc(8);
    for (let at = 8; ; ) {
      const { bytesRead } = await file.read(head, 0, 8, at);
      const name = head.toString("latin1", 4, 8);
      if (bytesRead < 8 || name === "IDAT" || name === "IEND") return false;
      if (name === "acTL") return true;
      at += 12 + head.readUInt32BE(0);
    }
  } finally {
    await file.close();
  }
}

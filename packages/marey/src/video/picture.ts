import { readFile, writeFile } from "node:fs/promises";
import { extname } from "node:path";
import { MareyError } from "@marey/core";
import type { Image, Size } from "@marey/core/image";
import sharp, { type Sharp } from "sharp";
import { temporaryFor, writeError } from "./temporary.js";

/**
 * Reads a picture as 8-bit RGB, turned as its EXIF says; transparency shows white.
 *
 * @param options.longerSide Scales it down so that the longer side is at most this.
 * @throws MareyError `FILE_MISSING`, `FILE_UNREADABLE`, `IMAGE_UNREADABLE`, `IMAGE_TOO_LARGE`.
 */
export async function readImage(path: string, { longerSide }: { longerSide?: number } = {}): Promise<Image> {
  // The bytes are read here since sharp remembers files by name, also when they have changed.
  let picture = sharp(await readBytes(path)).autoOrient();
  if (longerSide !== undefined)
    picture = picture.resize({
      width: longerSide,
      height: longerSide,
      fit: "inside",
      withoutEnlargement: true,
    });
  try {
    const { data, info } = await picture
      .flatten({ background: "white" })
      .toColourspace("srgb")
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, channels: 3, data: rgb(data, info.channels) };
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

/** A picture's size as displayed, without decoding it. @throws MareyError as `readImage`. */
export async function readImageSize(path: string): Promise<Size> {
  try {
    const { autoOrient } = await sharp(await readBytes(path)).metadata();
    return { width: autoOrient.width, height: autoOrient.height };
  } catch (cause) {
    throw cause instanceof MareyError ? cause : unreadable(path, cause);
  }
}

const encoders: Record<string, (picture: Sharp) => Sharp> = {
  ".png": (picture) => picture.png(),
  ".jpg": (picture) => picture.jpeg({ quality: 92, chromaSubsampling: "4:4:4" }),
  ".jpeg": (picture) => picture.jpeg({ quality: 92, chromaSubsampling: "4:4:4" }),
  ".webp": (picture) => picture.webp({ quality: 90 }),
};

/**
 * Writes a picture as PNG, JPEG or WebP by the path's ending: whole or not at all.
 *
 * @throws MareyError `IMAGE_FORMAT` for another ending, `FILE_WRITE`.
 */
export async function writeImage(path: string, { width, height, channels, data }: Image): Promise<void> {
  const encode = encoders[extname(path).toLowerCase()];
  if (!encode)
    throw new MareyError(
      "IMAGE_FORMAT",
      path,
      "its ending names no format",
      "Let it end in .png, .jpg or .webp",
    );
  const raw = { width, height, channels: channels as 1 | 2 | 3 | 4 };
  const bytes = await encode(sharp(data, { raw })).toBuffer();
  const temporary = temporaryFor(path);
  try {
    await writeFile(temporary.path, bytes);
    await temporary.keep();
  } catch (cause) {
    await temporary.discard();
    throw cause instanceof MareyError ? cause : writeError(path, cause as NodeJS.ErrnoException);
  }
}

async function readBytes(path: string): Promise<Buffer> {
  return readFile(path).catch((cause: NodeJS.ErrnoException) => {
    throw cause.code === "ENOENT"
      ? new MareyError("FILE_MISSING", path, "there is no such file", "Check the path", { cause })
      : new MareyError("FILE_UNREADABLE", path, cause.message, "Check its permissions", { cause });
  });
}

function unreadable(path: string, cause: unknown): MareyError {
  const [reason] = String(cause instanceof Error ? cause.message : cause).split("\n");
  if (/pixel limit/.test(reason ?? ""))
    return new MareyError(
      "IMAGE_TOO_LARGE",
      path,
      "it has more than 268 million pixels",
      "Shrink it or cut it into parts first",
      { cause },
    );
  const remedy = /\.hei[cf]$/i.test(path)
    ? "Pictures of HEVC can't be read here: convert it to JPEG"
    : "Check that it opens elsewhere, or copy it again";
  return new MareyError("IMAGE_UNREADABLE", path, `it can't be read as a picture (${reason})`, remedy, {
    cause,
  });
}

/** Three channels in memory of its own. */
function rgb(data: Buffer, channels: number): Uint8Array {
  const alone = data.byteLength === data.buffer.byteLength; // small ones share memory with others
  if (channels === 3) return alone ? new Uint8Array(data.buffer) : new Uint8Array(data);
  const out = new Uint8Array((data.length / channels) * 3);
  for (let i = 0, o = 0; o < out.length; i += channels, o += 3) out.fill(data[i]!, o, o + 3);
  return out;
}

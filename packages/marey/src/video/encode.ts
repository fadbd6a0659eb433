import { access, constants, stat } from "node:fs/promises";
import { dirname, extname } from "node:path";
import { MareyError } from "@marey/core";
import { type Canvas, isPlanes } from "@marey/core/image";
import { openSound } from "./audio.js";
import { openEncoder, type VideoShape } from "./encoder.js";
import { library } from "./library.js";
import { temporaryFor, writeError } from "./temporary.js";

/** A video being written. */
export interface VideoWriter {
  /**
   * Adds a picture of the video's size: RGB, or planes where the video's shape names their matrix. Resolves when another may come; the picture's memory is free then.
   *
   * @param time Seconds from the first picture, for pictures that aren't evenly spaced; it must grow. By the frame rate
   *   when absent.
   * @throws MareyError `IMAGE_SIZE`, `FILE_WRITE`.
   */
  write(picture: Canvas, time?: number): Promise<void>;
  /** Finishes the file, which now appears. @throws MareyError `VIDEO_EMPTY` when nothing was written, `FILE_WRITE`. */
  close(): Promise<void>;
  /** Leaves no file. */
  abort(): Promise<void>;
}

/** Where a video's sound comes from. */
export interface SoundOptions {
  /** A video whose sound is copied as it is stored; one without sound gives none. */
  from: string;
  /** Seconds after that video's first picture at which ours begins; 0 when absent. */
  start?: number;
}

/** Containers by the ending of the file. */
const containers: Record<string, string> = {
  ".mp4": "mp4",
  ".mov": "mov",
  ".mkv": "matroska",
  ".avi": "avi",
};

/**
 * Writes H.264 that plays everywhere (4:2:0; an odd side is evened by repeating its last row or column), in the container
 * that the ending names: .mp4, .mov, .mkv or .avi. The file appears when it is closed, whole or not at all.
 *
 * @throws MareyError `VIDEO_FORMAT` for another ending, `VIDEO_SHAPE` for a size or rate that is none, `VIDEO_SOUND` for
 *   sound that the container can't hold, `FILE_WRITE`.
 */
export async function writeVideo(
  path: string,
  shape: VideoShape,
  { sound }: { sound?: SoundOptions } = {},
): Promise<VideoWriter> {
  requireShape(path, shape);
  const container = containerOf(path);
  await requireFolder(path);
  const lib = await library();
  const temporary = temporaryFor(path);
  const copied = sound && (await openSound(sound.from, sound.start ?? 0));
  const encoder = await openEncoder(lib, { path, container, shape, temporary, sound: copied }).catch(
    async (error) => {
      await temporary.discard();
      throw error;
    },
  );
  let frames = 0;
  let finished = false;
  /** The encoding of the frame before, and its error for whoever comes next. */
  let working: Promise<void> = Promise.resolve();

  async function abort(): Promise<void> {
    if (finished) return;
    finished = true;
    await working.catch(() => {});
    await encoder.close();
    await temporary.discard();
  }
  async function orAbort(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      await abort();
      throw error;
    }
  }
  return {
    abort,
    write: (picture, time) =>
      orAbort(async () => {
        requireSize(picture, shape, path, frames);
        if (finished)
          throw new MareyError("VIDEO_CLOSED", path, "it is already closed", "Write before closing");
        await working;
        encoder.take(picture);
        working = encoder.encode(time ?? frames / shape.frameRate);
        frames++;
        working.catch(() => {}); // told by the next call
      }),
    close: () =>
      orAbort(async () => {
        if (finished) return;
        await working;
        if (frames === 0)
          throw new MareyError("VIDEO_EMPTY", path, "no frame was written", "Check the source");
        await encoder.finish();
        finished = true;
        await encoder.close();
        await temporary.keep();
      }),
  };
}

function requireShape(path: string, { width, height, frameRate }: VideoShape): void {
  if (width > 0 && height > 0 && Number.isInteger(width * height) && frameRate > 0 && frameRate < 1e4) return;
  const what = `${width}×${height} at ${frameRate} Hz is no video`;
  throw new MareyError("VIDEO_SHAPE", path, what, "Give its size and rate");
}

function containerOf(path: string): string {
  const found = containers[extname(path).toLowerCase()];
  if (found) return found;
  throw new MareyError(
    "VIDEO_FORMAT",
    path,
    "its ending names no container for video",
    `Let it end in ${Object.keys(containers).join(", ")}`,
  );
}

async function requireFolder(path: string): Promise<void> {
  const folder = dirname(path);
  try {
    await access(folder, constants.W_OK);
    if (!(await stat(folder)).isDirectory()) throw Object.assign(new Error(), { code: "ENOTDIR" });
  } catch (cause) {
    throw writeError(path, cause as NodeJS.ErrnoException);
  }
}

function requireSize(picture: Canvas, shape: VideoShape, path: string, index: number): void {
  const { width, height } = picture;
  const found = isPlanes(picture) ? `planes of ${picture.matrix}` : `${picture.channels} channels`;
  const wanted = shape.matrix === undefined ? "3 channels" : `planes of ${shape.matrix}`;
  if (width === shape.width && height === shape.height && found === wanted) return;
  throw new MareyError(
    "IMAGE_SIZE",
    `${path}, frame ${index}`,
    `the picture is ${width}×${height} with ${found}, the video ${shape.width}×${shape.height} with ${wanted}`,
    "Resize or convert the picture first",
  );
}

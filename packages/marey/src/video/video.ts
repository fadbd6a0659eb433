import { MareyError } from "@marey/core";
import type { Image, Size } from "@marey/core/image";
import type { Frame, FrameOptions, FrameSource } from "@marey/core/seam";
import { makeAhead } from "./ahead.js";
import { type Decoder, openDecoder } from "./decoder.js";
import { openScaler } from "./scaler.js";
import { displayTurn, isSideways, turnInto } from "./turn.js";

/** How pictures are taken from a file or folder. */
export interface SourceOptions extends FrameOptions {
  /** Told once, at the end, when frames couldn't be read; by default Node prints it. */
  onWarning?: (warning: MareyError) => void;
  /** Threads of a video's decoder; 1 when absent: several videos are decoded side by side. */
  threads?: number;
  /** Frames per second of a folder of pictures; 30 when absent. */
  frameRate?: number;
}

/**
 * Opens a video. Frames come in order of display, turned as the file says, RGB; decoding runs a few frames ahead. A
 * frame that can't be decoded is left out, the others keep their numbers.
 *
 * @throws MareyError `FILE_MISSING`, `VIDEO_UNREADABLE`, `VIDEO_NO_PICTURES`, `VIDEO_CODEC`, `VIDEO_EMPTY` (no frame
 *   could be decoded), `FRAME_RANGE`.
 */
export async function openVideo(path: string, options: SourceOptions = {}): Promise<FrameSource> {
  const { start = 0, end = Number.POSITIVE_INFINITY, step = 1, threads = 1 } = options;
  const decoder = await openDecoder(path, threads, start);
  const first = await firstFrame(decoder, path, start, end).catch(async (error) => {
    await decoder.close();
    throw error;
  });
  const turn = displayTurn(decoder);
  const coded = { width: decoder.frame.width, height: decoder.frame.height };
  const shown = isSideways(turn) ? { width: coded.height, height: coded.width } : coded;
  const given = fitted(shown, options.longerSide);
  const scaled = isSideways(turn) ? { width: given.height, height: given.width } : given;
  const scaler = openScaler(decoder.lib, scaled, path);
  const depth = given.width * given.height > 1e6 ? 2 : 4;
  const upright = turn ? blankRgb(scaled) : undefined;
  const images = Array.from({ length: depth + 1 }, () => blankRgb(given));

  let waiting: typeof first | undefined = first;
  async function make(order: number): Promise<Frame | undefined> {
    for (;;) {
      const place = waiting ?? (await decoder.next());
      waiting = undefined;
      if (!place || place.index >= end) return undefined;
      if (place.index < start || (place.index - start) % step !== 0) continue;
      const image = images[order % images.length]!;
      await scaler.scale(decoder.frame, (upright ?? image).data);
      if (upright && turn) turnInto(upright, turn, image);
      return { ...place, image };
    }
  }
  const frames = makeAhead(depth, make);
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= frames.stop().then(() => {
      scaler.close();
      return decoder.close();
    });
    return closing;
  };
  async function* iterate() {
    try {
      for (;;) {
        const frame = await frames.next();
        if (!frame) break;
        yield frame;
      }
      warnOfLoss(decoder, path, options);
    } finally {
      await close();
    }
  }
  return {
    ...shown,
    deliveredWidth: given.width,
    deliveredHeight: given.height,
    frameRate: decoder.frameRate,
    frameCount: countFrames(Number(decoder.stream.nbFrames), start, end, step),
    close,
    [Symbol.asyncIterator]: iterate,
  };
}

/** Decodes up to the frame `start`, so that what can't be decoded fails at once. */
async function firstFrame(decoder: Decoder, path: string, start: number, end: number) {
  let count = 0;
  for (;;) {
    const place = await decoder.next();
    if (place && place.index >= start && place.index < end) return place;
    if (place && place.index < start) {
      count = place.index + 1;
      continue;
    }
    if (place || count > 0 || start > 0)
      throw new MareyError(
        "FRAME_RANGE",
        path,
        `no frame lies ${place ? `between ${start} and ${end}` : `at or after ${start}`}${count > 0 ? `; it has ${count}` : ""}`,
        "Choose a range inside the video",
      );
    const damaged = decoder.unreadable();
    throw new MareyError(
      "VIDEO_EMPTY",
      path,
      damaged > 0 ? `none of its ${damaged} frames can be decoded` : "it holds no frames",
      "Check that it plays, and copy or convert it again",
    );
  }
}

/** The size with the longer side brought down to at most `longerSide`. */
export function fitted({ width, height }: Size, longerSide = Number.POSITIVE_INFINITY): Size {
  const scale = Math.min(1, longerSide / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** How many of `total` frames a range with a step takes; undefined when the total isn't known. */
export function countFrames(total: number, start: number, end: number, step: number): number | undefined {
  return total > 0 ? Math.max(0, Math.ceil((Math.min(total, end) - start) / step)) : undefined;
}

function blankRgb({ width, height }: Size): Image {
  return { width, height, channels: 3, data: new Uint8Array(width * height * 3) };
}

function warnOfLoss(decoder: Decoder, path: string, { onWarning }: SourceOptions): void {
  const lost = decoder.unreadable();
  if (lost === 0) return;
  const warning = new MareyError(
    "VIDEO_DAMAGED",
    path,
    `${lost} of its frames ${lost === 1 ? "is" : "are"} missing or can't be decoded and ${lost === 1 ? "was" : "were"} left out`,
    "Copy the video again if the original is whole",
  );
  if (onWarning) onWarning(warning);
  else process.emitWarning(warning.message, { code: warning.code });
}

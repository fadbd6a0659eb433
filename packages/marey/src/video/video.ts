import { MareyError } from "@marey/core";
import { blankPlanes, type Size } from "@marey/core/image";
import type { Frame, FrameSource } from "@marey/core/seam";
import type { Address } from "./address.js";
import { makeAhead } from "./ahead.js";
import { type Decoder, decoderOf } from "./decoder.js";
import { type Demuxer, openDemuxer } from "./demux.js";
import { type SourceOptions, warn } from "./options.js";
import { blankRgb, fitted, openPainter, openPlanePainter, shownSize } from "./painter.js";
import { countFrames, describeRange, type Range, rangeOf, standing } from "./range.js";
import { matrixOf } from "./scaler.js";
import { displayTurn, type Turn } from "./turn.js";

/**
 * Opens a video. Frames come in order of display, turned as the file says, RGB; decoding runs a few frames ahead. A
 * frame that can't be decoded is left out, the others keep their numbers.
 *
 * @throws MareyError as `openDemuxer`, `VIDEO_CODEC`, `VIDEO_EMPTY` (no frame could be decoded), `FRAME_LIMITS`,
 *   `FRAME_RANGE`; the signal's reason.
 */
export async function openVideo(input: string | Address, options: SourceOptions = {}): Promise<FrameSource> {
  rangeOf(options, typeof input === "string" ? input : input.name);
  return videoOf(await openDemuxer(input, options), options);
}

/** As `openVideo`, of an opened video, which it closes when it fails. */
export async function videoOf(demuxer: Demuxer, options: SourceOptions = {}): Promise<FrameSource> {
  const path = demuxer.address.name;
  const range = rangeOf(options, path);
  const decoder = await decoderOf(demuxer, options.threads ?? 1, range, options);
  const first = await firstFrame(decoder, path, range).catch(async (error) => {
    await decoder.close();
    throw error;
  });
  const turn = displayTurn(decoder);
  const shown = shownSize(decoder.frame, turn);
  const given = fitted(shown, options.longerSide);
  const { depth, images, canvases } = openPaintings(decoder, given, shown, turn, options);
  const origin = range.startTime === undefined ? range.start : first.index;

  let waiting: typeof first | undefined = first;
  async function make(order: number): Promise<Frame | undefined> {
    for (;;) {
      const place = waiting ?? (await decoder.next());
      waiting = undefined;
      if (!place) return undefined;
      const stands = standing(range, place.index, place.time);
      if (stands === "after") return undefined;
      if (stands === "before" || (place.index - origin) % range.step !== 0) continue;
      const image = await images.paint(decoder.frame, order);
      const canvas = await canvases?.paint(decoder.frame, order);
      return { ...place, image, ...(canvas && { canvas }) };
    }
  }
  const frames = makeAhead(depth, make);
  let closing: Promise<void> | undefined;
  const close = () => {
    // A file's read is short, a network's may wait.
    if (decoder.address.remote) decoder.interrupt();
    closing ??= frames.stop().then(() => {
      images.close();
      canvases?.close();
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
      if (!closing) warnOfLoss(decoder, path, options);
    } finally {
      await close();
    }
  }
  return {
    ...shown,
    deliveredWidth: given.width,
    deliveredHeight: given.height,
    frameRate: decoder.frameRate,
    frameCount: countFrames(Number(decoder.stream.nbFrames), range, decoder.frameRate),
    close,
    [Symbol.asyncIterator]: iterate,
  };
}

/** The pictures of frames, and those to draw on where they are asked for and are of another size. */
function openPaintings(
  { lib, frame, address }: Decoder,
  given: Size,
  shown: Size,
  turn: Turn | undefined,
  { canvasSide }: SourceOptions,
) {
  const canvas = canvasSide === undefined ? given : fitted(shown, canvasSide);
  const depth = Math.max(given.width * given.height, canvas.width * canvas.height) > 1e6 ? 2 : 4;
  const ring = <Picture>(make: () => Picture) => Array.from({ length: depth + 1 }, make);
  const painter = openPainter(lib, given, turn, address.name);
  const images = inTurn(
    painter,
    ring(() => blankRgb(given)),
  );
  if (canvas.width === given.width && canvas.height === given.height) return { depth, images };
  const matrix = matrixOf(lib, frame);
  const planePainter = openPlanePainter(lib, canvas, matrix, turn, address.name);
  const canvases = inTurn(
    planePainter,
    ring(() => blankPlanes(canvas, matrix)),
  );
  return { depth, images, canvases };
}

/** Paints frames into some pictures in turn. */
function inTurn<Picture>(
  painter: { paint(frame: Decoder["frame"], out: Picture): Promise<void>; close(): void },
  pictures: readonly Picture[],
) {
  return {
    async paint(frame: Decoder["frame"], order: number): Promise<Picture> {
      const picture = pictures[order % pictures.length]!;
      await painter.paint(frame, picture);
      return picture;
    },
    close: () => painter.close(),
  };
}

/** Decodes up to the range's first frame, so that what can't be decoded fails at once. */
async function firstFrame(decoder: Decoder, path: string, range: Range) {
  let count = 0;
  let last = 0;
  for (;;) {
    const place = await decoder.next();
    const stands = place && standing(range, place.index, place.time);
    if (stands === "inside") return place!;
    if (stands === "before") {
      count = place!.index + 1;
      last = place!.time;
      continue;
    }
    if (place || count > 0 || range.start > 0 || (range.startTime ?? 0) > 0) {
      // A video that ends before the range doesn't care where that ends.
      const asked = place
        ? range
        : { ...range, end: Number.POSITIVE_INFINITY, endTime: Number.POSITIVE_INFINITY };
      const held = range.startTime === undefined ? count : `${count}, the last at ${last.toFixed(3)} s`;
      throw new MareyError(
        "FRAME_RANGE",
        path,
        `no frame lies ${describeRange(asked)}${count > 0 && !place ? `; it has ${held}` : ""}`,
        "Choose a range inside the video",
      );
    }
    const damaged = decoder.unreadable();
    throw new MareyError(
      "VIDEO_EMPTY",
      path,
      damaged > 0 ? `none of its ${damaged} frames can be decoded` : "it holds no frames",
      "Check that it plays, and copy or convert it again",
    );
  }
}

function warnOfLoss(decoder: Decoder, path: string, options: SourceOptions): void {
  const lost = decoder.unreadable();
  const broken = decoder.address.remote ? decoder.failure() : undefined;
  if (lost === 0 && !broken) return;
  const left = `${lost} of its frames ${lost === 1 ? "is" : "are"} missing or can't be decoded and ${lost === 1 ? "was" : "were"} left out`;
  const what = [broken && `its transfer broke off (${broken})`, lost > 0 && left].filter(Boolean).join("; ");
  warn(options, new MareyError("VIDEO_DAMAGED", path, what, "Copy the video again if the original is whole"));
}

import type { Size } from "@marey/core/image";
import type { Frame, FrameSource } from "@marey/core/seam";
import type { Frame as AvFrame } from "node-av/lib";
import type { Address } from "./address.js";
import { connect } from "./connection.js";
import type { Demuxer } from "./demux.js";
import { type Label, openLatest } from "./latest.js";
import type { Library } from "./library.js";
import type { SourceOptions } from "./options.js";
import { steadyFrames } from "./outage.js";
import { blankRgb, fitted, openPainter, type Painter, shownSize } from "./painter.js";
import { rangeOf, standing } from "./range.js";

/** Streams made of files that the server keeps: they come in bursts, and wait for whoever reads them. */
const kept = new Set(["hls", "dash"]);

/**
 * Takes frames from an opened endless stream. Without `keepAll`, who takes them slowly gets the newest each time; the
 * others are dropped, counted, and keep their numbers. After an outage the numbers go on and the times keep the gap.
 *
 * @param addresses To reconnect by.
 * @throws MareyError `VIDEO_CODEC`, `STREAM_SILENT`, `FRAME_LIMITS`; while iterating `STREAM_LOST` when an outage lasts
 *   longer than `reconnect`. The signal's reason.
 */
export async function liveOf(
  demuxer: Demuxer,
  addresses: readonly Address[],
  options: SourceOptions = {},
): Promise<FrameSource> {
  const { lib, address, interrupt } = demuxer;
  const { stall = 10, longerSide } = options;
  const range = rangeOf(options, address.name);
  const first = await connect(demuxer, stall, options.signal);
  const shown = shownSize(first.decoder.frame, first.turn);
  const given = fitted(shown, longerSide);
  const { frameRate } = first.decoder;
  const latest = openLatest(lib, options.keepAll ?? kept.has(demuxer.format.iformat?.name ?? ""));
  const stop = new AbortController();
  stop.signal.addEventListener("abort", interrupt); // of the first connection, which others opened
  const signal = options.signal ? AbortSignal.any([stop.signal, options.signal]) : stop.signal;

  async function feed(): Promise<void> {
    let origin = range.startTime === undefined ? range.start : undefined;
    for await (const { index, time, connection } of steadyFrames(first, addresses, {
      ...options,
      stall,
      signal,
    })) {
      const stands = standing(range, index, time);
      if (stands === "after") return;
      if (stands === "before") continue;
      origin ??= index;
      if ((index - origin) % range.step !== 0) continue;
      await latest.put(connection.decoder.frame, { index, time, turn: connection.turn });
      signal.throwIfAborted();
    }
  }
  const feeding = feed().then(
    () => latest.end(),
    (error) => latest.end(stop.signal.aborted ? undefined : error),
  );

  const canvas = openCanvas(lib, given, address.name);
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= (async () => {
      stop.abort();
      latest.end();
      await feeding;
      await canvas.close();
      latest.close();
    })();
    return closing;
  };
  async function* iterate() {
    try {
      for (;;) {
        const taken = closing ? undefined : await latest.take();
        if (!taken || closing) return;
        yield await canvas.paint(taken);
      }
    } finally {
      await close();
    }
  }
  return {
    ...shown,
    deliveredWidth: given.width,
    deliveredHeight: given.height,
    frameRate,
    live: true,
    dropped: () => latest.dropped(),
    close,
    [Symbol.asyncIterator]: iterate,
  };
}

/** Paints taken frames, one at a time, into one picture. */
function openCanvas(lib: Library, size: Size, source: string) {
  const image = blankRgb(size);
  /** After an outage a stream may be turned otherwise. */
  const painters = new Map<string, Painter>();
  let painting: Promise<unknown> = Promise.resolve();
  return {
    async paint({ frame, index, time, turn }: Label & { frame: AvFrame }): Promise<Frame> {
      const key = String(turn);
      const painter = painters.get(key) ?? openPainter(lib, size, turn, source);
      painters.set(key, painter);
      painting = painter.paint(frame, image);
      await painting;
      return { index, time, image };
    },
    /** Waits for what is being painted. */
    async close(): Promise<void> {
      await painting.catch(() => {});
      for (const painter of painters.values()) painter.close();
    },
  };
}

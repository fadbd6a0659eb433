import { MareyError } from "@marey/core";
import type { Address } from "./address.js";
import { type Decoder, decoderOf, type FramePlace } from "./decoder.js";
import { type Demuxer, openDemuxer } from "./demux.js";
import { displayTurn, type Turn } from "./turn.js";

/** A running stream whose first frame has come. */
export interface Connection {
  decoder: Decoder;
  turn: Turn | undefined;
  /** Seconds of the stream's own clock, or undefined where it has none. */
  stamp(place: FramePlace): number | undefined;
  /**
   * The next frame, then in `decoder.frame`; undefined when the stream ended, broke, or gave nothing for the time that
   * counts as an outage.
   */
  next(): Promise<FramePlace | undefined>;
  /** Why it ended; `regular` where its source said so. */
  ending(): { why: string; regular: boolean };
}

/** Formats whose times FFmpeg makes up from a frame rate that it assumes. */
const unstamped = new Set(["mpjpeg", "mjpeg", "h264", "hevc", "image2pipe"]);

/**
 * Opens the first of the addresses that answers.
 *
 * @throws MareyError of the last one's opening, as `openDemuxer`; the signal's reason.
 */
export async function openFirst(
  addresses: readonly Address[],
  stall: number,
  signal?: AbortSignal,
): Promise<Demuxer> {
  let failure: unknown;
  for (const address of addresses)
    try {
      return await openDemuxer(address, { signal, stall });
    } catch (error) {
      signal?.throwIfAborted();
      failure = error;
    }
  throw failure;
}

/**
 * Starts decoding an opened stream, which it closes when it fails.
 *
 * @param stall Seconds without a frame that count as an outage.
 * @throws MareyError `VIDEO_CODEC`, `STREAM_SILENT` when no frame comes; the signal's reason.
 */
export async function connect(demuxer: Demuxer, stall: number, signal?: AbortSignal): Promise<Connection> {
  const decoder = await decoderOf(demuxer, 1, {}, { signal });
  let first: FramePlace | undefined;
  let silent = false;
  async function watched(): Promise<FramePlace | undefined> {
    const watch = setTimeout(() => {
      silent = true;
      decoder.interrupt();
    }, stall * 1000);
    return decoder.next().finally(() => clearTimeout(watch));
  }
  function ending() {
    const why = silent ? `nothing came for ${stall} s` : decoder.failure();
    return { why: why ?? "its source ended it", regular: why === undefined };
  }
  try {
    first = await watched();
    if (!first)
      throw new MareyError(
        "STREAM_SILENT",
        demuxer.address.name,
        `it opens, but gives no picture: ${ending().why}`,
        "Check that its source runs, and that it isn't asked by too many",
      );
  } catch (error) {
    await decoder.close();
    throw error;
  }
  const known = !unstamped.has(demuxer.format.iformat?.name ?? "");
  return {
    decoder,
    turn: displayTurn(decoder),
    stamp: ({ time }) => (known ? time : undefined),
    async next() {
      const place = first ?? (await watched());
      first = undefined;
      return place;
    },
    ending,
  };
}

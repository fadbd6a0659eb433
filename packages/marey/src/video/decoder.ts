import type { Frame } from "node-av/lib";
import { type Demuxer, frameRateOf, openCodec, openDemuxer } from "./demux.js";
import { listFrameTimes, placeOf } from "./seek.js";

/** Where a decoded frame stands. */
interface FramePlace {
  index: number;
  /** Seconds from the first frame. */
  time: number;
}

/** A video's frames in order of display, one at a time. */
export interface Decoder extends Demuxer {
  /** Holds the picture after `next`. */
  frame: Frame;
  frameRate: number;
  /** Decodes the next frame; undefined at the end. */
  next(): Promise<FramePlace | undefined>;
  /** Frames so far that the file holds and that couldn't be decoded. */
  unreadable(): number;
}

/**
 * Opens a video and its decoder, at the frame `start` or before it.
 *
 * @throws MareyError as `openDemuxer`, and `VIDEO_CODEC`.
 */
export async function openDecoder(source: string, threads: number, start = 0): Promise<Decoder> {
  const demuxer = await openDemuxer(source);
  // Listing the times reads the whole file: decoding some frames more is cheaper.
  const times = start > 30 ? await listFrameTimes(demuxer) : undefined;
  const target = times?.[start];
  if (!times || target === undefined) {
    if (!times) return startDecoding(demuxer, source, threads);
    await demuxer.close();
    return startDecoding(await openDemuxer(source), source, threads);
  }
  const { lib, format, stream } = demuxer;
  const found = await format.seekFrame(stream.index, target, lib.AVSEEK_FLAG_BACKWARD);
  if (found >= 0) return startDecoding(demuxer, source, threads, times);
  await demuxer.close();
  return startDecoding(await openDemuxer(source), source, threads);
}

async function startDecoding(
  demuxer: Demuxer,
  source: string,
  threads: number,
  times?: readonly bigint[],
): Promise<Decoder> {
  const { lib, format, stream } = demuxer;
  const codec = await openCodec(demuxer, source, threads).catch(async (error) => {
    await demuxer.close();
    throw error;
  });
  const packet = new lib.Packet();
  packet.alloc();
  const frame = new lib.Frame();
  frame.alloc();
  const frameRate = frameRateOf(demuxer);
  const counter = countPlaces(lib.AV_NOPTS_VALUE, stream.timeBase, frameRate, times);
  let packets = 0;
  let lastPts = lib.AV_NOPTS_VALUE;
  let ended = false;

  /** Feeds the decoder one packet, or tells it that there are no more. */
  async function feed(): Promise<void> {
    const read = await format.readFrame(packet);
    if (read === lib.AVERROR_EAGAIN) return;
    ended = read < 0;
    if (!ended && packet.streamIndex !== stream.index) return packet.unref();
    if (!ended) lastPts = packet.pts;
    const sent = await codec.sendPacket(ended ? null : packet);
    if (ended) return;
    packets++;
    packet.unref();
    if (sent < 0) counter.fail(lastPts);
  }

  /** With one thread the work is done while sending, and what is ready needs no trip through the thread pool. */
  const receive = () => (threads === 1 ? codec.receiveFrameSync(frame) : codec.receiveFrame(frame));
  async function next(): Promise<FramePlace | undefined> {
    for (;;) {
      frame.unref();
      const received = await receive();
      if (received >= 0) return counter.place(frame.bestEffortTimestamp);
      if (received === lib.AVERROR_EOF) return undefined;
      if (received !== lib.AVERROR_EAGAIN) counter.fail(lastPts);
      else if (ended) return undefined;
      if (!ended) await feed();
    }
  }

  /** A file cut off counts more frames in its head than packets come. */
  function unreadable(): number {
    const missing = ended && !times ? Number(stream.nbFrames) - packets : 0;
    return counter.lost() + Math.max(0, missing);
  }

  async function close(): Promise<void> {
    frame.free();
    packet.free();
    codec.freeContext();
    await demuxer.close();
  }
  return { ...demuxer, frame, frameRate, next, unreadable, close };
}

/** Numbers decoded frames and reads their times; frames that failed keep their numbers. */
function countPlaces(
  unknown: bigint,
  { num, den }: { num: number; den: number },
  frameRate: number,
  times?: readonly bigint[],
) {
  /** Timestamps of packets that failed, whose frames are yet to be counted in. */
  const failed: bigint[] = [];
  let lost = 0;
  let count = 0;
  let origin = times?.[0];
  return {
    lost: () => lost,
    fail(pts: bigint): void {
      lost++;
      if (pts !== unknown) failed.push(pts);
    },
    place(pts: bigint): FramePlace {
      if (pts === unknown) return { index: count, time: count++ / frameRate };
      for (let i = failed.length - 1; i >= 0; i--)
        if (failed[i]! < pts) {
          if (origin === undefined || failed[i]! < origin) origin = failed[i];
          failed.splice(i, 1);
          count++;
        }
      origin ??= pts;
      const index = times ? placeOf(times, pts) : count;
      count++;
      return { index, time: (Number(pts - origin) * num) / den };
    },
  };
}

import { setTimeout as sleep } from "node:timers/promises";
import type { Frame } from "node-av/lib";
import type { Address } from "./address.js";
import { type Demuxer, frameRateOf, openCodec, openDemuxer, type Patience } from "./demux.js";
import { listFrameTimes, placeOf } from "./seek.js";

/** Milliseconds between looks at a camera that had nothing. */
const POLL = 4;

/** Where a decoded frame stands. */
export interface FramePlace {
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
  /** Why reading stopped, where that wasn't the end of the data. */
  failure(): string | undefined;
}

/** Where decoding begins: at the frame or the time, or somewhat before. */
export interface Beginning {
  start?: number;
  /** Seconds from the first frame. */
  startTime?: number;
}

/**
 * Opens a video and its decoder, at the beginning asked for or before it.
 *
 * @throws MareyError as `openDemuxer`, and `VIDEO_CODEC`.
 */
export async function openDecoder(
  input: string | Address,
  threads: number,
  beginning: Beginning = {},
  patience: Patience = {},
): Promise<Decoder> {
  const demuxer = await openDemuxer(input, patience);
  return decoderOf(demuxer, threads, beginning, patience);
}

/** As `openDecoder`, of an opened video, which it closes when it fails. */
export async function decoderOf(
  demuxer: Demuxer,
  threads: number,
  { start = 0, startTime }: Beginning = {},
  patience: Patience = {},
): Promise<Decoder> {
  // Listing the times reads the whole file: decoding some frames more is cheaper.
  if (start <= 30 && (startTime ?? 0) <= 1) return startDecoding(demuxer, threads, patience);
  const times = await listFrameTimes(demuxer);
  const target = startTime === undefined ? times?.[start] : times && timeBefore(demuxer, times, startTime);
  if (times && target !== undefined) {
    const { lib, format, stream } = demuxer;
    const found = await format.seekFrame(stream.index, target, lib.AVSEEK_FLAG_BACKWARD);
    if (found >= 0) return startDecoding(demuxer, threads, patience, times);
  }
  await demuxer.close();
  return startDecoding(await openDemuxer(demuxer.address, patience), threads, patience);
}

/** The last listed time that isn't after the one asked for. */
function timeBefore({ stream }: Demuxer, times: readonly bigint[], seconds: number): bigint | undefined {
  const { num, den } = stream.timeBase;
  const target = (times[0] ?? 0n) + BigInt(Math.floor((seconds * den) / num));
  return times[Math.max(0, placeOf(times, target) - 1)];
}

async function startDecoding(
  demuxer: Demuxer,
  threads: number,
  { signal }: Patience,
  times?: readonly bigint[],
): Promise<Decoder> {
  const { lib, format, stream, address } = demuxer;
  const codec = await openCodec(demuxer, threads).catch(async (error) => {
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
  let failed = 0;

  /** Feeds the decoder one packet, or tells it that there are no more. */
  async function feed(): Promise<void> {
    const read = await format.readFrame(packet);
    if (read === lib.AVERROR_EAGAIN) return address.polled ? await sleep(POLL) : undefined;
    ended = read < 0;
    if (ended && read !== lib.AVERROR_EOF) failed = read;
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
      signal?.throwIfAborted();
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
  const failure = () => (failed < 0 ? lib.FFmpegError.strerror(failed) : undefined);
  return { ...demuxer, frame, frameRate, next, unreadable, failure, close };
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

import { stat } from "node:fs/promises";
import { MareyError } from "@marey/core";
import type { CodecContext, FormatContext, Stream } from "node-av/lib";
import { type Address, fileAddress } from "./address.js";
import { type Library, library } from "./library.js";

/** A video opened for reading, with its picture stream. Close it. */
export interface Demuxer {
  lib: Library;
  format: FormatContext;
  stream: Stream;
  address: Address;
  /** Makes a read that waits return at once, and all later ones. */
  interrupt(): void;
  close(): Promise<void>;
}

/** Seconds that FFmpeg may look at a stream that runs, to find its rate. */
const PROBING = 2;

/** How opening and reading may be cut short. */
export interface Patience {
  /** Interrupts opening and reading; what waits then rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Seconds without data after which opening is given up. */
  stall?: number;
}

/**
 * Opens a video and finds its picture stream.
 *
 * @throws MareyError `FILE_MISSING`, `FILE_UNREADABLE`, `VIDEO_UNREADABLE`, `VIDEO_NO_PICTURES`; `STREAM_UNREACHABLE`
 *   for what isn't a file; the signal's reason.
 */
export async function openDemuxer(input: string | Address, patience: Patience = {}): Promise<Demuxer> {
  const address = typeof input === "string" ? fileAddress(input) : input;
  const { signal, stall } = patience;
  signal?.throwIfAborted();
  if (!address.remote) await requireFile(address.name);
  const lib = await library();
  const format = new lib.FormatContext();
  format.allocContext(); // only a context that exists already can be interrupted while it opens
  if (address.polled) format.setFlags(lib.AVFMT_FLAG_NONBLOCK);
  const interrupt = () => format.interrupt();
  const release = whileOpen(interrupt, signal);
  let late = false;
  const giveUp = () => {
    late = true;
    interrupt();
  };
  const watch = stall === undefined ? undefined : setTimeout(giveUp, (stall + PROBING) * 1000);
  const close = async () => {
    release();
    await format.closeInput();
  };
  try {
    const stream = await findPictures(lib, format, address).finally(() => signal?.throwIfAborted());
    if (late) throw unreachable(address, `it took longer than ${stall} s`);
    return { lib, format, stream, address, interrupt, close };
  } catch (error) {
    await close();
    throw error;
  } finally {
    clearTimeout(watch);
  }
}

async function findPictures(lib: Library, format: FormatContext, address: Address): Promise<Stream> {
  const { name, url, options } = address;
  const kind = address.format ? lib.InputFormat.findInputFormat(address.format) : null;
  requireReadable(lib, address, await format.openInput(url, kind, lib.Dictionary.fromObject(options)));
  requireReadable(lib, address, await format.findStreamInfo(null));
  const index = format.findBestStream(lib.AVMEDIA_TYPE_VIDEO);
  const stream = format.streams[index];
  if (index < 0 || !stream || stream.disposition & lib.AV_DISPOSITION_ATTACHED_PIC)
    throw new MareyError("VIDEO_NO_PICTURES", name, "it holds no video", "Give a file with pictures in it");
  return stream;
}

const opened = new Set<() => void>();
let atExit = false;

/** Interrupts what is open when the signal says so, and when the process exits: it would wait for its threads. */
function whileOpen(interrupt: () => void, signal: AbortSignal | undefined): () => void {
  if (!atExit) process.on("exit", () => opened.forEach((stop) => void stop()));
  atExit = true;
  opened.add(interrupt);
  signal?.addEventListener("abort", interrupt);
  return () => {
    opened.delete(interrupt);
    signal?.removeEventListener("abort", interrupt);
  };
}

async function requireFile(path: string): Promise<void> {
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    throw cause.code === "ENOENT" || cause.code === "ENOTDIR"
      ? new MareyError("FILE_MISSING", path, "there is no such file", "Check the path", { cause })
      : new MareyError("FILE_UNREADABLE", path, cause.message, "Check its permissions", { cause });
  });
  if (found.size === 0) throw new MareyError("VIDEO_UNREADABLE", path, "the file is empty", "Copy it again");
}

function requireReadable(lib: Library, address: Address, result: number): void {
  if (result >= 0) return;
  const why = lib.FFmpegError.strerror(result);
  if (!address.remote)
    throw new MareyError(
      "VIDEO_UNREADABLE",
      address.name,
      `FFmpeg can't read it as a video (${why})`,
      "Check that it plays; a file cut off while it was recorded or copied must be copied or repaired first",
    );
  throw unreachable(address, why);
}

function unreachable({ name, polled }: Address, why: string): MareyError {
  const [what, remedy] = polled
    ? [
        "the camera can't be opened",
        "Check that it is plugged in, that no other program holds it, and permissions",
      ]
    : [
        "the stream can't be opened",
        "Check the address, that its source runs, and that this machine may reach it",
      ];
  return new MareyError("STREAM_UNREACHABLE", name, `${what} (${why})`, remedy);
}

/** Of a frame: 16k×16k. A damaged head must not make the decoder ask for all memory. */
const MOST_PIXELS = 2 ** 28;

/** Opens the stream's decoder. @throws MareyError `VIDEO_CODEC`. */
export async function openCodec({ lib, stream, address }: Demuxer, threads: number): Promise<CodecContext> {
  const source = address.name;
  const codec = lib.Codec.findDecoder(stream.codecpar.codecId);
  if (!codec)
    throw new MareyError("VIDEO_CODEC", source, "there is no decoder for its codec", "Convert it to H.264");
  const context = new lib.CodecContext();
  context.allocContext3(codec);
  context.parametersToContext(stream.codecpar);
  context.pktTimebase = stream.timeBase;
  context.threadCount = threads;
  context.setOption("max_pixels", MOST_PIXELS);
  const result = await context.open2(codec, null);
  if (result >= 0) return context;
  context.freeContext();
  const why = lib.FFmpegError.strerror(result);
  throw new MareyError("VIDEO_CODEC", source, `its decoder doesn't open (${why})`, "Convert it to H.264");
}

/** Frames per second, the mean if they vary. 25, FFmpeg's own assumption, where the file doesn't say. */
export function frameRateOf({ stream, format }: Pick<Demuxer, "stream" | "format">): number {
  const seconds = durationOf({ stream, format });
  for (const { num, den } of [stream.avgFrameRate, stream.rFrameRate])
    if (num > 0 && den > 0 && num / den <= 1000) return num / den; // more is a time base, not a rate
  return stream.nbFrames > 0n && seconds > 0 ? Number(stream.nbFrames) / seconds : 25;
}

/** Seconds; 0 where the file doesn't say. */
export function durationOf({ stream, format }: Pick<Demuxer, "stream" | "format">): number {
  const { num, den } = stream.timeBase;
  if (stream.duration > 0n) return (Number(stream.duration) * num) / den;
  return format.duration > 0n ? Number(format.duration) / 1e6 : 0; // AV_TIME_BASE is microseconds
}

import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { MareyError } from "@marey/core";
import type { CodecContext, FormatContext, Stream } from "node-av/lib";
import { type Library, library } from "./library.js";

/** A video file opened for reading, with its picture stream. Close it. */
export interface Demuxer {
  lib: Library;
  format: FormatContext;
  stream: Stream;
  close(): Promise<void>;
}

/** A path, or the address of a stream. */
const isAddress = (source: string) => /^[a-z][a-z0-9+.-]+:\/\//i.test(source);

/**
 * Opens a video and finds its picture stream.
 *
 * @throws MareyError `FILE_MISSING`, `VIDEO_UNREADABLE`, `VIDEO_NO_PICTURES`.
 */
export async function openDemuxer(source: string): Promise<Demuxer> {
  if (!isAddress(source)) await requireFile(source);
  const lib = await library();
  const format = new lib.FormatContext();
  try {
    // A local playlist must not make FFmpeg open addresses.
    const options = isAddress(source) ? null : lib.Dictionary.fromObject({ protocol_whitelist: "file" });
    const url = isAddress(source) ? source : `file:${resolve(source)}`;
    requireReadable(lib, source, await format.openInput(url, null, options));
    requireReadable(lib, source, await format.findStreamInfo(null));
    const index = format.findBestStream(lib.AVMEDIA_TYPE_VIDEO);
    const stream = format.streams[index];
    if (index < 0 || !stream || stream.disposition & lib.AV_DISPOSITION_ATTACHED_PIC)
      throw new MareyError(
        "VIDEO_NO_PICTURES",
        source,
        "it holds no video",
        "Give a file with pictures in it",
      );
    return { lib, format, stream, close: () => format.closeInput() };
  } catch (error) {
    await format.closeInput();
    throw error;
  }
}

async function requireFile(path: string): Promise<void> {
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    throw cause.code === "ENOENT" || cause.code === "ENOTDIR"
      ? new MareyError("FILE_MISSING", path, "there is no such file", "Check the path", { cause })
      : new MareyError("FILE_UNREADABLE", path, cause.message, "Check its permissions", { cause });
  });
  if (found.size === 0) throw new MareyError("VIDEO_UNREADABLE", path, "the file is empty", "Copy it again");
}

function requireReadable(lib: Library, source: string, result: number): void {
  if (result >= 0) return;
  throw new MareyError(
    "VIDEO_UNREADABLE",
    source,
    `FFmpeg can't read it as a video (${lib.FFmpegError.strerror(result)})`,
    "Check that it plays; a file cut off while it was recorded or copied must be copied or repaired first",
  );
}

/** Opens the stream's decoder. @throws MareyError `VIDEO_CODEC`. */
export async function openCodec(
  { lib, stream }: Demuxer,
  source: string,
  threads: number,
): Promise<CodecContext> {
  const codec = lib.Codec.findDecoder(stream.codecpar.codecId);
  if (!codec)
    throw new MareyError("VIDEO_CODEC", source, "there is no decoder for its codec", "Convert it to H.264");
  const context = new lib.CodecContext();
  context.allocContext3(codec);
  context.parametersToContext(stream.codecpar);
  context.pktTimebase = stream.timeBase;
  context.threadCount = threads;
  const result = await context.open2(codec, null);
  if (result >= 0) return context;
  context.freeContext();
  const why = lib.FFmpegError.strerror(result);
  throw new MareyError("VIDEO_CODEC", source, `its decoder doesn't open (${why})`, "Convert it to H.264");
}

/** Frames per second, the mean if they vary. 25, FFmpeg's own assumption, where the file doesn't say. */
export function frameRateOf({ stream, format }: Demuxer): number {
  const seconds = durationOf({ stream, format });
  for (const { num, den } of [stream.avgFrameRate, stream.rFrameRate])
    if (num > 0 && den > 0) return num / den;
  return stream.nbFrames > 0n && seconds > 0 ? Number(stream.nbFrames) / seconds : 25;
}

/** Seconds; 0 where the file doesn't say. */
export function durationOf({ stream, format }: Pick<Demuxer, "stream" | "format">): number {
  const { num, den } = stream.timeBase;
  if (stream.duration > 0n) return (Number(stream.duration) * num) / den;
  return format.duration > 0n ? Number(format.duration) / 1e6 : 0; // AV_TIME_BASE is microseconds
}

import { access, constants, stat } from "node:fs/promises";
import { dirname, extname } from "node:path";
import { MareyError } from "@marey/core";
import type { Image, Size } from "@marey/core/image";
import type { CodecContext, FormatContext, Frame, Packet, Stream } from "node-av/lib";
import { openSound, type Sound } from "./audio.js";
import { type Library, library } from "./library.js";
import { type Temporary, temporaryFor, writeError } from "./temporary.js";

/** A video being written. */
export interface VideoWriter {
  /**
   * Adds a picture of the video's size, RGB. Resolves when another may come; the picture's memory is free then.
   *
   * @param time Seconds from the first picture, for pictures that aren't evenly spaced; it must grow. By the frame rate
   *   when absent.
   * @throws MareyError `IMAGE_SIZE`, `FILE_WRITE`.
   */
  write(image: Image, time?: number): Promise<void>;
  /** Finishes the file, which now appears. @throws MareyError `VIDEO_EMPTY` when nothing was written, `FILE_WRITE`. */
  close(): Promise<void>;
  /** Leaves no file. */
  abort(): Promise<void>;
}

/** Size and rate of a video to write. */
export interface VideoShape extends Size {
  /** Frames per second. */
  frameRate: number;
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
      await copied?.close();
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
    write: (image, time) =>
      orAbort(async () => {
        requireSize(image, shape, path, frames);
        if (finished)
          throw new MareyError("VIDEO_CLOSED", path, "it is already closed", "Write before closing");
        await working;
        encoder.take(image);
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

function requireSize(
  { width, height, channels }: Image,
  shape: VideoShape,
  path: string,
  index: number,
): void {
  if (width === shape.width && height === shape.height && channels === 3) return;
  throw new MareyError(
    "IMAGE_SIZE",
    `${path}, frame ${index}`,
    `the picture is ${width}×${height} with ${channels} channels, the video ${shape.width}×${shape.height} with 3`,
    "Resize the picture first",
  );
}

/** A rate as a fraction; 29.97 and its kin are n·1000/1001. */
function fraction(rate: number): { num: number; den: number } {
  const whole = Math.round(rate * 1.001);
  if (Number.isInteger(rate)) return { num: rate, den: 1 };
  return Math.abs(whole / 1.001 - rate) < 0.005
    ? { num: whole * 1000, den: 1001 }
    : { num: Math.round(rate * 1000), den: 1000 };
}

/** FFmpeg's encoder and file for one video. */
interface Encoder {
  take(image: Image): void;
  /** @param time Seconds. */
  encode(time: number): Promise<void>;
  finish(): Promise<void>;
  close(): Promise<void>;
}

/** What an encoder writes, and where. */
interface Plan {
  /** The file's name in the end, for messages. */
  path: string;
  container: string;
  shape: VideoShape;
  temporary: Temporary;
  sound?: Sound;
}

async function openEncoder(
  lib: Library,
  { path, container, shape, temporary, sound }: Plan,
): Promise<Encoder> {
  const even = { width: shape.width + (shape.width & 1), height: shape.height + (shape.height & 1) };
  const check = (result: number) => {
    if (result < 0) throw writeError(path, failure(lib, result));
  };
  const format = new lib.FormatContext();
  check(format.allocOutputContext2(null, container, temporary.path));
  const codec = openX264(lib, even, shape.frameRate, container);
  check(await codec.open2(null, lib.Dictionary.fromObject({ preset: "superfast", crf: "20" })));
  const stream = format.newStream(null);
  stream.timeBase = codec.timeBase;
  stream.avgFrameRate = codec.framerate;
  check(stream.codecpar.fromContext(codec));
  const heard = sound && copySound(format.newStream(null), sound);
  check(await format.openOutput());
  const begun = await format.writeHeader(lib.Dictionary.fromObject({ movflags: "+faststart" }));
  if (begun < 0 && heard) throw soundRefused(path);
  check(begun);

  const rgb = emptyFrame(lib, even, lib.AV_PIX_FMT_RGB24);
  check(rgb.getBuffer(1));
  const yuv = emptyFrame(lib, even, lib.AV_PIX_FMT_YUV420P);
  const scaler = new lib.SoftwareScaleContext();
  scaler.allocContext();
  const packet = new lib.Packet();
  packet.alloc();
  const ticks = codec.timeBase.den / codec.timeBase.num;
  const lasting = BigInt(Math.round(ticks / shape.frameRate));
  const drain = () => drainPackets(lib, { codec, format, packet, stream }, lasting, check);
  /** The tick of the picture before: ticks must grow. */
  let last = -1n;
  const drainSound = async (until: number) => {
    if (sound && heard) await writeSound(sound, until, heard, format, check);
  };
  return {
    take: (image) => copyEven(image, rgb.data![0]!, rgb.linesize[0]!),
    async encode(time) {
      // The encoder keeps frames it has seen: each needs memory of its own.
      yuv.unref();
      describe(lib, yuv, even, lib.AV_PIX_FMT_YUV420P);
      check(await scaler.scaleFrame(yuv, rgb));
      const tick = BigInt(Math.round(time * ticks));
      last = tick > last ? tick : last + 1n;
      yuv.pts = last;
      check(await codec.sendFrame(yuv));
      await drain();
      await drainSound(time);
    },
    async finish() {
      check(await codec.sendFrame(null));
      await drain();
      await drainSound(Number(last + lasting) / ticks);
      check(await format.writeTrailer());
    },
    async close() {
      rgb.free();
      yuv.free();
      packet.free();
      scaler.freeContext();
      codec.freeContext();
      await sound?.close();
      await format.closeOutput();
      format.freeContext();
    },
  };
}

/** An output stream for sound as it is stored. */
function copySound(stream: Stream, { stream: from }: Sound): Stream {
  from.codecpar.copy(stream.codecpar);
  stream.codecpar.codecTag = 0; // containers name codecs differently
  stream.timeBase = from.timeBase;
  return stream;
}

/** Writes the sound that begins before `until` seconds: beside the pictures, so that neither waits for the other. */
async function writeSound(
  sound: Sound,
  until: number,
  stream: Stream,
  format: FormatContext,
  check: (result: number) => void,
): Promise<void> {
  for (let packet = await sound.before(until); packet; packet = await sound.before(until)) {
    packet.streamIndex = stream.index;
    packet.rescaleTs(sound.stream.timeBase, stream.timeBase);
    check(await format.interleavedWriteFrame(packet));
  }
}

const soundRefused = (path: string) =>
  new MareyError(
    "VIDEO_SOUND",
    path,
    "its container can't hold the sound of the source as it is stored",
    "Leave the sound out (--no-audio), or choose .mkv",
  );

/**
 * Ticks a second: usual rates are whole numbers of them, and any time is near one. AVI knows no times, only frames, and
 * would be filled up with empty ones.
 */
const timeBaseOf = (container: string, { num, den }: { num: number; den: number }) =>
  container === "avi" ? { num: den, den: num } : { num: 1, den: 90_000 };

function openX264(lib: Library, { width, height }: Size, frameRate: number, container: string): CodecContext {
  const found = lib.Codec.findEncoderByName(lib.FF_ENCODER_LIBX264);
  const codec = new lib.CodecContext();
  codec.allocContext3(found);
  codec.width = width;
  codec.height = height;
  codec.pixelFormat = lib.AV_PIX_FMT_YUV420P;
  const { num, den } = fraction(frameRate);
  const base = timeBaseOf(container, { num, den });
  codec.timeBase = new lib.Rational(base.num, base.den);
  codec.framerate = new lib.Rational(num, den);
  codec.gopSize = Math.max(1, Math.round(frameRate)); // players seek by the second
  codec.colorSpace = lib.AVCOL_SPC_BT709;
  codec.colorPrimaries = lib.AVCOL_PRI_BT709;
  codec.colorTrc = lib.AVCOL_TRC_BT709;
  codec.colorRange = lib.AVCOL_RANGE_MPEG;
  codec.setFlags(lib.AV_CODEC_FLAG_GLOBAL_HEADER);
  return codec;
}

type PixelFormat = Library["AV_PIX_FMT_RGB24"];

function emptyFrame(lib: Library, size: Size, pixelFormat: PixelFormat): Frame {
  const frame = new lib.Frame();
  frame.alloc();
  describe(lib, frame, size, pixelFormat);
  return frame;
}

function describe(lib: Library, frame: Frame, { width, height }: Size, pixelFormat: PixelFormat): void {
  frame.format = pixelFormat;
  frame.width = width;
  frame.height = height;
  if (pixelFormat === lib.AV_PIX_FMT_RGB24) return;
  frame.colorSpace = lib.AVCOL_SPC_BT709;
  frame.colorRange = lib.AVCOL_RANGE_MPEG;
}

/** Copies a picture into one of even size, repeating its last column and row where a side is odd. */
function copyEven({ width, height, data }: Image, out: Uint8Array, stride: number): void {
  const row = width * 3;
  for (let y = 0; y < height + (height & 1); y++) {
    const from = Math.min(y, height - 1) * row;
    out.set(data.subarray(from, from + row), y * stride);
    if (width & 1) out.set(data.subarray(from + row - 3, from + row), y * stride + row);
  }
}

/** Writes the packets that the encoder has ready; a picture lasts `duration` of its ticks unless another comes sooner. */
async function drainPackets(
  lib: Library,
  {
    codec,
    format,
    packet,
    stream,
  }: { codec: CodecContext; format: FormatContext; packet: Packet; stream: Stream },
  duration: bigint,
  check: (result: number) => void,
): Promise<void> {
  for (;;) {
    const received = await codec.receivePacket(packet);
    if (received === lib.AVERROR_EAGAIN || received === lib.AVERROR_EOF) return;
    check(received);
    packet.streamIndex = stream.index;
    if (packet.duration <= 0n) packet.duration = duration;
    packet.rescaleTs(codec.timeBase, stream.timeBase);
    check(await format.interleavedWriteFrame(packet));
  }
}

/** FFmpeg's failure in the words of the system, where it has one. */
function failure(lib: Library, result: number): { code?: string; message: string } {
  const codes = { ENOSPC: lib.AVERROR_ENOSPC, EACCES: lib.AVERROR_EACCES, ENOENT: lib.AVERROR_ENOENT };
  const code = Object.entries(codes).find(([, value]) => value === result)?.[0];
  return { code, message: `FFmpeg failed: ${lib.FFmpegError.strerror(result)}` };
}

import { MareyError } from "@marey/core";
import type { Canvas, ColourMatrix, Size } from "@marey/core/image";
import type { CodecContext, FormatContext, Packet, Stream } from "node-av/lib";
import type { Sound } from "./audio.js";
import { type Entrance, openPlaneEntrance, openRgbEntrance, type Release } from "./entrance.js";
import type { Library } from "./library.js";
import { colourSpaceOf } from "./scaler.js";
import { type Temporary, writeError } from "./temporary.js";

/** Size and rate of a video to write. */
export interface VideoShape extends Size {
  /** Frames per second. */
  frameRate: number;
  /** Pictures come as planes of this matrix; as RGB when absent. */
  matrix?: ColourMatrix;
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
export interface Encoder {
  take(picture: Canvas): void;
  /** @param time Seconds. */
  encode(time: number): Promise<void>;
  finish(): Promise<void>;
  close(): Promise<void>;
}

/** What an encoder writes, and where. */
export interface EncoderPlan {
  /** The file's name in the end, for messages. */
  path: string;
  container: string;
  shape: VideoShape;
  temporary: Temporary;
  sound?: Sound;
}

/** The native parts of an encoder. */
interface EncoderParts {
  format: FormatContext;
  codec: CodecContext;
  stream: Stream;
  packet: Packet;
  entrance: Entrance;
  /** The source's sound and its stream in the file. */
  heard?: { sound: Sound; stream: Stream };
}

/** Opens an encoder, which closes the sound in the end, also when it can't be opened. @throws MareyError `VIDEO_SOUND`, `FILE_WRITE`. */
export async function openEncoder(lib: Library, plan: EncoderPlan): Promise<Encoder> {
  const { path, shape } = plan;
  const even = { width: shape.width + (shape.width & 1), height: shape.height + (shape.height & 1) };
  const check = (result: number) => {
    if (result < 0) throw writeError(path, failure(lib, result));
  };
  const releases: Release[] = [];
  const close = async () => {
    for (const release of releases.splice(0).reverse()) await release();
  };
  try {
    const parts = await openParts(lib, plan, even, check, releases);
    return { ...encoding(lib, parts, shape.frameRate, check), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openParts(
  lib: Library,
  { path, container, shape, temporary, sound }: EncoderPlan,
  even: Size,
  check: (result: number) => void,
  releases: Release[],
): Promise<EncoderParts> {
  if (sound) releases.push(() => sound.close());
  const format = new lib.FormatContext();
  releases.push(() => format.freeContext());
  check(format.allocOutputContext2(null, container, temporary.path));
  const codec = openX264(lib, even, shape, container);
  releases.push(() => codec.freeContext());
  // Less than half of superfast's time. At a constant step x264 needn't estimate what a frame will cost: three quarters of
  // the time of crf 23, which gives as good pictures (a street: 42.3 dB against 42.1) in files 4 % smaller than these.
  check(await codec.open2(null, lib.Dictionary.fromObject({ preset: "ultrafast", qp: "22" })));
  const stream = format.newStream(null);
  stream.timeBase = codec.timeBase;
  stream.avgFrameRate = codec.framerate;
  check(stream.codecpar.fromContext(codec));
  const heard = sound && { sound, stream: copySound(format.newStream(null), sound) };
  check(await format.openOutput());
  releases.push(() => format.closeOutput());
  const begun = await format.writeHeader(lib.Dictionary.fromObject({ movflags: "+faststart" }));
  if (begun < 0 && heard) throw soundRefused(path);
  check(begun);
  const packet = new lib.Packet();
  packet.alloc();
  releases.push(() => packet.free());
  const openEntrance = shape.matrix ? openPlaneEntrance : openRgbEntrance;
  const entrance = openEntrance(lib, even, check, releases);
  return { format, codec, stream, packet, entrance, ...(heard && { heard }) };
}

function encoding(
  lib: Library,
  parts: EncoderParts,
  frameRate: number,
  check: (result: number) => void,
): Omit<Encoder, "close"> {
  const { format, codec, entrance, heard } = parts;
  const ticks = codec.timeBase.den / codec.timeBase.num;
  const lasting = BigInt(Math.round(ticks / frameRate));
  const drain = () => drainPackets(lib, parts, lasting, check);
  /** The tick of the picture before: ticks must grow. */
  let last = -1n;
  const drainSound = async (until: number) => {
    if (heard) await writeSound(heard.sound, until, heard.stream, format, check);
  };
  return {
    take: entrance.take,
    async encode(time) {
      const frame = await entrance.frame();
      const tick = BigInt(Math.round(time * ticks));
      last = tick > last ? tick : last + 1n;
      frame.pts = last;
      check(await codec.sendFrame(frame));
      await drain();
      await drainSound(time);
    },
    async finish() {
      check(await codec.sendFrame(null));
      await drain();
      await drainSound(Number(last + lasting) / ticks);
      check(await format.writeTrailer());
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

function openX264(
  lib: Library,
  { width, height }: Size,
  { frameRate, matrix }: VideoShape,
  container: string,
): CodecContext {
  const found = lib.Codec.findEncoderByName(lib.FF_ENCODER_LIBX264);
  const codec = new lib.CodecContext();
  codec.allocContext3(found);
  codec.width = width;
  codec.height = height;
  codec.pixelFormat = matrix ? lib.AV_PIX_FMT_NV12 : lib.AV_PIX_FMT_YUV420P;
  const { num, den } = fraction(frameRate);
  const base = timeBaseOf(container, { num, den });
  codec.timeBase = new lib.Rational(base.num, base.den);
  codec.framerate = new lib.Rational(num, den);
  codec.gopSize = Math.max(1, Math.round(frameRate)); // players seek by the second
  codec.colorSpace = colourSpaceOf(lib, matrix ?? "bt709");
  codec.colorPrimaries = lib.AVCOL_PRI_BT709;
  codec.colorTrc = lib.AVCOL_TRC_BT709;
  codec.colorRange = lib.AVCOL_RANGE_MPEG;
  codec.setFlags(lib.AV_CODEC_FLAG_GLOBAL_HEADER);
  return codec;
}

/** Writes the packets that the encoder has ready; a picture lasts `duration` of its ticks unless another comes sooner. */
async function drainPackets(
  lib: Library,
  { codec, format, packet, stream }: EncoderParts,
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

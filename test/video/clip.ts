import { type Library, library } from "../../packages/marey/src/video/library.js";

type CodecContext = InstanceType<Library["CodecContext"]>;
type FormatContext = InstanceType<Library["FormatContext"]>;

process.env.SVT_LOG = "0"; // the AV1 encoder would print its settings

/** What a clip is like; frame i is grey, 16 + 8·(i mod 28). */
export interface ClipOptions {
  width?: number;
  height?: number;
  frames?: number;
  frameRate?: number;
  /** FFmpeg's names. */
  encoder?: string;
  pixelFormat?: string;
  /** Container; by the path's ending when absent. */
  format?: string;
  /** Frames from one that stands alone to the next. */
  gop?: number;
  options?: Record<string, string>;
  /** The container's options. */
  muxer?: Record<string, string>;
  /** Time of frame i, in 1/(frameRate·1000) of a second; without it frames follow one another evenly. */
  tick?: (i: number) => number;
}

/** The grey of frame i. */
export const grey = (i: number) => 16 + 8 * (i % 28);

/** Writes a clip in any codec and container of FFmpeg. */
export async function writeClip(path: string, clip: ClipOptions = {}): Promise<string> {
  const { frames = 28, frameRate = 25, format = null, tick = (i: number) => i } = clip;
  const lib = await library();
  const output = new lib.FormatContext();
  require(lib, output.allocOutputContext2(null, format, path), path);
  const context = await openEncoder(lib, clip, output);
  const stream = output.newStream(null);
  stream.timeBase = context.timeBase;
  stream.avgFrameRate = new lib.Rational(frameRate, 1);
  stream.codecpar.fromContext(context);
  require(lib, await output.openOutput(), path);
  require(lib, await output.writeHeader(lib.Dictionary.fromObject(clip.muxer ?? {})), path);
  const paint = openPainting(lib, context);
  const packet = new lib.Packet();
  packet.alloc();
  for (let i = 0; i <= frames; i++) {
    const frame = i < frames ? await paint.frame(grey(i)) : null;
    if (frame) frame.pts = BigInt(tick(i));
    require(lib, await context.sendFrame(frame), path);
    while ((await context.receivePacket(packet)) >= 0) {
      packet.streamIndex = 0;
      packet.rescaleTs(context.timeBase, stream.timeBase);
      require(lib, await output.interleavedWriteFrame(packet), path);
    }
  }
  require(lib, await output.writeTrailer(), path);
  paint.free();
  packet.free();
  context.freeContext();
  await output.closeOutput();
  output.freeContext();
  return path;
}

function require(lib: Library, result: number | undefined, path: string): void {
  if (result !== undefined && result < 0) throw new Error(`${path}: ${lib.FFmpegError.strerror(result)}`);
}

async function openEncoder(lib: Library, clip: ClipOptions, output: FormatContext): Promise<CodecContext> {
  const {
    width = 64,
    height = 48,
    frameRate = 25,
    encoder = "libx264",
    pixelFormat = "yuv420p",
    gop = 12,
  } = clip;
  const codec = lib.Codec.findEncoderByName(encoder as Parameters<typeof lib.Codec.findEncoderByName>[0]);
  if (!codec) throw new Error(`there is no encoder ${encoder}`);
  const context = new lib.CodecContext();
  context.allocContext3(codec);
  context.width = width;
  context.height = height;
  context.pixelFormat = lib.avGetPixFmtFromName(pixelFormat);
  context.timeBase = clip.tick ? new lib.Rational(1, frameRate * 1000) : new lib.Rational(1, frameRate);
  context.framerate = new lib.Rational(frameRate, 1);
  context.gopSize = gop;
  if (output.oformat && output.oformat.flags & lib.AVFMT_GLOBALHEADER)
    context.setFlags(lib.AV_CODEC_FLAG_GLOBAL_HEADER);
  require(lib, await context.open2(codec, lib.Dictionary.fromObject(clip.options ?? {})), encoder);
  return context;
}

function openPainting(lib: Library, { width, height, pixelFormat }: CodecContext) {
  const rgb = new lib.Frame();
  rgb.alloc();
  const scaler = new lib.SoftwareScaleContext();
  scaler.allocContext();
  const out = new lib.Frame();
  out.alloc();
  return {
    async frame(value: number) {
      rgb.unref(); // encoders keep frames that they compare with
      Object.assign(rgb, { format: lib.AV_PIX_FMT_RGB24, width, height });
      rgb.getBuffer(1);
      rgb.data![0]!.fill(value);
      out.unref();
      Object.assign(out, { format: pixelFormat, width, height });
      require(lib, await scaler.scaleFrame(out, rgb), "scaling");
      return out;
    },
    free() {
      rgb.free();
      out.free();
      scaler.freeContext();
    },
  };
}

/** Writes a clip's packets again and again, one round after the other: long videos without encoding them. */
export async function repeatClip(from: string, to: string, rounds: number): Promise<string> {
  const lib = await library();
  const output = new lib.FormatContext();
  require(lib, output.allocOutputContext2(null, null, to), to);
  const stream = output.newStream(null);
  const packet = new lib.Packet();
  packet.alloc();
  let shift = 0n;
  for (let round = 0; round < rounds; round++) {
    const input = new lib.FormatContext();
    require(lib, await input.openInput(from), from);
    require(lib, await input.findStreamInfo(null), from);
    const [source] = input.streams;
    if (round === 0) {
      source!.codecpar.copy(stream.codecpar);
      stream.timeBase = source!.timeBase;
      require(lib, await output.openOutput(), to);
      require(lib, await output.writeHeader(null), to);
    }
    while (input.readFrameSync(packet) >= 0) {
      packet.pts += shift;
      packet.dts += shift;
      packet.rescaleTs(source!.timeBase, stream.timeBase);
      require(lib, output.interleavedWriteFrameSync(packet), to);
    }
    shift += source!.duration;
    await input.closeInput();
  }
  require(lib, await output.writeTrailer(), to);
  packet.free();
  await output.closeOutput();
  output.freeContext();
  return to;
}

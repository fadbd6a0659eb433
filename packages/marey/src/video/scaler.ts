import { MareyError } from "@marey/core";
import type { ColourMatrix, Image, Planes, Size } from "@marey/core/image";
import type { Frame, SoftwareScaleContext } from "node-av/lib";
import type { Library } from "./library.js";

/** Turns decoded frames of any size and pixel format into RGB of one size. */
export interface Scaler {
  /** @param out width × height × 3 bytes. */
  scale(frame: Frame, out: Uint8Array): Promise<void>;
  close(): void;
}

/**
 * FFmpeg's scaler, which averages areas and reads each frame's own size, pixel format, colour matrix and range.
 *
 * The usual 4:2:0 video is scaled as such and made RGB afterwards: FFmpeg has no fast code for both in one
 * (1088×1920 to 290×512: 0.7 ms against 1.6).
 *
 * @throws MareyError `VIDEO_SCALE`, from `scale`, for a pixel format that it doesn't know.
 */
export function openScaler(lib: Library, size: Size, source: string): Scaler {
  const { width, height } = size;
  const shrink = openContext(lib);
  const convert = openContext(lib);
  const small = emptyFrame(lib, size, lib.AV_PIX_FMT_YUV420P);
  const rgb = emptyFrame(lib, size, lib.AV_PIX_FMT_RGB24);
  // The frame keeps its memory. Asked for it again, it hands out another view, which the collector counts as so much
  // memory more: it would then clean up several times a second.
  const pixels = rgb.data?.[0];
  const row = width * 3;
  const stride = rgb.linesize[0] ?? row;
  const subsampled = subsampledFormats(lib);

  async function toRgb(frame: Frame): Promise<number> {
    // Told of them, FFmpeg maps colours to a usual screen's, and takes seconds to prepare that; networks are trained on
    // the bare numbers. Of interlaced frames it would make interlaced ones only.
    frame.colorPrimaries = lib.AVCOL_PRI_UNSPECIFIED;
    frame.colorTrc = lib.AVCOL_TRC_UNSPECIFIED;
    frame.flags &= ~lib.AV_FRAME_FLAG_INTERLACED;
    const same = frame.width === width && frame.height === height;
    if (same || !subsampled.has(frame.format)) return convert.scaleFrame(rgb, frame);
    small.colorSpace = frame.colorSpace;
    small.colorRange = frame.colorRange;
    const result = await shrink.scaleFrame(small, frame);
    return result < 0 ? result : convert.scaleFrame(rgb, small);
  }

  return {
    async scale(frame, out) {
      const result = await toRgb(frame);
      if (result < 0 || !pixels) throw unreadFormat(lib, source, result);
      copyRows(pixels, stride, { ...size, channels: 3, data: out });
    },
    close() {
      small.free();
      rgb.free();
      shrink.freeContext();
      convert.freeContext();
    },
  };
}

/** Turns decoded frames of any size and pixel format into planes of one size. */
export interface PlaneScaler {
  scale(frame: Frame, out: Planes): Promise<void>;
  close(): void;
}

/**
 * As `openScaler`, without a change of colours where the frame is 4:2:0 as it stands.
 *
 * @throws MareyError `VIDEO_SCALE`, from `scale`, for a pixel format that FFmpeg doesn't know.
 */
export function openPlaneScaler(lib: Library, size: Size, matrix: ColourMatrix, source: string): PlaneScaler {
  const context = openContext(lib);
  const planes = emptyFrame(lib, size, lib.AV_PIX_FMT_NV12);
  const memory = planes.data?.slice(0, 2) ?? [];
  const [lumaStride, chromaStride] = planes.linesize;
  const usual = subsampledFormats(lib);
  return {
    async scale(frame, out) {
      frame.colorPrimaries = lib.AVCOL_PRI_UNSPECIFIED;
      frame.colorTrc = lib.AVCOL_TRC_UNSPECIFIED;
      frame.flags &= ~lib.AV_FRAME_FLAG_INTERLACED;
      planes.colorSpace = usual.has(frame.format) ? frame.colorSpace : colourSpaceOf(lib, matrix);
      planes.colorRange = lib.AVCOL_RANGE_MPEG;
      const result = await context.scaleFrame(planes, frame);
      if (result < 0 || !memory[0] || !memory[1]) throw unreadFormat(lib, source, result);
      copyRows(memory[0], lumaStride ?? 0, out.luma);
      copyRows(memory[1], chromaStride ?? 0, out.chroma);
    },
    close() {
      planes.free();
      context.freeContext();
    },
  };
}

/** Copied, since FFmpeg frees its own memory, whoever still looks at it. */
function copyRows(from: Uint8Array, stride: number, { width, height, channels, data }: Image): void {
  const row = width * channels;
  if (stride === row) data.set(from.subarray(0, row * height));
  else for (let y = 0; y < height; y++) data.set(from.subarray(y * stride, y * stride + row), y * row);
}

/** How a frame's colours are made into luma; where it doesn't say, as players assume by its size. */
export function matrixOf(lib: Library, { colorSpace, height }: Frame): ColourMatrix {
  if (colorSpace === lib.AVCOL_SPC_BT2020_NCL || colorSpace === lib.AVCOL_SPC_BT2020_CL) return "bt2020";
  const isHigh = height >= 720 && colorSpace === lib.AVCOL_SPC_UNSPECIFIED;
  return isHigh || colorSpace === lib.AVCOL_SPC_BT709 || colorSpace === lib.AVCOL_SPC_RGB ? "bt709" : "bt601";
}

/** FFmpeg's name of a matrix. */
export const colourSpaceOf = (lib: Library, matrix: ColourMatrix) =>
  ({
    bt601: lib.AVCOL_SPC_SMPTE170M,
    bt709: lib.AVCOL_SPC_BT709,
    bt2020: lib.AVCOL_SPC_BT2020_NCL,
  })[matrix];

const unreadFormat = (lib: Library, source: string, result: number) =>
  new MareyError(
    "VIDEO_SCALE",
    source,
    `its pixel format isn't read (${lib.FFmpegError.strerror(result)})`,
    "Convert it to yuv420p",
  );

const subsampledFormats = (lib: Library) =>
  new Set<number>([lib.AV_PIX_FMT_YUV420P, lib.AV_PIX_FMT_YUVJ420P, lib.AV_PIX_FMT_NV12]);

function openContext(lib: Library): SoftwareScaleContext {
  const context = new lib.SoftwareScaleContext();
  context.allocContext();
  context.setOption("sws_flags", "area");
  return context;
}

function emptyFrame(lib: Library, { width, height }: Size, pixelFormat: Frame["format"]): Frame {
  const frame = new lib.Frame();
  frame.alloc();
  frame.format = pixelFormat;
  frame.width = width;
  frame.height = height;
  frame.getBuffer();
  return frame;
}

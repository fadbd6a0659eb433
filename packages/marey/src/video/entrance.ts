import { type Canvas, type Image, isPlanes, planesToImage, type Size } from "@marey/core/image";
import type { Frame } from "node-av/lib";
import type { Library } from "./library.js";

/** Where pictures come in and leave as the encoder wants them. */
export interface Entrance {
  take(picture: Canvas): void;
  frame(): Promise<Frame>;
}

/** Gives what was opened back, the last first. */
export type Release = () => unknown;

/** For RGB pictures: they leave in BT.709. */
export function openRgbEntrance(
  lib: Library,
  even: Size,
  check: (result: number) => void,
  releases: Release[],
): Entrance {
  const rgb = emptyFrame(lib, even, lib.AV_PIX_FMT_RGB24);
  releases.push(() => rgb.free());
  check(rgb.getBuffer(1));
  // Asked for once: each time the frame would hand out another view, and the collector counts them all as memory.
  const [pixels, stride] = [rgb.data![0]!, rgb.linesize[0]!];
  const yuv = emptyFrame(lib, even, lib.AV_PIX_FMT_YUV420P);
  releases.push(() => yuv.free());
  const scaler = new lib.SoftwareScaleContext();
  scaler.allocContext();
  releases.push(() => scaler.freeContext());
  return {
    take: (picture) => copyEven(isPlanes(picture) ? planesToImage(picture) : picture, even, pixels, stride),
    async frame() {
      // The encoder may keep frames it has seen: each needs memory of its own.
      yuv.unref();
      describe(lib, yuv, even, lib.AV_PIX_FMT_YUV420P);
      check(await scaler.scaleFrame(yuv, rgb));
      return yuv;
    },
  };
}

/** For planes, which are encoded as they are: making them of RGB takes as long as encoding them. */
export function openPlaneEntrance(
  lib: Library,
  even: Size,
  check: (result: number) => void,
  releases: Release[],
): Entrance {
  const nv12 = emptyFrame(lib, even, lib.AV_PIX_FMT_NV12);
  releases.push(() => nv12.free());
  check(nv12.getBuffer(1));
  const views = () => ({ luma: nv12.data![0]!, chroma: nv12.data![1]!, strides: nv12.linesize });
  let memory = views();
  return {
    take(picture) {
      if (!isPlanes(picture)) throw new Error("a video of planes was given RGB");
      // The encoder has copied the picture before, as x264 does, or keeps it.
      if (!nv12.isWritable) {
        nv12.unref();
        describe(lib, nv12, even, lib.AV_PIX_FMT_NV12);
        check(nv12.getBuffer(1));
        memory = views();
      }
      copyEven(picture.luma, even, memory.luma, memory.strides[0]!);
      const half = { width: even.width / 2, height: even.height / 2 };
      copyEven(picture.chroma, half, memory.chroma, memory.strides[1]!);
    },
    frame: async () => nv12,
  };
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
  if (pixelFormat !== lib.AV_PIX_FMT_YUV420P) return;
  frame.colorSpace = lib.AVCOL_SPC_BT709;
  frame.colorRange = lib.AVCOL_RANGE_MPEG;
}

/** Copies a picture into one that may be larger by one, repeating its last column and row there. */
function copyEven({ width, height, channels, data }: Image, to: Size, out: Uint8Array, stride: number): void {
  const row = width * channels;
  const isWhole = stride === row && to.height === height;
  if (isWhole) out.set(data);
  for (let y = 0; y < to.height && !isWhole; y++) {
    const from = Math.min(y, height - 1) * row;
    out.set(data.subarray(from, from + row), y * stride);
    if (to.width > width) out.set(data.subarray(from + row - channels, from + row), y * stride + row);
  }
}

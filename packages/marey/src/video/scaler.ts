import { MareyError } from "@marey/core";
import type { Size } from "@marey/core/image";
import type { Frame } from "node-av/lib";
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
 * @throws MareyError `VIDEO_SCALE`, from `scale`, for a pixel format that it doesn't know.
 */
export function openScaler(lib: Library, { width, height }: Size, source: string): Scaler {
  const context = new lib.SoftwareScaleContext();
  context.allocContext();
  context.setOption("sws_flags", "area");
  const rgb = new lib.Frame();
  rgb.alloc();
  rgb.format = lib.AV_PIX_FMT_RGB24;
  rgb.width = width;
  rgb.height = height;
  rgb.getBuffer(1);
  return {
    async scale(frame, out) {
      const result = await context.scaleFrame(rgb, frame);
      const pixels = rgb.data?.[0];
      if (result < 0 || !pixels) {
        const why = lib.FFmpegError.strerror(result);
        throw new MareyError(
          "VIDEO_SCALE",
          source,
          `its pixel format isn't read (${why})`,
          "Convert it to yuv420p",
        );
      }
      // Copied, since FFmpeg frees its own memory, whoever still looks at it.
      const stride = rgb.linesize[0]!;
      if (stride === width * 3) out.set(pixels.subarray(0, out.length));
      else
        for (let y = 0; y < height; y++)
          out.set(pixels.subarray(y * stride, y * stride + width * 3), y * width * 3);
    },
    close() {
      rgb.free();
      context.freeContext();
    },
  };
}

import { MareyError } from "@marey/core";
import { drawPeople, type Image, personColour, resize } from "@marey/core/image";
import type { SeenFrame } from "../detect/watch.js";
import type { FileSet } from "../files/index.js";
import { type SoundOptions, type VideoWriter, writeImage, writeVideo } from "../video/index.js";
import { warn } from "../video/options.js";
import { type Claimed, claimed } from "./claimed.js";
import type { FrameFiles } from "./frameFiles.js";
import { type FrameWriter, frameName, type Take } from "./writer.js";

/** How people are drawn. */
export interface OverlayPaint {
  /** Draw nobody: the pictures as they are. */
  plain?: boolean;
  /** A black background instead of the picture. */
  black?: boolean;
  /** Least confidence of joints that are drawn clearly. */
  threshold?: number;
  handThreshold?: number;
  faceThreshold?: number;
  /** 0..1. */
  opacity?: number;
}

export interface OverlayOptions {
  paint?: OverlayPaint;
  /** Pictures are brought down to at most this longer side; full size when absent. */
  longerSide?: number;
}

/** Where drawn pictures go. */
export interface PictureSink {
  write(image: Image, frame: SeenFrame): Promise<void>;
  close(): Promise<void>;
  abort(): Promise<void>;
}

/** Draws the people of each frame on its picture and hands it to the sinks. Frames without a picture are left out. */
export function overlayWriter(
  sinks: readonly PictureSink[],
  { skeleton }: Take,
  { paint = {}, longerSide }: OverlayOptions,
): FrameWriter {
  return {
    async write(frame) {
      const given = frame.image;
      if (!given) return;
      const image = longerSide === undefined ? given : reduced(given, longerSide);
      if (paint.black) image.data.fill(0);
      if (!paint.plain) draw(image, frame, paint);
      for (const sink of sinks) await sink.write(image, frame);
    },
    async close() {
      for (const sink of sinks) await sink.close();
    },
    async abort() {
      for (const sink of sinks) await sink.abort();
    },
  };

  function draw(
    image: Image,
    { people, width, height }: SeenFrame,
    { opacity, ...least }: OverlayPaint,
  ): void {
    const sx = image.width / width;
    const sy = image.height / height;
    const placed = people.map(({ joints, score, id }, i) => ({
      joints: joints.map((value, k) => (k % 3 === 2 ? value : (value + 0.5) * (k % 3 === 0 ? sx : sy) - 0.5)),
      colour: personColour(id ?? i),
      label: id === undefined ? score.toFixed(2) : `${id}`,
      ...least,
      ...(opacity !== undefined && { opacity }),
    }));
    drawPeople(image, placed, skeleton);
  }
}

function reduced(image: Image, longerSide: number): Image {
  const scale = longerSide / Math.max(image.width, image.height);
  if (scale >= 1) return image;
  const side = (length: number) => Math.max(1, Math.round(length * scale));
  return resize(image, { width: side(image.width), height: side(image.height) });
}

/** One picture: the last, where there are more. */
export function pictureSink(files: FileSet, path: string): PictureSink {
  return {
    async write(image) {
      const file = await claimed(files, path);
      await file.written(writeImage(file.temporary, image));
    },
    close: async () => undefined,
    abort: async () => undefined,
  };
}

/** A picture a frame: the frame's name with an ending that says the format too. */
export function picturesSink(files: FrameFiles, take: Take, ending: string): PictureSink {
  return {
    write: (image, frame) => files.writePicture(`${frameName(take, frame)}${ending}`, image),
    close: async () => undefined,
    abort: async () => undefined,
  };
}

export interface VideoSinkOptions {
  /** Frames per second, one after the other; each at its own time when absent. */
  frameRate?: number;
  /** The video whose sound is copied. */
  sound?: string;
}

/** A video, of the size of the first picture; sound begins where the pictures begin. */
export function videoSink(
  files: FileSet,
  path: string,
  take: Take,
  options: VideoSinkOptions = {},
): PictureSink {
  let video: VideoWriter | undefined;
  let file: Claimed | undefined;
  let shape = { width: 0, height: 0 };
  let first = 0;
  const { frameRate = take.frameRate, sound } = options;
  async function open(from: { sound?: SoundOptions }): Promise<VideoWriter> {
    file = await claimed(files, path);
    return file.written(writeVideo(file.temporary, { ...shape, frameRate }, from));
  }
  async function begin({ width, height }: Image, { time }: SeenFrame): Promise<VideoWriter> {
    shape = { width, height };
    first = time;
    if (sound === undefined) return open({});
    return open({ sound: { from: sound, start: time } }).catch((error) => {
      // An address may give its file once only.
      const isLess =
        error instanceof MareyError && ["VIDEO_SOUND", "STREAM_UNREACHABLE"].includes(error.code);
      if (!isLess) throw error;
      warn({}, error);
      return open({});
    });
  }
  return {
    async write(image, frame) {
      video ??= await begin(image, frame);
      const time = options.frameRate === undefined ? frame.time - first : undefined;
      await file?.written(video.write(fitted(image, shape), time));
    },
    async close() {
      if (video) await file?.written(video.close());
    },
    async abort() {
      await video?.abort();
    },
  };
}

/** Pictures of a folder may differ in size; a video's frames may not: the rest is cut off or left black. */
function fitted(image: Image, { width, height }: { width: number; height: number }): Image {
  if (image.width === width && image.height === height) return image;
  const data = new Uint8Array(width * height * 3);
  const row = 3 * Math.min(width, image.width);
  for (let y = 0; y < Math.min(height, image.height); y++)
    data.set(image.data.subarray(y * image.width * 3, y * image.width * 3 + row), y * width * 3);
  return { width, height, channels: 3, data };
}

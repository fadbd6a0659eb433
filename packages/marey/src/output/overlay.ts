import { MareyError } from "@marey/core";
import {
  blankPlanes,
  type Canvas,
  drawPeople,
  type Image,
  isPlanes,
  personColour,
  planesToImage,
  resize,
  type Size,
} from "@marey/core/image";
import type { SeenFrame } from "../detect/watch.js";
import type { FileSet } from "../files/index.js";
import {
  type SoundOptions,
  type VideoShape,
  type VideoWriter,
  writeImage,
  writeVideo,
} from "../video/index.js";
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
  write(picture: Canvas, frame: SeenFrame): Promise<void>;
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
      const picture = longerSide === undefined ? given : reduced(given, longerSide);
      if (paint.black) blacken(picture);
      if (!paint.plain) draw(picture, frame, paint);
      for (const sink of sinks) await sink.write(picture, frame);
    },
    async close() {
      for (const sink of sinks) await sink.close();
    },
    async abort() {
      for (const sink of sinks) await sink.abort();
    },
  };

  function draw(
    image: Canvas,
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

function blacken(picture: Canvas): void {
  if (isPlanes(picture)) {
    picture.luma.data.fill(16);
    picture.chroma.data.fill(128);
  } else picture.data.fill(0);
}

function reduced(picture: Canvas, longerSide: number): Canvas {
  const scale = longerSide / Math.max(picture.width, picture.height);
  if (scale >= 1) return picture;
  const image = imageOf(picture);
  const side = (length: number) => Math.max(1, Math.round(length * scale));
  return resize(image, { width: side(image.width), height: side(image.height) });
}

const imageOf = (picture: Canvas): Image => (isPlanes(picture) ? planesToImage(picture) : picture);

/** One picture: the last, where there are more. */
export function pictureSink(files: FileSet, path: string): PictureSink {
  return {
    async write(picture) {
      const file = await claimed(files, path);
      await file.written(writeImage(file.temporary, imageOf(picture)));
    },
    close: async () => undefined,
    abort: async () => undefined,
  };
}

/** A picture a frame: the frame's name with an ending that says the format too. */
export function picturesSink(files: FrameFiles, take: Take, ending: string): PictureSink {
  return {
    write: (picture, frame) => files.writePicture(`${frameName(take, frame)}${ending}`, imageOf(picture)),
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
  let shape: Omit<VideoShape, "frameRate"> = { width: 0, height: 0 };
  let first = 0;
  const { frameRate = take.frameRate, sound } = options;
  async function open(from: { sound?: SoundOptions }): Promise<VideoWriter> {
    file = await claimed(files, path);
    return file.written(writeVideo(file.temporary, { ...shape, frameRate }, from));
  }
  async function begin(picture: Canvas, { time }: SeenFrame): Promise<VideoWriter> {
    const { width, height } = picture;
    shape = { width, height, ...(isPlanes(picture) && { matrix: picture.matrix }) };
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
    async write(picture, frame) {
      video ??= await begin(picture, frame);
      const time = options.frameRate === undefined ? frame.time - first : undefined;
      await file?.written(video.write(fitted(picture, shape), time));
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
function fitted(picture: Canvas, { width, height }: Size): Canvas {
  if (picture.width === width && picture.height === height) return picture;
  if (isPlanes(picture)) {
    const out = blankPlanes({ width, height }, picture.matrix);
    copyInto(picture.luma, out.luma);
    copyInto(picture.chroma, out.chroma);
    return out;
  }
  const out = { width, height, channels: 3, data: new Uint8Array(width * height * 3) };
  copyInto(picture, out);
  return out;
}

function copyInto(image: Image, out: Image): void {
  const { channels } = image;
  const row = channels * Math.min(out.width, image.width);
  for (let y = 0; y < Math.min(out.height, image.height); y++) {
    const from = y * image.width * channels;
    out.data.set(image.data.subarray(from, from + row), y * out.width * channels);
  }
}

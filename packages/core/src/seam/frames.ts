import type { Image } from "../image/image.js";

/** A picture with its place in time. */
export interface Frame {
  /** Number of the frame in its source, from 0. */
  index: number;
  /** Seconds from the source's first frame. */
  time: number;
  /** Valid until the next frame is asked for: a source may reuse the memory. */
  image: Image;
}

export interface FrameOptions {
  /** First frame to deliver. */
  start?: number;
  /** Frame to stop before. */
  end?: number;
  /** Deliver every n-th frame. */
  step?: number;
  /** Scale the picture, keeping its aspect, so that the longer side is at most this many pixels. */
  longerSide?: number;
}

/** An opened source of pictures. Iterate once; leaving the loop early closes it. */
export interface FrameSource extends AsyncIterable<Frame> {
  /** Size of the pictures as displayed (rotation applied), before any scaling, pixels. */
  readonly width: number;
  readonly height: number;
  /** Size of the delivered pictures, pixels. */
  readonly deliveredWidth: number;
  readonly deliveredHeight: number;
  /** Frames per second (the mean, if it varies). */
  readonly frameRate: number;
  /** Number of frames if the source knows it beforehand; an estimate. */
  readonly frameCount?: number;
  close(): Promise<void>;
}

/** The seam through which pictures come in: files, folders, cameras. */
export interface Frames {
  /** @throws MareyError when the source can't be opened or holds no pictures. */
  open(source: string, options?: FrameOptions): Promise<FrameSource>;
}

import type { Image } from "../image/image.js";
import type { Planes } from "../image/planes.js";

/** A picture with its place in time. */
export interface Frame {
  /** Number of the frame in its source, from 0. */
  index: number;
  /** Seconds from the source's first frame. */
  time: number;
  /** Valid until the next frame is asked for: a source may reuse the memory. */
  image: Image;
  /** The same picture, to draw on, at a size of its own, where the source was asked for it; valid as long. */
  canvas?: Planes;
  /** The picture's file, in a source of separate pictures. */
  name?: string;
}

export interface FrameOptions {
  /** First frame to deliver. */
  start?: number;
  /** Frame to stop before. */
  end?: number;
  /** Instead of `start`: the first frame is the one at this time or the next after it, seconds from the first. */
  startTime?: number;
  /** Instead of `end`: frames at this time or later are left out, seconds from the first. */
  endTime?: number;
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
  /** Endless, such as a camera: it has no count and can't go back, and frames may be dropped while nobody takes them. */
  readonly live?: boolean;
  /** Frames that a live source dropped so far; they keep their numbers. */
  dropped?(): number;
  /** Also ends an iteration that waits, without an error. */
  close(): Promise<void>;
}

/** The seam through which pictures come in: files, folders, cameras. */
export interface Frames {
  /** @throws MareyError when the source can't be opened or holds no pictures. */
  open(source: string, options?: FrameOptions): Promise<FrameSource>;
}

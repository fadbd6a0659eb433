import type { MareyError } from "@marey/core";
import type { FrameOptions } from "@marey/core/seam";
import type { CameraWish } from "./camera.js";

/** What happens to a live stream. Times are seconds. */
export type StreamEvent =
  | { kind: "lost"; why: string }
  /** The attempt, from 1, failed; the next comes after `wait`. */
  | { kind: "retry"; attempt: number; wait: number; why: string }
  | { kind: "back"; after: number; attempts: number };

/** How pictures are taken from an input. */
export interface SourceOptions extends FrameOptions {
  /** Told what was wrong without ending the frames: damaged frames, a lost stream. By default Node prints it. */
  onWarning?: (warning: MareyError) => void;
  /** Stops opening and reading at any moment; who waits for a frame gets the signal's reason. */
  signal?: AbortSignal;
  /** Threads of a video's decoder; 1 when absent: several videos are decoded side by side. */
  threads?: number;
  /**
   * Videos: bring pictures to draw on too, with the longer side at most so many pixels; Infinity for full size. Both are
   * made of one decoded frame.
   */
  canvasSide?: number;
  /** Frames per second of a folder or list of pictures; 30 when absent. */
  frameRate?: number;
  /** Leaves pictures of a folder or list out that are missing or can't be read, with a warning for each. */
  skipBroken?: boolean;
  /** Where the list named `-` comes from, instead of standard input. */
  list?: AsyncIterable<string | Uint8Array>;
  /** The camera's size and rate; the nearest that it offers is taken. 1280×720 at 30 Hz when absent. */
  camera?: CameraWish;
  /** Live sources: waits for whoever takes the frames instead of dropping those that come meanwhile. */
  keepAll?: boolean;
  /** Live sources: seconds that an outage may last; for ever when absent. 0: the stream's end is the end. */
  reconnect?: number;
  /** Live sources: seconds without data that count as an outage; 10 when absent. */
  stall?: number;
  /** Live sources: told of outages as they go. */
  onEvent?: (event: StreamEvent) => void;
}

/** Tells a warning to whoever asked for them, else prints it. */
export function warn({ onWarning }: Pick<SourceOptions, "onWarning">, warning: MareyError): void {
  if (onWarning) onWarning(warning);
  else process.emitWarning(warning.message, { code: warning.code });
}

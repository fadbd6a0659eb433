import type { Skeleton } from "@marey/core/skeleton";
import type { SeenFrame } from "../detect/watch.js";

/** What is known of a take before its first frame. */
export interface Take {
  /** Name of the input without folder and ending, for names of files. */
  name: string;
  skeleton: Skeleton;
  /** Frames per second as delivered. */
  frameRate: number;
  /** Size of the pictures at full size, pixels. */
  width: number;
  height: number;
  /** A camera or stream. */
  live: boolean;
}

/** Takes frames while they come and writes them in one format. */
export interface FrameWriter {
  /** @throws MareyError `FILE_WRITE` and those of the format. */
  write(frame: SeenFrame): Promise<void>;
  /** Ends the file or files; whoever opened the set of files gives them their names. */
  close(): Promise<void>;
  /** Gives up; files that aren't in the set are removed. */
  abort(): Promise<void>;
}

/** Numbers of frames in names: twelve digits, as OpenPose has them. */
const digits = (index: number) => String(index).padStart(12, "0");

/** What a frame is called: its picture's name, the take's with the frame's number, or of a camera the number alone. */
export function frameName({ name, live }: Take, frame: SeenFrame): string {
  if (frame.name !== undefined) return stemOf(frame.name);
  return live ? digits(frame.index) : `${name}_${digits(frame.index)}`;
}

/** A file's name without folder and ending. */
export function stemOf(path: string): string {
  const base = path.replace(/^.*[\\/]/, "");
  return base.replace(/(.)\.[^.]*$/, "$1");
}

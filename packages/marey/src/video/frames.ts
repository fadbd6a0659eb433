import { stat } from "node:fs/promises";
import type { FrameSource, Frames } from "@marey/core/seam";
import { isPicture, openStills } from "./stills.js";
import { openVideo, type SourceOptions } from "./video.js";

/**
 * Opens a video, a picture, or a folder of pictures. Leaving the iteration closes it; otherwise call `close`.
 *
 * @throws MareyError as `openVideo` and `openStills`.
 */
export async function openFrames(source: string, options: SourceOptions = {}): Promise<FrameSource> {
  const found = await stat(source).catch(() => undefined);
  if (found?.isDirectory()) return openStills(source, true, options);
  return found && isPicture(source) ? openStills(source, false, options) : openVideo(source, options);
}

/** The `Frames` seam on this machine's files. */
export const frames: Frames = { open: openFrames };

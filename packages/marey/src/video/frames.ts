import { stat } from "node:fs/promises";
import type { FrameSource, Frames } from "@marey/core/seam";
import { type Address, inputOf, streamAddress } from "./address.js";
import { findCamera } from "./camera.js";
import { openFirst } from "./connection.js";
import { durationOf } from "./demux.js";
import { openList } from "./list.js";
import { liveOf } from "./live.js";
import type { SourceOptions } from "./options.js";
import { rangeOf } from "./range.js";
import { isMoving, isPicture } from "./still.js";
import { openStills } from "./stills.js";
import { openVideo, videoOf } from "./video.js";

/**
 * Opens a video, a picture, a folder or list of pictures, a camera, or a stream; `inputOf` says how each is written.
 * Leaving the iteration closes it; otherwise call `close`.
 *
 * @throws MareyError as `openVideo`, `openStills`, `openList`, `findCamera` and `liveOf`; the signal's reason.
 */
export async function openFrames(source: string, options: SourceOptions = {}): Promise<FrameSource> {
  const input = inputOf(source);
  if (input.kind === "list") return openList(input.path, options);
  if (input.kind === "camera") return openAddresses(await findCamera(input.which, options.camera), options);
  if (input.kind === "stream") return openAddresses([streamAddress(input.url, options.stall ?? 10)], options);
  const found = await stat(input.path).catch(() => undefined);
  if (found?.isDirectory()) return openStills(input.path, true, options);
  const still = found && isPicture(input.path) && !(await isMoving(input.path));
  return still ? openStills(input.path, false, options) : openVideo(input.path, options);
}

/** A stream of known length is a video that happens to be elsewhere. */
async function openAddresses(addresses: readonly Address[], options: SourceOptions): Promise<FrameSource> {
  rangeOf(options, addresses[0]?.name ?? "");
  const demuxer = await openFirst(addresses, options.stall ?? 10, options.signal);
  return durationOf(demuxer) > 0 ? videoOf(demuxer, options) : liveOf(demuxer, addresses, options);
}

/** The `Frames` seam on this machine's files. */
export const frames: Frames = { open: openFrames };

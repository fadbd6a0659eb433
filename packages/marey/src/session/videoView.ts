import { MareyError } from "@marey/core";
import type { View } from "@marey/core/model/multiCamera";
import type { Detection, Detections } from "@marey/core/motion";
import { skeletons } from "@marey/core/skeleton";
import { detectVideo, type Eyes } from "../detect/index.js";
import { openFrames, probeVideo } from "../video/index.js";
import { fingerprint, noCache, type StageCache, stageName } from "./cache.js";
import { readDetectionChunk, writeDetectionChunk } from "./detectionChunk.js";
import { readByPieces } from "./pieces.js";
import type { ViewSource } from "./session.js";

export interface VideoViewOptions {
  eyes: () => Promise<Eyes>;
  /** What the eyes are, for the cache: equal names see the same. */
  model: string;
  cache: StageCache;
  /** Frames of the video, `end` excluded; all when absent. */
  start?: number;
  end?: number;
  signal?: AbortSignal;
  onProgress?: (done: number, total?: number) => void;
  /** Frames whose detections are kept together (256): an interruption loses no more, each costs opening the video. */
  piece?: number;
}

const PIECE = 256;

/** What is known of a video once all of it was seen. */
interface Seen extends Pick<Detections, "frameRate" | "width" | "height"> {
  frameCount: number;
  /** Name of the joint layout. */
  layout: string;
}

/**
 * Finds the people in a video and gives them as a view. Results are cached in pieces: the same video and eyes aren't
 * looked at twice, and an interrupted run goes on where it was.
 */
export async function openVideoView({ name, path }: ViewSource, options: VideoViewOptions): Promise<View> {
  const { cache, model, start = 0, end, piece = PIECE } = options;
  const identity = [await fingerprint(path), model, start, end, piece];
  const seenName = stageName("detect", identity, "seen");
  const chunkName = (chunk: number) => stageName("detect", identity, chunk);
  const fresh = new Map<number, Detection[][]>();
  const stored = await cache.get(seenName);
  const seen: Seen = stored
    ? JSON.parse(new TextDecoder().decode(stored))
    : await lookAtAll(path, options, fresh, chunkName);
  if (!stored) await cache.put(seenName, new TextEncoder().encode(JSON.stringify(seen)));
  options.onProgress?.(seen.frameCount, seen.frameCount);
  const skeleton = skeletons.find((layout) => layout.name === seen.layout) ?? (await options.eyes()).skeleton;

  const load = async (index: number): Promise<Detection[][]> => {
    const known = fresh.get(index);
    if (known) return known;
    const bytes = await cache.get(chunkName(index));
    if (bytes) return readDetectionChunk(bytes, skeleton.joints.length, chunkName(index));
    throw new MareyError(
      "CACHE_MISSING",
      path,
      "its stored detections disappeared while they were needed",
      "Run the command again",
    );
  };
  const { layout: _, ...shape } = seen;
  return { name, skeleton, ...shape, firstFrame: start, read: readByPieces(seen.frameCount, piece, load) };
}

/** Looks at the video piece by piece, skipping what the cache has; without a cache, pieces stay in `fresh`. */
async function lookAtAll(
  path: string,
  options: VideoViewOptions,
  fresh: Map<number, Detection[][]>,
  chunkName: (chunk: number) => string,
): Promise<Seen> {
  const { skeleton } = await options.eyes();
  const joints = skeleton.joints.length;
  const { cache, start = 0, end = Number.POSITIVE_INFINITY, signal, onProgress, piece = PIECE } = options;
  const { width, height, frameRate, frameCount: promised } = await probeVideo(path);
  const total = Math.min(end, promised) - start;
  let frameCount = 0;
  for (let chunk = 0; start + chunk * piece < end; chunk++) {
    signal?.throwIfAborted();
    const from = start + chunk * piece;
    const bytes = await cache.get(chunkName(chunk));
    const frames = bytes
      ? readDetectionChunk(bytes, joints, chunkName(chunk))
      : await lookAt(path, from, Math.min(end, from + piece), options, (done) =>
          onProgress?.(chunk * piece + done, total),
        );
    if (!frames) break;
    if (!bytes) {
      await cache.put(chunkName(chunk), writeDetectionChunk(frames, joints));
      if (cache === noCache) fresh.set(chunk, frames);
    }
    frameCount = chunk * piece + frames.length;
    if (frames.length < piece && frameCount >= total) break;
  }
  return { frameRate, width, height, frameCount, layout: skeleton.name };
}

/** People of the frames from one to before another; undefined beyond the end of the video. */
async function lookAt(
  path: string,
  from: number,
  to: number,
  { eyes, start = 0, signal }: VideoViewOptions,
  onProgress: (done: number) => void,
): Promise<Detection[][] | undefined> {
  const opened = await eyes();
  const source = await openFrames(path, { start: from, end: to, longerSide: opened.longerSide }).catch(
    (error) => {
      if (from > start && error instanceof MareyError && error.code === "FRAME_RANGE") return undefined;
      throw error;
    },
  );
  if (!source) return undefined;
  const { frames, firstFrame } = await detectVideo(source, opened, { signal, onProgress });
  return [...Array.from({ length: firstFrame - from }, () => []), ...frames];
}

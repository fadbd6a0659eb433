import { drawPerson, type Image, personColour } from "@marey/core/image";
import type { Detection, Detections } from "@marey/core/motion";
import type { FrameOptions } from "@marey/core/seam";
import { openFrames, type VideoWriter, writeImage, writeVideo } from "../video/index.js";

/** Longer side of drawn videos and pictures, pixels: enough to judge by, and quick. */
const longerSide = 1280;

export interface OverlayOptions {
  onProgress?: (done: number, total?: number) => void;
  /** Stops between frames and leaves no file. */
  signal?: AbortSignal;
}

/**
 * Draws people on the frames they were found in, and writes a video, or a picture when the path's ending says so.
 *
 * @param frames The same as the detections were made with.
 * @throws MareyError of the source and of the writers.
 */
export async function drawOverlay(
  path: string,
  detections: Detections,
  input: string,
  frames: FrameOptions,
  { onProgress, signal }: OverlayOptions = {},
): Promise<void> {
  const source = await openFrames(input, { ...frames, longerSide });
  const scale = source.deliveredWidth / source.width;
  const shape = {
    width: source.deliveredWidth,
    height: source.deliveredHeight,
    frameRate: detections.frameRate,
  };
  const video = path.endsWith(".mp4") ? await writeVideo(path, shape) : undefined;
  let done = 0;
  try {
    for await (const { index, image } of source) {
      signal?.throwIfAborted();
      const people =
        detections.frames[Math.round((index - detections.firstFrame) / (frames.step ?? 1))] ?? [];
      drawPeople(image, people, detections, scale);
      if (video) await write(video, image, shape);
      else await writeImage(path, image);
      onProgress?.(++done, source.frameCount);
    }
    await video?.close();
  } catch (error) {
    await video?.abort();
    throw error;
  }
}

function drawPeople(
  image: Image,
  people: readonly Detection[],
  { skeleton }: Detections,
  scale: number,
): void {
  for (const [i, { joints, score, id }] of people.entries()) {
    const placed = Float32Array.from(joints, (value, i) =>
      i % 3 === 2 ? value : (value + 0.5) * scale - 0.5,
    );
    drawPerson(image, placed, skeleton, {
      colour: personColour(id ?? i),
      label: id === undefined ? score.toFixed(2) : `${id}`,
    });
  }
}

/** Pictures of a folder may differ in size; a video's frames may not: the rest is cut off or left black. */
async function write(
  video: VideoWriter,
  image: Image,
  { width, height }: { width: number; height: number },
): Promise<void> {
  if (image.width === width && image.height === height) return video.write(image);
  const data = new Uint8Array(width * height * 3);
  const row = 3 * Math.min(width, image.width);
  for (let y = 0; y < Math.min(height, image.height); y++)
    data.set(image.data.subarray(y * image.width * 3, y * image.width * 3 + row), y * width * 3);
  return video.write({ width, height, channels: 3, data });
}

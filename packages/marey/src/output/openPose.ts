import { openPoseWriter } from "@marey/core/format";
import type { Skeleton } from "@marey/core/skeleton";
import type { FrameFiles } from "./frameFiles.js";
import { type FrameWriter, frameName, type Take } from "./writer.js";

export interface OpenPoseFilesOptions {
  /** Order of the body's joints; the skeleton's own when absent. */
  body?: Skeleton;
  /** Write the candidates of each part as well. */
  candidates?: boolean;
  /** What coordinates are written in. */
  keypointScale?: KeypointScale;
}

/** 0: pixels of the source, 1: of the network, 2: of the output, 3: from 0 to 1, 4: from −1 to 1 (OpenPose's `keypoint_scale`). */
export interface KeypointScale {
  mode: 0 | 1 | 2 | 3 | 4;
  /** Size of the network's picture, for mode 1; a side that is −1 follows from the other. OpenPose's −1×368 when absent. */
  network?: readonly [width: number, height: number];
  /** Size of the output, for mode 2; the source's when absent. */
  output?: readonly [width: number, height: number];
}

/** Writes a file a frame as OpenPose does: `{take}_{number, 12 digits}_keypoints.json`, of pictures `{picture}_keypoints.json`. */
export function openPoseFiles(
  files: FrameFiles,
  take: Take,
  options: OpenPoseFilesOptions = {},
): FrameWriter {
  const { skeleton } = take;
  const { body, candidates, keypointScale = { mode: 0 } } = options;
  let size: readonly [number, number] = [take.width, take.height];
  const place = (value: number, axis: 0 | 1) => placeOf(keypointScale, size, value, axis);
  const writer = openPoseWriter({ skeleton, ...(body && { body }), place });
  return {
    async write(frame) {
      size = [frame.width, frame.height];
      const parts = candidates ? (frame.maps?.candidates ?? []) : undefined;
      await files.write(`${frameName(take, frame)}_keypoints.json`, `${writer.frame(frame.people, parts)}\n`);
    },
    close: async () => undefined,
    abort: async () => undefined,
  };
}

function placeOf(
  { mode, network = [-1, 368], output }: KeypointScale,
  size: readonly [number, number],
  value: number,
  axis: 0 | 1,
): number {
  // A side of one pixel has no extent: all of it lies at 0.
  const extents = size.map((side) => Math.max(1, side - 1)) as [number, number];
  if (mode === 3) return value / extents[axis];
  if (mode === 4) return (2 * value) / extents[axis] - 1;
  const target = mode === 1 ? networkSize(network, size) : mode === 2 ? output : undefined;
  // Pixel 0 stays where it is, as OpenPose scales pictures.
  return target ? value * Math.min((target[0] - 1) / extents[0], (target[1] - 1) / extents[1]) : value;
}

/** A side of −1 follows from the picture's aspect, in multiples of 16. */
function networkSize(
  [width, height]: readonly [number, number],
  [w, h]: readonly [number, number],
): readonly [number, number] {
  if (width > 0 && height > 0) return [width, height];
  return width > 0
    ? [width, 16 * Math.round((width * h) / w / 16)]
    : [16 * Math.round((height * w) / h / 16), height];
}

import { poseArea } from "@marey/core/metric";
import type { Skeleton } from "@marey/core/skeleton";
import { suppressByBox, suppressByOks } from "@marey/core/track";
import type { Seen } from "./reader.js";

/** Drops whoever overlaps a better one, as the codec says. */
export function withoutDuplicates(
  seen: readonly Seen[],
  { suppress, overlap }: { suppress: "none" | "box" | "oks"; overlap: number },
  skeleton?: Skeleton,
): Seen[] {
  if (suppress === "none" || seen.length < 2) return [...seen];
  const scores = seen.map(({ score }) => score);
  if (suppress === "oks" && skeleton)
    return suppressByOks(
      {
        poses: seen.map(({ joints }) => joints),
        areas: seen.map(({ joints, box }) => poseArea(joints, box, 0)),
        scores,
        sigmas: skeleton.sigmas,
      },
      { threshold: overlap },
    ).map((i) => seen[i] as Seen);
  const boxes = seen.map(({ box, joints }) => box ?? boundsOf(joints));
  return suppressByBox(boxes, scores, { threshold: overlap }).map((i) => seen[i] as Seen);
}

function boundsOf(joints: Float32Array): [number, number, number, number] {
  const box: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < joints.length; i += 3) {
    box[0] = Math.min(box[0], joints[i] as number);
    box[1] = Math.min(box[1], joints[i + 1] as number);
    box[2] = Math.max(box[2], joints[i] as number);
    box[3] = Math.max(box[3], joints[i + 1] as number);
  }
  return box;
}

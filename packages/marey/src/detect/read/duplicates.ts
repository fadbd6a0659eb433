import { extent, poseArea } from "@marey/core/metric";
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
  const boxes = seen.map(({ box, joints }) => box ?? extent(joints, -Infinity));
  return suppressByBox(boxes, scores, { threshold: overlap }).map((i) => seen[i] as Seen);
}

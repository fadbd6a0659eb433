import { anchorBoxes } from "../../codec/anchors.js";
import type { Region } from "../../image/region.js";
import type { Affine } from "../../image/warp.js";
import { joinOverlapping } from "../../track/joining.js";
import { regionFromCircle } from "./region.js";

/** Side of the detector's input, pixels. */
export const detectorSide = 224;

/**
 * What the detector emits: 2254 rows of a face box with four points: middle of the hips, a point on the circle around
 * the whole body, middle of the shoulders, a point on the circle around the upper body.
 */
export const detectorCode = anchorBoxes({
  size: detectorSide,
  strides: [8, 16, 32, 32, 32],
  perCell: 2,
  points: 4,
  clip: 100,
});

/** A person as the detector sees it. */
export interface BodyHint {
  /** 0..1. */
  score: number;
  region: Region;
}

export interface HintOptions {
  /** Default 0.5. */
  minScore?: number;
  /** Faces that overlap more than this (intersection over union) are one (default 0.3). */
  overlap?: number;
}

/**
 * People in the detector's output, best first.
 *
 * @param raw [2254, 13].
 * @param toPicture Takes pixels of the input to pixels of the picture.
 */
export function decodeHints(
  raw: Float32Array,
  toPicture: Affine,
  { minScore = 0.5, overlap = 0.3 }: HintOptions = {},
): BodyHint[] {
  return joinOverlapping(detectorCode.decode(raw, minScore), overlap).flatMap(({ score, points }) => {
    const region = regionFromCircle(
      through(toPicture, points[0] - 0.5, points[1] - 0.5),
      through(toPicture, points[2] - 0.5, points[3] - 0.5),
    );
    return region ? [{ score, region }] : [];
  });
}

function through(m: Affine, x: number, y: number): [number, number] {
  return [m[0] * x + m[1] * y + m[2], m[3] * x + m[4] * y + m[5]];
}

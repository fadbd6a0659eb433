import { anchorBoxes } from "../../codec/anchors.js";
import type { Image } from "../../image/image.js";
import { type Region, regionThrough } from "../../image/region.js";
import type { Affine } from "../../image/warp.js";
import type { Network } from "../../seam/runtime.js";
import { joinOverlapping } from "../../track/joining.js";
import { regionOfPalm } from "./handRegion.js";
import { type InputMemory, inputMemory, showRegion, showWhole } from "./input.js";

/** Side of the palm detector's input, pixels. */
export const palmSide = 256;

/** What the palm detector emits: 2944 rows of a palm's box with seven points (wrist, finger bases, thumb). */
export const palmCode = anchorBoxes({
  size: palmSide,
  strides: [8, 16, 32, 32, 32],
  perCell: 2,
  points: 7,
  clip: 100,
});

/** A hand as the palm detector sees it. */
export interface PalmHint {
  /** 0..1. */
  score: number;
  /** Where to look for the joints. */
  region: Region;
}

export interface PalmOptions {
  /** Search this part of the picture only; all of it when absent. */
  within?: Region;
  /** Default 0.5. */
  minScore?: number;
  /** Palms that overlap more than this (intersection over union) are one (default 0.3). */
  overlap?: number;
  memory?: InputMemory;
}

/**
 * Hands in a picture, by their palms; they must be larger than about a tenth of it.
 *
 * @param network `handdetect`: float32 NHWC −1..1 in, [1, 2944, 19] out.
 * @returns Best first.
 */
export async function findPalms(
  network: Network,
  image: Image,
  options: PalmOptions = {},
): Promise<PalmHint[]> {
  const { within, memory = inputMemory() } = options;
  const { tensor, toPicture } = within
    ? showRegion(image, within, palmSide, "symmetric", memory)
    : showWhole(image, palmSide, "symmetric", memory);
  const outputs = await network.run({ [network.inputs[0]]: tensor });
  return decodePalms(outputs[network.outputs[0]].data as Float32Array, toPicture, options);
}

/**
 * Hands in the palm detector's output, best first.
 *
 * @param raw [2944, 19].
 * @param toPicture Takes pixels of the input to pixels of the picture.
 */
export function decodePalms(
  raw: Float32Array,
  toPicture: Affine,
  { minScore = 0.5, overlap = 0.3 }: PalmOptions = {},
): PalmHint[] {
  return joinOverlapping(palmCode.decode(raw, minScore), overlap).flatMap(({ score, box, points }) => {
    // The network counts from the corner of the first pixel, we from its centre.
    const region = regionOfPalm(box, points);
    return region ? [{ score, region: regionThrough(shifted(region), toPicture) }] : [];
  });
}

const shifted = ({ centre: [x, y], ...rest }: Region): Region => ({ ...rest, centre: [x - 0.5, y - 0.5] });

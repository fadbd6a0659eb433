import { anchorBoxes } from "../../codec/anchors.js";
import type { Image } from "../../image/image.js";
import { type Region, regionThrough } from "../../image/region.js";
import type { Affine } from "../../image/warp.js";
import type { Network } from "../../seam/runtime.js";
import { joinOverlapping } from "../../track/joining.js";
import { regionOfBox } from "./faceRegion.js";
import { type InputMemory, inputMemory, showRegion, showWhole } from "./input.js";

/** Side of the face detector's input, pixels. */
export const faceFinderSide = 256;

/** What the face detector emits, joined: 896 rows of a face's box with six points (eyes, nose, mouth, ears). */
export const faceCode = anchorBoxes({
  size: faceFinderSide,
  strides: [16, 32, 32, 32],
  perCell: 2,
  points: 6,
  clip: 100,
});

/** A face as the detector sees it. */
export interface FaceHint {
  /** 0..1. */
  score: number;
  /** Where to look for the mesh. */
  region: Region;
  /** 6×2, pixels: the person's right eye, left eye, tip of the nose, mouth, right ear, left ear. */
  points: Float32Array;
}

export interface FaceFinderOptions {
  /** Search this part of the picture only; all of it when absent. */
  within?: Region;
  /** Default 0.5. */
  minScore?: number;
  /** Faces that overlap more than this (intersection over union) are one (default 0.3). */
  overlap?: number;
  memory?: InputMemory;
}

/**
 * Faces in a picture by BlazeFace (Bazarevsky et al. 2019, the model for back cameras).
 *
 * @param network `blazeface`: float32 NHWC −1..1 in; scores `Identity` [512, 1], `Identity_1` [384, 1], boxes with points
 *   `Identity_2` [512, 16], `Identity_3` [384, 16] out.
 * @returns Best first.
 */
export async function findFaces(
  network: Network,
  image: Image,
  options: FaceFinderOptions = {},
): Promise<FaceHint[]> {
  const { within, memory = inputMemory() } = options;
  const { tensor, toPicture } = within
    ? showRegion(image, within, faceFinderSide, "symmetric", memory)
    : showWhole(image, faceFinderSide, "symmetric", memory);
  const outputs = await network.run({ [network.inputs[0]]: tensor });
  const floats = (name: string) => outputs[name].data as Float32Array;
  const raw = joinRows(
    [floats("Identity"), floats("Identity_1")],
    [floats("Identity_2"), floats("Identity_3")],
  );
  return decodeFaces(raw, toPicture, options);
}

/** Scores and boxes of the two grids as rows of one table: [896, 17]. */
function joinRows(scores: readonly Float32Array[], boxes: readonly Float32Array[]): Float32Array {
  const width = 17;
  const raw = new Float32Array(faceCode.count * width);
  let row = 0;
  scores.forEach((grid, g) => {
    for (let i = 0; i < grid.length; i++, row++) {
      raw[row * width] = grid[i];
      raw.set(boxes[g].subarray(i * (width - 1), (i + 1) * (width - 1)), row * width + 1);
    }
  });
  return raw;
}

/**
 * Faces in the joined rows, best first.
 *
 * @param raw [896, 17].
 * @param toPicture Takes pixels of the input to pixels of the picture.
 */
export function decodeFaces(
  raw: Float32Array,
  toPicture: Affine,
  { minScore = 0.5, overlap = 0.3 }: FaceFinderOptions = {},
): FaceHint[] {
  return joinOverlapping(faceCode.decode(raw, minScore), overlap).flatMap(({ score, box, points }) => {
    // The network counts from the corner of the first pixel, we from its centre.
    const own = points.map((value) => value - 0.5);
    const [left, top, right, bottom] = box.map((value) => value - 0.5);
    const region = regionOfBox([left, top, right, bottom], own.subarray(0, 2), own.subarray(2, 4));
    if (!region) return [];
    for (let i = 0; i < own.length; i += 2) {
      const [x, y] = [own[i], own[i + 1]];
      own[i] = toPicture[0] * x + toPicture[1] * y + toPicture[2];
      own[i + 1] = toPicture[3] * x + toPicture[4] * y + toPicture[5];
    }
    return [{ score, region: regionThrough(region, toPicture), points: own }];
  });
}

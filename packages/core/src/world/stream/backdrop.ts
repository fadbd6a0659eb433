import type { Random } from "../../array/random.js";
import type { Image } from "../../image/image.js";
import type { Size } from "../../image/resize.js";
import { cropMatrix, warpAffine } from "../../image/warp.js";

/** One of the photographs, or none; the same numbers are drawn either way. */
export function drawPhotograph(
  chance: Random,
  photographs: readonly Image[],
  share: number,
): Image | undefined {
  const wanted = chance.uniform() < share;
  const at = chance.integer(Math.max(1, photographs.length));
  return wanted ? photographs[at] : undefined;
}

/** A part of a photograph, from a third of it up, drawn in the size of a picture. */
export function drawBackdrop(chance: Random, photograph: Image, { width, height }: Size): Image {
  const most = Math.min(photograph.width / width, photograph.height / height);
  const scale = most * chance.uniform(0.35, 1);
  const place = (all: number, part: number) => chance.uniform(part / 2, all - part / 2) - 0.5;
  const size = [scale * width, scale * height] as const;
  const centre = [place(photograph.width, size[0]), place(photograph.height, size[1])] as const;
  return warpAffine(photograph, cropMatrix(centre, size, 0, [width, height]), width, height);
}

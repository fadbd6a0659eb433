import { type Affine, cropMatrix } from "./warp.js";

/** A square of a picture, turned: what a network of one thing is shown, the thing upright. */
export interface Region {
  /** x, y, pixels. */
  centre: readonly [number, number];
  /** Side, pixels. */
  size: number;
  /** Radians, clockwise on screen: how far what is in it leans to the right. −π..π. */
  rotation: number;
}

/** Takes pixels of a network's square input, `side` wide, that shows the region to pixels of the picture. */
export function regionMatrix({ centre, size, rotation }: Region, side: number): Float64Array {
  return cropMatrix(centre, size, rotation, side);
}

/** A region of a crop as a region of the picture that the crop was cut from. @param toPicture A `regionMatrix`. */
export function regionThrough({ centre: [x, y], size, rotation }: Region, toPicture: Affine): Region {
  const [a, b, c, d, e, f] = Array.from(toPicture);
  const turned = rotation + Math.atan2(d, a);
  return {
    centre: [a * x + b * y + c, d * x + e * y + f],
    size: size * Math.hypot(a, d),
    rotation: Math.atan2(Math.sin(turned), Math.cos(turned)),
  };
}

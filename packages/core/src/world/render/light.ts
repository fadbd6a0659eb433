import { drawOverhead, type Overhead } from "./overhead.js";
import type { Piece } from "./piece.js";
import { drawRelief, type Relief, type ReliefOptions } from "./relief.js";
import type { Lights } from "./shot.js";

/** The lights of a frame made ready: directions of unit length, defaults filled in, shadows drawn. */
export interface Illumination {
  up: Float64Array;
  /** Light of the sky. */
  above: Float64Array;
  below: Float64Array;
  occlusion: number;
  /** Towards the sun; null without one. */
  sun: Float64Array | null;
  sunColour: Float64Array;
  sunSize: number;
  lamps: readonly { position: Float64Array; colour: Float64Array }[];
  /** What the sun sees. */
  shadow: Relief;
  /** What is seen from straight above. */
  overhead: Overhead;
}

const unit = ([x, y, z]: readonly number[]) => {
  const length = Math.hypot(x, y, z);
  return Float64Array.of(x / length, y / length, z / length);
};

/** Draws what casts shadows into the two maps, and fills in what a scene's lights leave open. */
export function illuminate(
  { sky, sun, lamps = [] }: Lights,
  pieces: readonly Piece[],
  shadow: Relief,
  overhead: Overhead,
  options: ReliefOptions,
): Illumination {
  const { up = [0, 1, 0], occlusion = 0.7 } = sky;
  if (sun !== undefined) drawRelief(shadow, pieces, sun.direction, options);
  if (occlusion > 0) drawOverhead(overhead, pieces, up);
  return {
    up: unit(up),
    above: Float64Array.from(sky.above),
    below: Float64Array.from(sky.below),
    occlusion,
    sun: sun === undefined ? null : unit(sun.direction),
    sunColour: Float64Array.from(sun?.colour ?? [0, 0, 0]),
    sunSize: sun?.size ?? 0.04,
    lamps: lamps.map(({ position, colour }) => ({
      position: Float64Array.from(position),
      colour: Float64Array.from(colour),
    })),
    shadow,
    overhead,
  };
}

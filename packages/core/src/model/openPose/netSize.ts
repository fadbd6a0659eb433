import { MareyError } from "../../error.js";
import type { Size } from "../../image/resize.js";

/** At what sizes a network sees a picture; OpenPose's flags of the same names. */
export interface NetSizeOptions {
  /** Width and height in pixels, multiples of 16; one may be −1, to follow the picture's proportions. */
  readonly resolution: readonly [number, number];
  /** The free side is at most this times 16/9 of the other; 0 for no limit. */
  readonly dynamic: number;
  /** How many sizes are averaged. */
  readonly scaleNumber: number;
  /** By what share of the first each next one is smaller. */
  readonly scaleGap: number;
}

/** OpenPose's defaults. */
export const NET_SIZE_DEFAULTS: NetSizeOptions = {
  resolution: [-1, 368],
  dynamic: 1,
  scaleNumber: 1,
  scaleGap: 0.25,
};

/** The setting of OpenPose for the highest accuracy. */
export const NET_SIZE_ACCURATE: NetSizeOptions = {
  resolution: [1312, 736],
  dynamic: 1,
  scaleNumber: 4,
  scaleGap: 0.25,
};

/** A size at which the network sees the picture, in its top left corner. */
export interface NetSize extends Size {
  /** From the picture to this input; pixel 0 stays pixel 0. */
  readonly scale: number;
}

/** All sizes at which a picture is seen, the largest first. */
export interface NetSizes {
  readonly sizes: readonly NetSize[];
  /** From pixels of the first input to pixels of the picture, as OpenPose rounds it (`scaleNetToOutput`). */
  readonly toPicture: number;
}

const BLOCK = 16;

/**
 * The sizes at which OpenPose's networks see a picture.
 *
 * @throws MareyError `OPENPOSE_SIZE` for a resolution without multiples of 16, or scales that shrink below nothing.
 */
export function netSizes(picture: Size, options: Partial<NetSizeOptions> = {}): NetSizes {
  const { resolution, dynamic, scaleNumber, scaleGap } = { ...NET_SIZE_DEFAULTS, ...options };
  const first = netSize(picture, resolution, dynamic);
  const least = 1 - (scaleNumber - 1) * scaleGap;
  if (!(Number.isInteger(scaleNumber) && scaleNumber >= 1 && scaleGap >= 0 && least >= 0))
    throw new MareyError(
      "OPENPOSE_SIZE",
      "scale number and gap",
      `${scaleNumber} scales with a gap of ${scaleGap} don't lie between 0 and 1`,
      "Give fewer scales or a smaller gap: 1 − (number − 1) · gap may not be below 0",
    );
  const sizes = Array.from({ length: scaleNumber }, (_, i): NetSize => {
    const side = (length: number) =>
      Math.max(BLOCK, Math.floor(Math.round(length * (1 - i * scaleGap)) / BLOCK) * BLOCK);
    const size = { width: side(first.width), height: side(first.height) };
    return { ...size, scale: fittingScale(picture, size) };
  });
  const inner = (length: number) => Math.max(2, Math.round(sizes[0].scale * length));
  const back = (length: number) => (length - 1) / (inner(length) - 1);
  return { sizes, toPicture: Math.min(back(picture.width), back(picture.height)) };
}

/** How much a picture is scaled to fit, outermost pixel centres on outermost pixel centres. */
function fittingScale(picture: Size, { width, height }: Size): number {
  // A picture one pixel wide has no extent; the other side decides, or 1.
  const across = (to: number, from: number) => (from > 1 ? (to - 1) / (from - 1) : Infinity);
  const scale = Math.min(across(width, picture.width), across(height, picture.height));
  return Number.isFinite(scale) ? scale : 1;
}

function netSize(picture: Size, [width, height]: readonly [number, number], dynamic: number): Size {
  const free = [width, height].filter((side) => side === -1).length;
  const whole = [width, height].every((side) => side === -1 || (side >= BLOCK && side % BLOCK === 0));
  if (free > 1 || !whole)
    throw new MareyError(
      "OPENPOSE_SIZE",
      "net resolution",
      `${width}x${height} isn't a size that the network takes`,
      "Give multiples of 16, one of them -1 to follow the picture: -1x368",
    );
  const most = dynamic > 0 ? (dynamic * 16) / 9 : Infinity;
  const follow = (side: number, ratio: number) =>
    Math.max(BLOCK, BLOCK * Math.round((side * Math.min(ratio, most)) / BLOCK));
  if (width === -1) return { width: follow(height, picture.width / picture.height), height };
  if (height === -1) return { width, height: follow(width, picture.height / picture.width) };
  return { width, height };
}

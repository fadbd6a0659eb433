import type { Random } from "../../array/random.js";

/** How crops are varied. Each range is `[lowest, highest]`; numbers are drawn evenly from it. */
export interface AugmentOptions {
  /** Width and height of the crop, pixels. */
  readonly size: number;
  /** Height of the person in the middle as a share of the crop, before `scale` is applied. */
  readonly target: number;
  readonly scale: readonly [number, number];
  /** Largest turn either way, radians. */
  readonly rotation: number;
  /** Largest shift of the person from the middle along each axis, crop pixels. */
  readonly shift: number;
  /** Share of crops in the mirror. */
  readonly flip: number;
}

const DEGREE = Math.PI / 180;

/** What the COCO network of Cao et al. (2017) was trained with. */
export const COCO_AUGMENTATION: AugmentOptions = {
  size: 368,
  target: 0.6,
  scale: [0.5, 1.1],
  rotation: 40 * DEGREE,
  shift: 40,
  flip: 0.5,
};

/** What BODY_25 (Cao et al. 2019) was trained with. */
export const BODY25_AUGMENTATION: AugmentOptions = {
  ...COCO_AUGMENTATION,
  scale: [1 / 3, 1.1],
  rotation: 45 * DEGREE,
};

/** A crop of a picture. */
export interface View {
  /** 2×3, row-major: crop pixels → picture pixels. */
  readonly matrix: Float64Array;
  /** In the mirror: left joints become right ones. */
  readonly mirrored: boolean;
}

/**
 * Draws a crop around a person: so large that the person's box takes the target share of its height, then scaled, turned,
 * shifted and perhaps mirrored. Five numbers are drawn, whatever the options say.
 */
export function drawView(
  { box: [left, top, right, bottom] }: { box: readonly [number, number, number, number] },
  options: AugmentOptions,
  random: Random,
): View {
  const { size, target, scale, rotation, shift, flip } = options;
  const enlarged = ((target * size) / Math.max(1, bottom - top)) * random.uniform(...scale);
  const turn = random.uniform(-rotation, rotation);
  const across = random.uniform(-shift, shift);
  const down = random.uniform(-shift, shift);
  const mirrored = random.uniform() < flip;
  return {
    matrix: viewMatrix(
      [(left + right) / 2, (top + bottom) / 2],
      size,
      enlarged,
      turn,
      [across, down],
      mirrored,
    ),
    mirrored,
  };
}

/** Draws a crop of a picture without people, as around somebody from a quarter to the whole of its height, anywhere in it. */
export function drawEmptyView(
  { width, height }: { width: number; height: number },
  options: AugmentOptions,
  random: Random,
): View {
  const x = random.uniform(0, width);
  const y = random.uniform(0, height);
  const half = random.uniform(height / 8, height / 2);
  return drawView({ box: [x, y - half, x, y + half] }, options, random);
}

/** The whole picture as large as the crop holds it, in its middle: how a network is asked, not how it is taught. */
export function wholeView({ width, height }: { width: number; height: number }, size: number): View {
  const middle: [number, number] = [(width - 1) / 2, (height - 1) / 2];
  const enlarged = size / Math.max(width, height);
  return { matrix: viewMatrix(middle, size, enlarged, 0, [0, 0], false), mirrored: false };
}

/**
 * Crop → picture.
 *
 * @param centre The place of the picture that comes to the crop's middle.
 * @param enlarged Crop pixels per picture pixel.
 * @param shift Crop pixels by which the middle of the crop is off the centre.
 */
function viewMatrix(
  centre: readonly [number, number],
  size: number,
  enlarged: number,
  rotation: number,
  shift: readonly [number, number],
  mirrored: boolean,
): Float64Array {
  const c = Math.cos(rotation) / enlarged;
  const s = Math.sin(rotation) / enlarged;
  const middle = (size - 1) / 2;
  // In the mirror column u shows what column size − 1 − u would.
  const sign = mirrored ? -1 : 1;
  const u = shift[0] - sign * middle;
  const v = shift[1] - middle;
  return Float64Array.of(sign * c, -s, centre[0] + c * u - s * v, sign * s, c, centre[1] + s * u + c * v);
}

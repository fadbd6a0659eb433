import { gaussianTaps, modulate } from "./blur.js";
import { firstMaximum, newtonStep, type Peak, quarterStep } from "./peak.js";

/** A training target: what a network should answer, and how much each joint counts. */
export interface HeatmapTarget {
  /** K × rows × columns (times the codec's channels per joint). */
  maps: Float32Array;
  /** N×K: the visibilities given, 0 for a joint whose mark lies wholly outside. */
  weights: Float32Array;
}

/** Joints as maps: one cell for every `stride` pixels of a network's input. */
export interface HeatmapCodec {
  /**
   * @param keypoints N×K×3: x, y in pixels of the input, visibility; below 0.5 a joint leaves no mark.
   * @param target Overwritten if given, then nothing is allocated.
   */
  encode(keypoints: ArrayLike<number>, target?: HeatmapTarget): HeatmapTarget;
  /**
   * @param maps Any number K of joints' maps.
   * @param out Overwritten if given.
   * @returns K×3: x, y in pixels of the input, score (the map's peak); a map without a value above 0 has its joint
   *   one cell before the first (x, y < 0).
   */
  decode(maps: ArrayLike<number>, out?: Float32Array): Float32Array;
}

/** Sizes that every map codec needs. */
export interface HeatmapSize {
  /** Joints of a person, K. */
  joints: number;
  /** Width and height of the network's input, pixels. */
  input: readonly [number, number];
  /** Width and height of a map, cells. */
  cells: readonly [number, number];
}

export interface GaussianHeatmapOptions extends HeatmapSize {
  /** Of the Gaussian, cells. */
  sigma: number;
  /** Centre the Gaussian where the joint is, and fill the whole map, instead of a 3-sigma patch about the nearest cell. */
  exactCentre?: boolean;
  /**
   * Sub-pixel refinement: a quarter cell towards the larger neighbour; the same only well inside (`innerQuarter`,
   * HRNet); or the Newton step of DARK on the map blurred by `blur` taps.
   */
  refine?: "none" | "quarter" | "innerQuarter" | { blur: number };
}

/** An empty target for `people`, with `channels` maps for each joint. */
function heatmapTarget({ joints, cells }: HeatmapSize, people: number, channels = 1): HeatmapTarget {
  return {
    maps: new Float32Array(joints * channels * cells[0] * cells[1]),
    weights: new Float32Array(people * joints),
  };
}

/** Marks a joint of number `joint` at x, y in cells; false when the mark lies wholly outside. */
type DrawJoint = (maps: Float32Array, joint: number, x: number, y: number) => boolean;

/**
 * The encoder of a map codec: draws each joint that is visible, and gives the others no weight.
 *
 * @param strides Pixels of the input per cell along x and y.
 */
export function jointEncoder(
  options: HeatmapSize,
  [strideX, strideY]: readonly [number, number],
  draw: DrawJoint,
  channels = 1,
): HeatmapCodec["encode"] {
  const { joints } = options;
  return (keypoints, target = heatmapTarget(options, keypoints.length / 3 / joints, channels)) => {
    target.maps.fill(0);
    for (let i = 0; 3 * i < keypoints.length; i++) {
      const visibility = keypoints[3 * i + 2];
      target.weights[i] = visibility;
      if (visibility < 0.5) continue;
      const isDrawn = draw(
        target.maps,
        i % joints,
        keypoints[3 * i] / strideX,
        keypoints[3 * i + 1] / strideY,
      );
      if (!isDrawn) target.weights[i] = 0;
    }
    return target;
  };
}

/**
 * Joints as Gaussians of height 1, the larger where people overlap (Xiao et al., Simple Baselines, 2018; with
 * `exactCentre` and a blur, DARK, Zhang et al. 2020).
 */
export function gaussianHeatmaps(options: GaussianHeatmapOptions): HeatmapCodec {
  const { input, cells, sigma, exactCentre = false, refine = "quarter" } = options;
  const [width, height] = cells;
  const strideX = input[0] / width;
  const strideY = input[1] / height;
  const area = width * height;
  const logs = new Float64Array(area);
  const scratch = new Float64Array(area);
  const taps = typeof refine === "object" ? gaussianTaps(refine.blur) : undefined;
  const peak: Peak = { x: 0, y: 0 };
  return {
    encode: jointEncoder(options, [strideX, strideY], (maps, joint, x, y) =>
      exactCentre
        ? drawGaussian(maps, joint * area, width, height, x, y, sigma)
        : drawPatch(maps, joint * area, width, height, Math.trunc(x + 0.5), Math.trunc(y + 0.5), 0, 0, sigma),
    ),
    decode(maps, out = new Float32Array((maps.length / area) * 3)) {
      for (let k = 0; k * area < maps.length; k++) {
        findPeak(maps, k * area, width, height, peak, out, k);
        if (out[3 * k + 2] > 0) {
          if (taps) {
            modulate(maps, k * area, width, height, taps, logs, scratch);
            for (let i = 0; i < area; i++) logs[i] = Math.log(Math.max(logs[i], 1e-10));
            newtonStep(logs, width, height, peak);
          } else if (refine !== "none")
            quarterStep(maps, k * area, width, height, peak, refine === "innerQuarter");
        }
        out[3 * k] = peak.x * strideX;
        out[3 * k + 1] = peak.y * strideY;
      }
      return out;
    },
  };
}

/** Finds a map's first maximum, (−1, −1) if it isn't above 0, and stores it as the score of joint `k`. */
export function findPeak(
  maps: ArrayLike<number>,
  at: number,
  width: number,
  height: number,
  peak: Peak,
  out: Float32Array,
  k: number,
): void {
  const best = firstMaximum(maps, at, width * height);
  const score = maps[at + best];
  out[3 * k + 2] = score;
  peak.x = score > 0 ? best % width : -1;
  peak.y = score > 0 ? Math.floor(best / width) : -1;
}

/**
 * Raises the cells within 3 sigma of a cell to a Gaussian whose centre is that cell moved by (dx, dy). @returns Whether
 * any of it can lie inside.
 */
export function drawPatch(
  maps: Float32Array,
  at: number,
  width: number,
  height: number,
  column: number,
  row: number,
  dx: number,
  dy: number,
  sigma: number,
): boolean {
  const reach = 3 * sigma;
  const left = Math.trunc(column - reach);
  const top = Math.trunc(row - reach);
  const right = Math.trunc(column + reach + 1);
  const bottom = Math.trunc(row + reach + 1);
  if (!(left < width && top < height && right >= 0 && bottom >= 0)) return false;
  const middle = Math.floor((2 * reach + 1) / 2);
  for (let y = Math.max(0, top); y < Math.min(height, bottom); y++)
    for (let x = Math.max(0, left); x < Math.min(width, right); x++) {
      const squared = (x - left - middle - dx) ** 2 + (y - top - middle - dy) ** 2;
      const i = at + y * width + x;
      maps[i] = Math.max(maps[i], Math.exp(-squared / (2 * sigma * sigma)));
    }
  return true;
}

function drawGaussian(
  maps: Float32Array,
  at: number,
  width: number,
  height: number,
  x0: number,
  y0: number,
  sigma: number,
): boolean {
  const reach = 3 * sigma;
  if (!(x0 - reach < width && y0 - reach < height && x0 + reach + 1 >= 0 && y0 + reach + 1 >= 0))
    return false;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const i = at + y * width + x;
      const squared = (x - x0) ** 2 + (y - y0) ** 2;
      maps[i] = Math.max(maps[i], Math.exp(-squared / (2 * sigma * sigma)));
    }
  return true;
}

import { mapEnlarger } from "../../codec/mapEnlarger.js";
import type { NetSize } from "./netSize.js";

/** What maps are averaged with. */
export interface AverageOptions {
  /** The sizes that the network saw; the result has the first one's. */
  readonly sizes: readonly NetSize[];
  /** Pixels of an input from cell to cell. */
  readonly stride: number;
  readonly channels: number;
  /** Of the cubic kernel: −0.75 as OpenPose on a processor, −0.5 as on a graphics card. */
  readonly a?: number;
}

/**
 * Enlarges maps to the size of the first input and takes the mean over all sizes. Pixels of the inputs correspond by
 * their true scales, not by the ratio of the sizes, which are rounded to 16 (so does OpenPose on graphics cards).
 *
 * @returns A function of the maps of each size (channels×rows×columns) and `out` (channels×height×width, overwritten),
 *   which allocates nothing.
 */
export function mapAverager({ sizes, stride, channels, a = -0.75 }: AverageOptions) {
  const { width, height, scale } = sizes[0];
  const steps = sizes.map((size) => {
    const [columns, rows] = [size.width / stride, size.height / stride];
    const place = { factor: size.scale / scale / stride, shift: 0.5 / stride - 0.5 };
    return { cells: columns * rows, enlarge: mapEnlarger(columns, rows, width, height, a, place) };
  });
  const plane = width * height;
  const enlarged = new Float32Array(sizes.length > 1 ? plane : 0);
  return (maps: readonly Float32Array[], out: Float32Array): void => {
    for (let c = 0; c < channels; c++)
      steps.forEach(({ cells, enlarge }, i) => {
        if (i === 0) enlarge(maps[0], out, c * cells, c * plane);
        else {
          enlarge(maps[i], enlarged, c * cells);
          for (let p = 0; p < plane; p++) out[c * plane + p] += enlarged[p];
        }
        if (i > 0 && i === steps.length - 1)
          for (let p = 0; p < plane; p++) out[c * plane + p] /= steps.length;
      });
  };
}

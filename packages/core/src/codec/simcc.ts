import { roundEven } from "../array/rounding.js";
import { gaussianTaps, modulate } from "./blur.js";
import { firstMaximum } from "./peak.js";

export interface SimccOptions {
  /** Width and height of the network's input, pixels. */
  input: readonly [number, number];
  /** Bins a pixel. */
  split: number;
  /** What a row holds: a Gaussian of this sigma (x, y; bins), or one hot bin that leaves `smooth` to all others. */
  label: { sigma: readonly [number, number]; normalise?: boolean } | { smooth: number };
  /** Refine the peak by a Newton step on the blurred logarithm (only with Gaussians). */
  dark?: boolean;
}

/** Rows of bins of both axes. */
export interface SimccTarget {
  /** K × bins of the width. */
  x: Float32Array;
  /** K × bins of the height. */
  y: Float32Array;
  /** K: the visibilities given, 0 for a joint outside. */
  weights: Float32Array;
}

export interface SimccCodec {
  /** @param keypoints K×3: x, y in pixels, visibility; below 0.5 the rows stay empty. */
  encode(keypoints: ArrayLike<number>, target?: SimccTarget): SimccTarget;
  /** @returns K×3: x, y in pixels, score (the smaller of both peaks); without a value above 0 x and y are −1/split. */
  decode(x: ArrayLike<number>, y: ArrayLike<number>, out?: Float32Array): Float32Array;
}

/** SimCC (Li et al. 2022): each coordinate is a classification over sub-pixel bins of one axis. */
export function simcc({ input, split, label, dark = false }: SimccOptions): SimccCodec {
  const columns = roundEven(input[0] * split);
  const rows = roundEven(input[1] * split);
  const sigma = "sigma" in label ? label.sigma : undefined;
  const refine = dark && sigma ? [darkStep(columns, sigma[0]), darkStep(rows, sigma[1])] : undefined;
  return {
    encode(keypoints, target = simccTarget(keypoints.length / 3, columns, rows)) {
      target.x.fill(0);
      target.y.fill(0);
      for (let k = 0; 3 * k < keypoints.length; k++) {
        const visibility = keypoints[3 * k + 2];
        target.weights[k] = visibility;
        if (visibility < 0.5) continue;
        const x = roundEven(keypoints[3 * k] * split);
        const y = roundEven(keypoints[3 * k + 1] * split);
        if (!(reaches(x, columns, sigma?.[0]) && reaches(y, rows, sigma?.[1]))) {
          target.weights[k] = 0;
          continue;
        }
        writeRow(target.x, k * columns, columns, x, label, 0);
        writeRow(target.y, k * rows, rows, y, label, 1);
      }
      return target;
    },
    decode(xs, ys, out = new Float32Array((xs.length / columns) * 3)) {
      for (let k = 0; k * columns < xs.length; k++) {
        let x = firstMaximum(xs, k * columns, columns);
        let y = firstMaximum(ys, k * rows, rows);
        const score = Math.min(xs[k * columns + x], ys[k * rows + y]);
        if (!(score > 0)) x = y = -1;
        else if (refine) {
          x = refine[0](xs, k * columns, x);
          y = refine[1](ys, k * rows, y);
        }
        out[3 * k] = x / split;
        out[3 * k + 1] = y / split;
        out[3 * k + 2] = score;
      }
      return out;
    },
  };
}

function simccTarget(joints: number, columns: number, rows: number): SimccTarget {
  return {
    x: new Float32Array(joints * columns),
    y: new Float32Array(joints * rows),
    weights: new Float32Array(joints),
  };
}

/** Whether a mark at a bin can touch the row: a Gaussian reaches 3 sigma. */
function reaches(bin: number, bins: number, sigma = 0): boolean {
  if (sigma === 0) return bin >= 0 && bin < bins;
  return bin - 3 * sigma < bins && bin + 3 * sigma + 1 >= 0;
}

function writeRow(
  out: Float32Array,
  at: number,
  bins: number,
  bin: number,
  label: SimccOptions["label"],
  axis: 0 | 1,
): void {
  if ("smooth" in label) {
    if (label.smooth > 0) out.fill(label.smooth / (bins - 1), at, at + bins);
    out[at + bin] = 1 - label.smooth;
    return;
  }
  const sigma = label.sigma[axis];
  const height = label.normalise ? 1 / (sigma * Math.sqrt(2 * Math.PI)) : 1;
  for (let i = 0; i < bins; i++) out[at + i] = height * Math.exp(-((i - bin) ** 2) / (2 * sigma * sigma));
}

/** A Newton step along one row of bins; beyond its ends the outermost bins go on. */
function darkStep(
  bins: number,
  sigma: number,
): (values: ArrayLike<number>, at: number, bin: number) => number {
  const length = Math.floor((sigma * 20 - 7) / 3);
  const taps = gaussianTaps(length % 2 === 0 ? length - 1 : length);
  const blurred = new Float64Array(bins);
  const scratch = new Float64Array(0); // one axis needs none
  const log = (i: number) =>
    Math.log(Math.max(1e-3, Math.min(50, blurred[Math.max(0, Math.min(bins - 1, i))])));
  return (values, at, bin) => {
    modulate(values, at, bins, 1, taps, blurred, scratch);
    const slope = 0.5 * (log(bin + 1) - log(bin - 1));
    const curvature = 1e-9 + 0.25 * (log(bin + 2) - 2 * log(bin) + log(bin - 2));
    return bin - slope / curvature;
  };
}

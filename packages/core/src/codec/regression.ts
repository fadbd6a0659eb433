import { sigmoid } from "./sigmoid.js";

export interface RegressionCodec {
  /** K×2 pixels → K×2 shares of the input's width and height. */
  encode(keypoints: ArrayLike<number>, out?: Float32Array): Float32Array;
  /**
   * @param raw K×4: x, y as shares of the input, and the logits of their deviations.
   * @returns K×3: x, y in pixels, score = 1 − the mean of both deviations.
   */
  decode(raw: ArrayLike<number>, out?: Float32Array): Float32Array;
}

/** Coordinates as a network's direct answer, with their uncertainty (RLE, Li et al. 2021). */
export function regression(width: number, height: number): RegressionCodec {
  return {
    encode(keypoints, out = new Float32Array(keypoints.length)) {
      for (let i = 0; i < keypoints.length; i++) out[i] = keypoints[i] / (i & 1 ? height : width);
      return out;
    },
    decode(raw, out = new Float32Array((raw.length / 4) * 3)) {
      for (let k = 0; 4 * k < raw.length; k++) {
        out[3 * k] = raw[4 * k] * width;
        out[3 * k + 1] = raw[4 * k + 1] * height;
        out[3 * k + 2] = 1 - (sigmoid(raw[4 * k + 2]) + sigmoid(raw[4 * k + 3])) / 2;
      }
      return out;
    },
  };
}

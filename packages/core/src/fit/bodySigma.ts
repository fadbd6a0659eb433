import { invert3, multiply3 } from "../array/matrix.js";
import { factorBanded, invertBanded } from "./bandedCholesky.js";
import { type BodyProblem, biasAt } from "./bodyProblem.js";
import { assembleChain, band } from "./bodySolve.js";

/**
 * Standard deviation of each position, metres, root mean square of the axes: what noise leaves after smoothing (the
 * inverse of the joint's own system, without the help of bones, so it grows in gaps) and what constant offsets leave,
 * whose size is taken from the offsets that were found.
 *
 * @param out J×T.
 */
export function bodySigma(problem: BodyProblem, out: Float64Array): void {
  const { frames, joints, active } = problem;
  const size = 3 * frames;
  const width = band + 1;
  const chain = new Float64Array(size * width);
  const inverse = new Float64Array(size * width);
  const offset = offsetVariance(problem);
  for (let j = 0; j < joints; j++) {
    if (!active[j]) continue;
    assembleChain(problem, j, chain, 0);
    const solved = factorBanded(chain, size, band, 0);
    if (solved) invertBanded(chain, size, band, 0, inverse);
    const bias = offset * geometry(problem, j);
    for (let t = 0; t < frames; t++) {
      const i = 3 * t * width;
      const noise = solved ? (inverse[i] + inverse[i + width] + inverse[i + 2 * width]) / 3 : NaN;
      out[j * frames + t] = helped * Math.sqrt(noise + bias);
    }
  }
}

/** Share of the error that bones leave, and that errors are less alike than assumed; measured on simulated people. */
const helped = 0.65;

/** Pixels²: variance of a coordinate of the offsets. Three of the 2V of a joint can't be told from its position. */
function offsetVariance(problem: BodyProblem): number {
  const { joints, views, active, biasInformation, x } = problem;
  const biases = biasAt(problem);
  const enough = 0.1 * biasInformation.reduce((most, value) => Math.max(most, value), 0);
  let sum = 0;
  let count = 0;
  for (let j = 0; j < joints; j++) {
    if (!active[j]) continue;
    let told = -3;
    for (let v = 0; v < views; v++) {
      if (biasInformation[j * views + v] < enough) continue;
      const b = biases + 2 * (j * views + v);
      sum += x[b] ** 2 + x[b + 1] ** 2;
      told += 2;
    }
    count += Math.max(0, told);
  }
  return count > 0 ? sum / count : 0;
}

/** Metres² per pixel²: what offsets of variance 1 do to a joint, mean of the axes; with mean information over time. */
function geometry({ frames, views, information: H, coupling: C }: BodyProblem, j: number): number {
  const mean = new Float64Array(9);
  const square = new Float64Array(9);
  for (let t = 0; t < frames; t++) {
    const h = 6 * (j * frames + t);
    for (let p = 0; p < 3; p++)
      for (let q = 0; q < 3; q++) {
        mean[3 * p + q] += H[h + blockAt[3 * p + q]];
        for (let v = 0; v < views; v++) {
          const c = 6 * ((j * frames + t) * views + v);
          square[3 * p + q] += C[c + p] * C[c + q] + C[c + 3 + p] * C[c + 3 + q];
        }
      }
  }
  const inverse = invert3(mean);
  const spread = multiply3(inverse, multiply3(square, inverse));
  return (frames * (spread[0] + spread[4] + spread[8])) / 3;
}

/** Where the entries of a symmetric 3×3 matrix stand among its six. */
const blockAt = [0, 1, 2, 1, 3, 4, 2, 4, 5];

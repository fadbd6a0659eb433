import { badFile } from "./fileValue.js";
import type { BodyModel } from "./model.js";

/** Sums of weights further from 1 than this move a vertex by centimetres. */
const SUM_TOLERANCE = 0.01;

/**
 * Dense skinning weights V×J as the ones that aren't 0, the largest first.
 *
 * @throws MareyError `BODY_FILE` for a vertex whose weights don't sum to 1.
 */
export function skinWeights(
  dense: ArrayLike<number>,
  V: number,
  J: number,
  name: string,
): BodyModel["weights"] {
  const rows: number[][] = [];
  let perVertex = 1;
  for (let v = 0; v < V; v++) {
    const row: number[] = [];
    let sum = 0;
    for (let j = 0; j < J; j++) {
      if (dense[v * J + j] !== 0) row.push(j);
      sum += dense[v * J + j];
    }
    if (!(Math.abs(sum - 1) <= SUM_TOLERANCE))
      throw badFile(`${name}, key "weights"`, `the weights of vertex ${v} sum to ${sum}, expected 1`);
    row.sort((a, b) => dense[v * J + b] - dense[v * J + a]);
    rows.push(row);
    perVertex = Math.max(perVertex, row.length);
  }
  const joints = new Uint8Array(V * perVertex);
  const weights = new Float32Array(V * perVertex);
  rows.forEach((row, v) => {
    row.forEach((j, k) => {
      joints[v * perVertex + k] = j;
      weights[v * perVertex + k] = dense[v * J + j];
    });
  });
  return { joints, weights, perVertex };
}

/** The joint with the largest weight of each vertex: the body's parts. */
export const heaviestJoints = ({ joints, perVertex }: BodyModel["weights"]): Uint8Array =>
  Uint8Array.from({ length: joints.length / perVertex }, (_, v) => joints[v * perVertex]);

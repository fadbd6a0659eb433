import { lineIntegral } from "../../codec/lineIntegral.js";
import type { PartModel } from "./parts.js";
import type { Thresholds } from "./thresholds.js";

/** The candidates of one picture. */
export interface PartCandidates {
  /** By part: x, y in pixels of the input, value of the map. */
  readonly ofPart: readonly Float32Array[];
}

/** Two candidates that an edge may join. */
export interface Pair {
  /** Place of the edge in the model's list. */
  readonly edge: number;
  /** Candidates of the edge's first and second part. */
  readonly a: number;
  readonly b: number;
  readonly score: number;
}

/** Fields at the size of the input. */
export interface FieldGrid {
  readonly fields: Float32Array;
  readonly columns: number;
  readonly rows: number;
}

/** The pairs of one edge that its field supports, in the order of the candidates. */
export function supportedPairs(
  { ofPart }: PartCandidates,
  { edges }: PartModel,
  edge: number,
  { fields, columns, rows }: FieldGrid,
  { peak, sample, share }: Thresholds,
): Pair[] {
  const { joints, channel } = edges[edge];
  const [from, to] = [ofPart[joints[0]], ofPart[joints[1]]];
  const options = { columns, rows, minSample: sample, minShare: share, touching: peak + 1e-6 };
  const offset = channel * columns * rows;
  const pairs: Pair[] = [];
  for (let a = 0; 3 * a < from.length; a++)
    for (let b = 0; 3 * b < to.length; b++) {
      const [ax, ay, bx, by] = [from[3 * a], from[3 * a + 1], to[3 * b], to[3 * b + 1]];
      const score = lineIntegral(fields, offset, ax, ay, bx, by, options);
      if (score > 1e-6) pairs.push({ edge, a, b, score });
    }
  return pairs;
}

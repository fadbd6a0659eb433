import type { BoxRow } from "./rows.js";
import { sigmoid } from "./sigmoid.js";

export interface DistributionBoxOptions {
  /** Width of the grid, cells. */
  columns: number;
  /** Pixels from cell to cell. */
  stride: number;
  classes: number;
  /** The class asked for. */
  wanted: number;
  bins: number;
  /** Scores are logits. */
  logits?: boolean;
  /** A cell stands for its middle instead of its first pixel. */
  middle?: boolean;
  minScore: number;
}

/**
 * Boxes of one grid of a detector that answers, for each cell, with a score per class and with four distributions over the
 * distances, in strides, from the cell to the box's left, top, right and bottom (Generalised Focal Loss, Li et al. 2020;
 * NanoDet). A distance is the expectation of the softmax of its bins.
 *
 * @param scores cells × classes.
 * @param distances cells × 4·bins, logits.
 * @returns In order of cells; pixels of the input, from its left and top edge less half a pixel.
 */
export function distributionBoxes(
  scores: ArrayLike<number>,
  distances: ArrayLike<number>,
  options: DistributionBoxOptions,
): BoxRow[] {
  const { columns, stride, classes, wanted, bins, logits = false, middle = true, minScore } = options;
  const found: BoxRow[] = [];
  for (let row = 0; (row + 1) * classes <= scores.length; row++) {
    const raw = scores[row * classes + wanted];
    const score = logits ? sigmoid(raw) : raw;
    if (!(score >= minScore)) continue;
    const x = ((row % columns) + (middle ? 0.5 : 0)) * stride - 0.5;
    const y = (Math.floor(row / columns) + (middle ? 0.5 : 0)) * stride - 0.5;
    const way = (side: number) => stride * expectedBin(distances, (row * 4 + side) * bins, bins);
    found.push({ row, score, box: [x - way(0), y - way(1), x + way(2), y + way(3)] });
  }
  return found;
}

function expectedBin(values: ArrayLike<number>, from: number, bins: number): number {
  let largest = -Infinity;
  for (let i = 0; i < bins; i++) largest = Math.max(largest, values[from + i]);
  let sum = 0;
  let expected = 0;
  for (let i = 0; i < bins; i++) {
    const weight = Math.exp(values[from + i] - largest);
    sum += weight;
    expected += weight * i;
  }
  return expected / sum;
}

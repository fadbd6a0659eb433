import type { SparseRows } from "./model.js";

/** A sparse matrix from the entries (row, column, value) that aren't 0, in any order; entries at one place are added. */
export function sparseRows(
  rows: number,
  entries: Iterable<readonly [row: number, column: number, value: number]>,
): SparseRows {
  const lines = Array.from({ length: rows }, () => new Map<number, number>());
  for (const [row, column, value] of entries)
    if (value !== 0) lines[row].set(column, (lines[row].get(column) ?? 0) + value);
  const offsets = new Uint32Array(rows + 1);
  lines.forEach((line, row) => {
    offsets[row + 1] = offsets[row] + line.size;
  });
  const columns = new Uint32Array(offsets[rows]);
  const values = new Float32Array(offsets[rows]);
  lines.forEach((line, row) => {
    [...line.entries()]
      .sort(([a], [b]) => a - b)
      .forEach(([column, value], i) => {
        columns[offsets[row] + i] = column;
        values[offsets[row] + i] = value;
      });
  });
  return { offsets, columns, values };
}

/** The entries of a dense matrix, row-major. */
export function* entriesOf(
  data: ArrayLike<number>,
  columns: number,
): Generator<readonly [number, number, number]> {
  for (let i = 0; i < data.length; i++)
    if (data[i] !== 0) yield [Math.floor(i / columns), i % columns, data[i]];
}

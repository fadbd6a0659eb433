import type { Faces } from "./faces.js";

/** Width and height of a tile, pixels: its depths fit the processor's first cache. */
export const TILE = 32;

/** The faces that may touch each tile of a picture, in the order of drawing. */
export interface Bins {
  columns: number;
  rows: number;
  /** Tiles + 1: where each tile's faces begin in `faces`. */
  starts: Uint32Array;
  faces: Uint32Array;
}

export function emptyBins(width: number, height: number): Bins {
  const columns = Math.ceil(width / TILE);
  const rows = Math.ceil(height / TILE);
  return { columns, rows, starts: new Uint32Array(columns * rows + 2), faces: new Uint32Array(0) };
}

const slack = 1e-6;
const tileOf = (pixel: number, count: number) =>
  Math.min(count - 1, Math.max(0, Math.floor((pixel + 0.5) / TILE)));

/** Sorts faces into tiles by counting. Tile i spans the pixels from TILE·i − ½ to TILE·(i + 1) − ½. */
export function fillBins(bins: Bins, { count, bounds }: Faces): void {
  const { columns, rows, starts } = bins;
  starts.fill(0);
  const walk = (visit: (tile: number, face: number) => void) => {
    for (let k = 0, b = 0; k < count; k++, b += 4) {
      const left = tileOf(bounds[b] - slack, columns);
      const right = tileOf(bounds[b + 1] + slack, columns);
      const bottom = tileOf(bounds[b + 3] + slack, rows);
      for (let y = tileOf(bounds[b + 2] - slack, rows); y <= bottom; y++) {
        for (let x = left; x <= right; x++) visit(y * columns + x, k);
      }
    }
  };
  walk((tile) => {
    starts[tile + 2]++;
  });
  for (let i = 2; i < starts.length; i++) starts[i] += starts[i - 1];
  const total = starts[starts.length - 1];
  if (bins.faces.length < total) bins.faces = new Uint32Array(Math.ceil(total * 1.5));
  const { faces } = bins;
  // starts[tile + 1] runs from the tile's begin to its end, and so becomes the next tile's begin.
  walk((tile, face) => {
    faces[starts[tile + 1]++] = face;
  });
}

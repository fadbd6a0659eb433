import type { Random } from "../../array/random.js";

/** Smooth random heights over the unit square that repeat at its edges, about 0 … 1. */
export type Noise = (u: number, v: number) => number;

/**
 * Value noise: random heights on a lattice, smoothly joined, in octaves of doubling fineness and halving height.
 *
 * @param cells Cells of the coarsest lattice along u and v.
 */
export function noise(chance: Random, cells: readonly [number, number], octaves = 1): Noise {
  const layers = Array.from({ length: octaves }, (_, o) => lattice(chance, cells[0] << o, cells[1] << o));
  const total = 2 - 2 ** (1 - octaves);
  return (u, v) => {
    let sum = 0;
    for (let o = 0; o < octaves; o++) sum += (layers[o] as Noise)(u, v) * 2 ** -o;
    return sum / total;
  };
}

function lattice(chance: Random, columns: number, rows: number): Noise {
  const heights = Float32Array.from({ length: columns * rows }, () => chance.uniform());
  return (u, v) => {
    const x = (u - Math.floor(u)) * columns;
    const y = (v - Math.floor(v)) * rows;
    const left = Math.floor(x) % columns;
    const top = Math.floor(y) % rows;
    const right = (left + 1) % columns;
    const bottom = (top + 1) % rows;
    const fx = smooth(x - Math.floor(x));
    const fy = smooth(y - Math.floor(y));
    const above = heights[top * columns + left] * (1 - fx) + heights[top * columns + right] * fx;
    const below = heights[bottom * columns + left] * (1 - fx) + heights[bottom * columns + right] * fx;
    return above * (1 - fy) + below * fy;
  };
}

const smooth = (t: number) => t * t * (3 - 2 * t);

import { MareyError } from "../error.js";
import type { MapGrid } from "./mapGrid.js";

export interface ConfidenceMapOptions extends MapGrid {
  /** J. */
  joints: number;
  /** Standard deviation of a peak, input pixels. */
  sigma: number;
  /** A cell whose exponent d²/2σ² exceeds this is 0. */
  cutoff: number;
  /** People that meet: the larger value (the paper), or the sum up to 1 (the authors' first training program). */
  combine: "max" | "add";
}

/** σ = 7 pixels, cut where the value falls below 1 %, as the published networks were trained. */
export const CONFIDENCE_MAP_DEFAULTS = { sigma: 7, cutoff: 4.6052, combine: "max" } as const;

/**
 * Writes the confidence maps of known people: a Gaussian at each visible joint, and last the background, 1 less the
 * largest of the J values (Cao et al. 2017, eq. 6 and 7). Cell (i, j) lies at pixel (stride·i + (stride − 1)/2, …).
 *
 * @param people P×J×3: x, y in input pixels, above 0 where visible.
 * @param maps (J + 1)×rows×columns, overwritten.
 * @throws MareyError `MAP_SIZE` when `maps` has another length.
 */
export function encodeConfidenceMaps(
  people: Float32Array,
  options: ConfidenceMapOptions,
  maps: Float32Array,
): void {
  const { joints, columns, rows } = options;
  const cells = columns * rows;
  requireMapLength("confidence maps", maps, (joints + 1) * cells);
  maps.fill(0);
  for (let i = 0; i < people.length; i += 3)
    if (people[i + 2] > 0) addPeak(people[i], people[i + 1], ((i / 3) % joints) * cells, options, maps);
  for (let cell = 0; cell < cells; cell++) {
    let most = 0;
    for (let j = 0; j < joints; j++) most = Math.max(most, maps[j * cells + cell]);
    maps[joints * cells + cell] = Math.max(0, 1 - most);
  }
}

function addPeak(
  x: number,
  y: number,
  offset: number,
  { columns, rows, stride, sigma, cutoff, combine }: ConfidenceMapOptions,
  maps: Float32Array,
): void {
  const reach = sigma * Math.sqrt(2 * cutoff);
  const half = (stride - 1) / 2;
  const left = Math.max(0, Math.ceil((x - reach - half) / stride));
  const right = Math.min(columns - 1, Math.floor((x + reach - half) / stride));
  const top = Math.max(0, Math.ceil((y - reach - half) / stride));
  const bottom = Math.min(rows - 1, Math.floor((y + reach - half) / stride));
  for (let row = top; row <= bottom; row++)
    for (let column = left; column <= right; column++) {
      const dx = column * stride + half - x;
      const dy = row * stride + half - y;
      const exponent = (dx * dx + dy * dy) / (2 * sigma * sigma);
      if (exponent > cutoff) continue;
      const at = offset + row * columns + column;
      const value = Math.exp(-exponent);
      maps[at] = combine === "max" ? Math.max(maps[at], value) : Math.min(1, maps[at] + value);
    }
}

/** @throws MareyError `MAP_SIZE` when `maps` hasn't `length` numbers. */
export function requireMapLength(where: string, maps: Float32Array, length: number): void {
  if (maps.length !== length)
    throw new MareyError(
      "MAP_SIZE",
      where,
      `the maps have ${maps.length} numbers, the grid needs ${length}`,
      "Allocate the maps by the same columns, rows and joints as the options state",
    );
}

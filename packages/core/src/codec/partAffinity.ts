import { requireMapLength } from "./confidenceMaps.js";
import type { MapGrid } from "./mapGrid.js";

/** The joints that a limb connects; its field points from the first to the second. */
export type Limb = readonly [number, number];

export interface PartAffinityOptions extends MapGrid {
  /** J. */
  joints: number;
  limbs: readonly Limb[];
  /** Largest distance of a limb's cells from its line, cells. */
  halfWidth: number;
  /** People that claim the same cell: their mean (the paper), or the last one (the authors' training program). */
  combine: "average" | "overwrite";
}

/** Half a width of one cell and the paper's mean. */
export const PART_AFFINITY_DEFAULTS = { halfWidth: 1, combine: "average" } as const;

/**
 * An encoder of the part affinity fields of known people: the unit vector of a limb in all cells near it (Cao et al.
 * 2017, eq. 8 and 9). As in the authors' training program, cell (i, j) stands for pixel (stride·i, stride·j), half a
 * cell off the confidence maps, and a limb ends at the box of its joints enlarged by the half width.
 *
 * @returns A function of `people`, P×J×3: x, y in input pixels, above 0 where visible; and `fields`, 2L×rows×columns,
 *   overwritten: x, then y, of each limb. It throws MareyError `MAP_SIZE` when `fields` has another length.
 */
export function partAffinityEncoder(options: PartAffinityOptions) {
  const { joints, limbs, columns, rows } = options;
  const cells = columns * rows;
  const claims = new Uint16Array(cells);
  return (people: Float32Array, fields: Float32Array): void => {
    requireMapLength("part affinity fields", fields, 2 * limbs.length * cells);
    fields.fill(0);
    for (let l = 0; l < limbs.length; l++) {
      claims.fill(0);
      const [a, b] = limbs[l];
      for (let person = 0; person < people.length; person += joints * 3)
        addLimb(people, person + a * 3, person + b * 3, 2 * l * cells, options, claims, fields);
      if (options.combine === "average") divideByClaims(fields, 2 * l * cells, claims);
    }
  };
}

function addLimb(
  people: Float32Array,
  a: number,
  b: number,
  offset: number,
  { columns, rows, stride, halfWidth, combine }: PartAffinityOptions,
  claims: Uint16Array,
  fields: Float32Array,
): void {
  if (!(people[a + 2] > 0 && people[b + 2] > 0)) return;
  const ax = people[a] / stride;
  const ay = people[a + 1] / stride;
  const bx = people[b] / stride;
  const by = people[b + 1] / stride;
  const length = Math.hypot(bx - ax, by - ay);
  if (length === 0) return;
  const ux = (bx - ax) / length;
  const uy = (by - ay) / length;
  const left = Math.max(0, roundAway(Math.min(ax, bx) - halfWidth));
  const right = Math.min(columns, roundAway(Math.max(ax, bx) + halfWidth));
  const top = Math.max(0, roundAway(Math.min(ay, by) - halfWidth));
  const bottom = Math.min(rows, roundAway(Math.max(ay, by) + halfWidth));
  const cells = columns * rows;
  for (let y = top; y < bottom; y++)
    for (let x = left; x < right; x++) {
      if (Math.abs((x - ax) * uy - (y - ay) * ux) > halfWidth) continue;
      const cell = y * columns + x;
      const before = combine === "average" && claims[cell] > 0 ? 1 : 0;
      claims[cell]++;
      fields[offset + cell] = before * fields[offset + cell] + ux;
      fields[offset + cells + cell] = before * fields[offset + cells + cell] + uy;
    }
}

function divideByClaims(fields: Float32Array, offset: number, claims: Uint16Array): void {
  for (let cell = 0; cell < claims.length; cell++) {
    if (claims[cell] < 2) continue;
    fields[offset + cell] /= claims[cell];
    fields[offset + claims.length + cell] /= claims[cell];
  }
}

/** To the nearest whole number, halves away from zero, as C's round. */
const roundAway = (value: number) => Math.sign(value) * Math.round(Math.abs(value));
